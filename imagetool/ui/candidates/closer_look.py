"""One candidate as large as it can be, with all that is known of it; tiles beside each other show their seams."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from imagetool.core.geometry import Size
from imagetool.ui import tokens
from imagetool.ui.candidates.cells import CandidateCell
from imagetool.ui.candidates.magnifying import draw, in_the_middle, scale_to_fit, shown_size
from imagetool.ui.widgets.parts import Tick, label

_WIDTH_PX = 224
_TIMES = 3


class CloserLook(QWidget):
    """Shows a cell, or how the grid is used where there is none."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("chrome")
        self._picture = _Picture()
        self.repeat = Tick("Repeat")
        self.repeat.setToolTip("Shows the picture three times beside itself and below, as a texture is used")
        self.repeat.toggled.connect(self._picture.repeat)
        self.name, self.told = label("", "strong"), label("", "small")
        for words in (self.name, self.told):
            words.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[tokens.AROUND_PX] * 4)
        column.setSpacing(tokens.BETWEEN_PX)
        for widget in (self._picture, self.repeat, self.name, self.told):
            column.addWidget(widget)
        column.addStretch()
        self.setFixedWidth(_WIDTH_PX + 2 * tokens.AROUND_PX)
        self.show_cell(None)

    def show_cell(self, cell: CandidateCell | None) -> None:
        """Another one; None where none is looked at."""
        image = cell.image if cell else None
        self._picture.show_image(image)
        self.repeat.setEnabled(image is not None)
        self.name.setText(cell.name if cell else "")
        self.told.setText(cell.told if cell else "")
        for words in (self.name, self.told):
            words.setVisible(bool(words.text()))


class _Picture(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(_WIDTH_PX, _WIDTH_PX)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._image: QImage | None = None
        self._repeated = False

    def show_image(self, image: QImage | None) -> None:
        self._image = image
        self.update()

    def repeat(self, repeated: bool) -> None:
        self._repeated = repeated
        self.update()

    # Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture on the gray that surrounds all pictures."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().shadow())
        if self._image is not None:
            times = _TIMES if self._repeated else 1
            size = Size(self._image.width() * times, self._image.height() * times)
            whole = in_the_middle(shown_size(size, scale_to_fit(size, self.size())), QRectF(self.rect()))
            width, height = whole.width() / times, whole.height() / times
            for place in range(times * times):
                row, column = divmod(place, times)
                corner = whole.topLeft()
                draw(
                    painter,
                    self._image,
                    QRectF(corner.x() + column * width, corner.y() + row * height, width, height),
                )
        painter.end()

    def sizeHint(self) -> QSize:
        """A square."""
        return QSize(_WIDTH_PX, _WIDTH_PX)
