"""Where a plugin may be installed from: a file, a folder, an https address."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from imagetool.ui import tokens
from imagetool.ui.icons import icon
from imagetool.ui.widgets.parts import label

_ARCHIVES = (".zip", ".whl")


class SourceRow(QWidget):
    """Asks for it; what is there is looked at by whoever installs it."""

    wanted = Signal(str)  # a path or an address

    def __init__(self) -> None:
        super().__init__()
        self._endings: tuple[str, ...] = ()
        self.file = QPushButton(icon("file"), " File…")
        self.file.setToolTip("A zip with a plugin, or a file of weights")
        self.folder = QPushButton(icon("folder"), " Folder…")
        self.folder.setToolTip("A folder with a plugin.toml, or one with a pipeline")
        self.address = QLineEdit()
        self.address.setPlaceholderText("https://…")
        self.address.setAccessibleName("Address of a plugin")
        self.address.setToolTip("The address of a zip or of a file of weights; Return installs it")
        self.fetch = QPushButton("Fetch")
        for button in (self.file, self.folder, self.fetch):
            button.setAutoDefault(False)
        buttons, line = QHBoxLayout(), QHBoxLayout()
        for row in (buttons, line):
            row.setSpacing(tokens.BETWEEN_PX)
        buttons.addWidget(self.file, 1)
        buttons.addWidget(self.folder, 1)
        line.addWidget(self.address, 1)
        line.addWidget(self.fetch)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.BETWEEN_PX)
        column.addWidget(label("Install from", "heading"))
        column.addLayout(buttons)
        column.addLayout(line)
        self.file.clicked.connect(self.choose_file)
        self.folder.clicked.connect(self.choose_folder)
        self.fetch.clicked.connect(self._on_address_given)
        self.address.returnPressed.connect(self._on_address_given)
        self.address.textChanged.connect(self._show_fetch)
        self._show_fetch()

    def show_endings(self, endings: tuple[str, ...]) -> None:
        """What the loaders that are there can read."""
        self._endings = endings

    def choose_file(self) -> None:
        """Lets the user choose."""
        patterns = " ".join(f"*{ending}" for ending in (*_ARCHIVES, *self._endings))
        name, _ = QFileDialog.getOpenFileName(
            self, "Install a plugin", "", f"Plugins and weights ({patterns});;All files (*)"
        )
        if name:
            self.wanted.emit(name)

    def choose_folder(self) -> None:
        """Lets the user choose."""
        name = QFileDialog.getExistingDirectory(self, "Install a plugin's folder")
        if name:
            self.wanted.emit(name)

    def _show_fetch(self) -> None:
        self.fetch.setEnabled(bool(self.address.text().strip()))

    def _on_address_given(self) -> None:
        text = self.address.text().strip()
        if text:
            self.address.clear()
            self.wanted.emit(text if "://" in text else f"https://{text}")
