"""The page that is there while no picture is open."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from imagetool.ui import tokens
from imagetool.ui.icons import icon
from imagetool.ui.widgets.parts import label, plain_tip, without_mnemonic

_THUMBNAIL = QSize(160, 110)
_COLUMNS = 4
_SHOWN = 8


class WelcomePage(QWidget):
    """Open, paste, and the pictures opened last; a picture may also be dropped anywhere on the window."""

    open_wanted = Signal()
    paste_wanted = Signal()
    recent_wanted = Signal(object)  # Path
    thumbnails_wanted = Signal(object)  # list[Path]

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("welcome")
        self._recent_title = label("Recent", "heading")
        self._grid_box = QWidget()
        self._grid = QGridLayout(self._grid_box)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(tokens.AROUND_PX)
        self._buttons: dict[Path, QToolButton] = {}
        block = QVBoxLayout()
        block.setSpacing(tokens.AROUND_PX)
        block.addWidget(label("Drop a picture here", "title"), 0, Qt.AlignmentFlag.AlignHCenter)
        hint = "Paint over what should go, press Ctrl+Enter, and the place fills itself."
        block.addWidget(label(hint, "muted"), 0, Qt.AlignmentFlag.AlignHCenter)
        block.addLayout(self._button_row())
        block.addSpacing(tokens.AROUND_PX)
        block.addWidget(self._recent_title)
        block.addWidget(self._grid_box)
        centred = QHBoxLayout()
        centred.addStretch()
        centred.addLayout(block)
        centred.addStretch()
        page = QVBoxLayout(self)
        page.addStretch(2)
        page.addLayout(centred)
        page.addStretch(3)
        self.show_recent([])

    def show_recent(self, paths: list[Path]) -> None:
        """Lists the files opened last; their thumbnails are asked for."""
        for button in self._buttons.values():
            button.deleteLater()
        self._buttons = {path: self._recent_button(path) for path in paths[:_SHOWN]}
        for place, button in enumerate(self._buttons.values()):
            self._grid.addWidget(button, place // _COLUMNS, place % _COLUMNS)
        self._recent_title.setVisible(bool(self._buttons))
        self._grid_box.setVisible(bool(self._buttons))
        if self._buttons:
            self.thumbnails_wanted.emit(list(self._buttons))

    def show_thumbnail(self, path: Path, image: QImage) -> None:
        """Puts a small picture on a recent file's button."""
        button = self._buttons.get(path)
        if button is not None and not image.isNull():
            button.setIcon(QIcon(_framed(image, button.devicePixelRatioF())))

    def _button_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(tokens.BETWEEN_PX)
        row.addStretch()
        for name, text, tip, signal in (
            ("open", "Open…", "Open a picture (Ctrl+O)", self.open_wanted),
            ("paste", "Paste", "Open the picture on the clipboard (Ctrl+V)", self.paste_wanted),
        ):
            button = QPushButton(icon(name), f" {text}")  # a space, because Qt leaves none behind the icon
            button.setToolTip(tip)
            button.clicked.connect(signal)
            row.addWidget(button)
        row.addStretch()
        return row

    def _recent_button(self, path: Path) -> QToolButton:
        button = QToolButton()
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIcon(icon("picture"))
        button.setIconSize(_THUMBNAIL)
        width = _THUMBNAIL.width()
        button.setText(
            without_mnemonic(button.fontMetrics().elidedText(path.name, Qt.TextElideMode.ElideMiddle, width))
        )
        button.setToolTip(plain_tip(str(path)))
        button.setAccessibleName(f"Open {path.name}")
        button.clicked.connect(lambda: self.recent_wanted.emit(path))
        return button


def _framed(image: QImage, ratio: float) -> QPixmap:
    """The middle of the picture, cut to the thumbnail's form."""
    size = _THUMBNAIL * ratio
    scaled = image.scaled(
        size, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
    )
    pixmap = QPixmap(size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.drawImage((size.width() - scaled.width()) // 2, (size.height() - scaled.height()) // 2, scaled)
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
