"""Asks by how much the canvas is to grow at each side, and shows what comes of it."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from imagetool.core.canvas_size import MOST_SIDE_PX, Margins
from imagetool.core.geometry import Rect, Size
from imagetool.core.picture import MAX_PIXELS
from imagetool.ui import tokens
from imagetool.ui.canvas.marks import draw_frame
from imagetool.ui.canvas.viewport import Viewport
from imagetool.ui.widgets.checkerboard import checkerboard
from imagetool.ui.widgets.number_field import NumberRange, NumberRow
from imagetool.ui.widgets.parts import answers, label

QUICK_SHARE = 0.25
_WIDTH_PX, _PREVIEW_HEIGHT_PX = 560, 220
_MOST_SLID_PX = 4000  # the slider ends here, unless a quarter of the picture is more
_SIDES = {"left": "Left", "top": "Above", "right": "Right", "bottom": "Below"}
_QUICK = {"All around": (1, 1), "Both sides": (1, 0), "Above and below": (0, 1), "None": (0, 0)}


class CanvasDialog(QDialog):
    """`margins` are what was chosen; `picture` shows the whole picture of `size` as coarse as one likes."""

    def __init__(self, parent: QWidget, size: Size, picture: QImage) -> None:
        super().__init__(parent)
        self.setWindowTitle("Enlarge canvas")
        self.setFixedWidth(_WIDTH_PX)
        self._size = size
        self._preview = CanvasPreview(size, picture)
        self._says = label("", "muted")
        self._says.setWordWrap(True)  # longer words do not move the buttons
        most_px = min(MOST_SIDE_PX, max(_MOST_SLID_PX, *size))
        self.rows = {
            side: NumberRow(
                name,
                NumberRange(0, most_px, 10, 0, unit="px", curve=2.0),
                f"How much is added, in pixels of the picture\n0 px to {most_px} px",
            )
            for side, name in _SIDES.items()
        }
        quick = QHBoxLayout()
        quick.setSpacing(tokens.INSIDE_PX)
        quick.addWidget(label(f"By {QUICK_SHARE * 100:.0f} %", "muted"))
        self.quick = {name: QPushButton(name) for name in _QUICK}
        for name, button in self.quick.items():
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, name=name: self._choose(name))
            quick.addWidget(button)
        quick.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(*[tokens.AROUND_PX] * 4)
        column.setSpacing(tokens.BETWEEN_PX)
        column.addWidget(self._preview)
        column.addLayout(quick)
        for row in self.rows.values():
            _line_up(row)
            row.value_changed.connect(self._show)
            column.addWidget(row)
        column.addWidget(self._says)
        column.addSpacing(tokens.BETWEEN_PX)
        column.addLayout(answers(self, "Enlarge"))
        self._go = self.findChild(QPushButton, "run")
        self._show()
        self.rows["left"].field.setFocus()

    @property
    def margins(self) -> Margins:
        """What is to be added."""
        return Margins(**{side: int(row.field.value) for side, row in self.rows.items()})

    def _choose(self, name: str) -> None:
        across, down = _QUICK[name]
        margins = Margins.by_share(self._size, across * QUICK_SHARE, down * QUICK_SHARE)
        for side, row in self.rows.items():
            row.set_value(getattr(margins, side))

    def _show(self, _: float = 0) -> None:
        margins = self.margins
        size = margins.around(self._size)
        fits = size.pixels <= MAX_PIXELS
        self._preview.show_margins(margins)
        if self._go:
            self._go.setEnabled(margins.any and fits)
        if not margins.any:
            self._says.setText(f"{self._size} px. What is added is empty, and masked for filling.")
        elif fits:
            self._says.setText(f"{self._size} px becomes {size} px. What is added is masked for filling.")
        else:
            self._says.setText(f"{size} px is too large; a picture has at most {MAX_PIXELS / 1e6:.0f} megapixels.")


class CanvasPreview(QWidget):
    """The picture on its new canvas, as large as there is room."""

    def __init__(self, size: Size, picture: QImage) -> None:
        super().__init__()
        self._size, self._picture = size, picture
        self._margins = Margins()
        self.setFixedHeight(_PREVIEW_HEIGHT_PX)
        self.setAccessibleName("Preview of the canvas")

    def show_margins(self, margins: Margins) -> None:
        """Another canvas."""
        self._margins = margins
        self.update()

    # Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        """Surround, empty canvas, picture, and a frame around both."""
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        painter.scale(1 / ratio, 1 / ratio)
        view = Size(round(self.width() * ratio), round(self.height() * ratio))
        painter.fillRect(0, 0, view.width, view.height, self.palette().shadow())
        whole = self._margins.around(self._size)
        canvas = Viewport.fitted(whole, view)
        kept = Rect.of_size(self._size).moved(self._margins.left, self._margins.top)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(_place(canvas, Rect.of_size(whole)), checkerboard())
        painter.drawImage(_place(canvas, kept), self._picture)
        draw_frame(painter, canvas, Rect.of_size(whole))
        draw_frame(painter, canvas, kept)
        painter.end()


def _line_up(row: NumberRow) -> None:
    """All labels are as wide as the widest."""
    widest = max(row.name.fontMetrics().horizontalAdvance(text) for text in _SIDES.values())
    row.name.setFixedWidth(widest + tokens.INSIDE_PX)


def _place(viewport: Viewport, rect: Rect) -> QRectF:
    first, last = viewport.to_view(rect.left, rect.top), viewport.to_view(rect.right, rect.bottom)
    return QRectF(first.x, first.y, last.x - first.x, last.y - first.y)
