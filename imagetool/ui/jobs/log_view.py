"""A job's log: lines to read, and a button that copies them all."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from imagetool.ui import tokens
from imagetool.ui.widgets.parts import quiet_button

_HEIGHT_PX = 112


class LogView(QWidget):
    """Shows the end of the log, unless the reader has gone further up."""

    copy_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.text = QPlainTextEdit()
        self.text.setObjectName("log")
        self.text.setReadOnly(True)
        self.text.setFixedHeight(_HEIGHT_PX)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName("Log of the job")
        self.text.setPlaceholderText("Nothing has been told yet")
        self.copy = quiet_button("Copy log")
        self.copy.clicked.connect(lambda: self.copy_wanted.emit(self.text.toPlainText()))
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.INSIDE_PX)
        column.addWidget(self.text)
        column.addLayout(foot)

    def show_lines(self, lines: Sequence[str]) -> None:
        """All lines there are."""
        text = "\n".join(lines)
        if text != self.text.toPlainText():
            bar = self.text.verticalScrollBar()
            place, at_end = bar.value(), bar.value() >= bar.maximum()
            self.text.setPlainText(text)
            bar.setValue(bar.maximum() if at_end else place)
        self.copy.setEnabled(bool(text))
