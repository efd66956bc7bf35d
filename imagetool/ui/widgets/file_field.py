"""A file of the user's for a model: chosen, dropped, or none."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QWidget

from imagetool.ui import tokens
from imagetool.ui.widgets.parts import icon_button, plain_tip, without_mnemonic

_NONE = "Choose…"
_ROOM_PX = 28  # padding and border of the button


class FileField(QWidget):
    """The file's name on a button that chooses another one; a file may be dropped on it."""

    value_changed = Signal(str)  # a path, or "" for none

    def __init__(self, name: str, default: str, suffixes: tuple[str, ...]) -> None:
        super().__init__()
        self._name, self._default, self._suffixes = name, default, suffixes
        self.value = default
        self.setAcceptDrops(True)
        self._button = QPushButton()
        self._button.setMinimumWidth(0)
        self._button.clicked.connect(self.choose)
        self._clear = icon_button("close", "No file")
        self._clear.clicked.connect(lambda: self.set_value(""))
        self.setFocusProxy(self._button)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.INSIDE_PX)
        row.addWidget(self._button, 1)
        row.addWidget(self._clear)
        self._show()

    def set_value(self, path: str) -> None:
        """Another file; announced if it is another one."""
        if path != self.value:
            self.value = path
            self.value_changed.emit(path)
        self._show()

    def reset(self) -> None:
        """The default again."""
        self.set_value(self._default)

    def choose(self) -> None:
        """Lets the user choose."""
        folder = str(Path(self.value).parent) if self.value else ""
        name, _ = QFileDialog.getOpenFileName(self, self._name, folder, self._filter())
        if name:
            self.set_value(name)

    def takes(self, data: QMimeData) -> str:
        """The path that was dropped, where it is one file of the right kind; "" otherwise."""
        paths = [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
        able = [path for path in paths if not self._suffixes or path.lower().endswith(self._suffixes)]
        return able[0] if len(paths) == 1 and able else ""

    def _filter(self) -> str:
        if not self._suffixes:
            return "All files (*)"
        return f"{self._name} ({' '.join(f'*{suffix}' for suffix in self._suffixes)})"

    def _show(self) -> None:
        name = Path(self.value).name if self.value else _NONE
        room = max(self._button.width() - _ROOM_PX, 60)
        shown = self._button.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, room)
        self._button.setText(without_mnemonic(shown))
        kinds = f"\nA file that ends in {', '.join(self._suffixes)}" if self._suffixes else ""
        self._button.setToolTip(plain_tip(f"{self.value or 'Choose a file, or drop one here'}{kinds}"))
        self._button.setAccessibleName(f"{self._name}: {Path(self.value).name if self.value else 'no file'}")
        self._clear.setVisible(bool(self.value))

    # Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As much of the name as there is room for."""
        super().resizeEvent(event)
        self._show()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """One file of the right kind is welcome; all else is for the window."""
        if self.takes(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Takes it."""
        path = self.takes(event.mimeData())
        if path:
            event.acceptProposedAction()
            self.set_value(path)
