"""One line above the run button that says what went wrong, with the log behind it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QVBoxLayout

from imagetool.ui import tokens
from imagetool.ui.widgets.parts import icon_button, label, quiet_button

_LOG_PX = 120


class FailureNotice(QFrame):
    """Hidden until there is something to say; "Details" shows the log, "Plugin" leads to whose fault it was."""

    plugin_wanted = Signal(str)  # id

    def __init__(self) -> None:
        super().__init__()
        self._plugin_id = ""
        self._sentence = label("", "danger")
        self._sentence.setWordWrap(True)
        self._details = QPlainTextEdit()
        self._details.setReadOnly(True)
        self._details.setFixedHeight(_LOG_PX)
        self._details.setAccessibleName("Log of the failed job")
        self._more = quiet_button("Details")
        self._more.setCheckable(True)
        self._more.toggled.connect(self._details.setVisible)
        self._plugin = quiet_button("Plugin…")
        self._plugin.setToolTip("What is known of the plugin, and what can be done about it")
        self._plugin.clicked.connect(lambda: self.plugin_wanted.emit(self._plugin_id))
        close = icon_button("close", "Dismiss")
        close.clicked.connect(self.clear)
        row = QHBoxLayout()
        row.addWidget(self._more)
        row.addWidget(self._plugin)
        row.addStretch()
        row.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, tokens.INSIDE_PX, 0, tokens.INSIDE_PX)
        column.setSpacing(tokens.INSIDE_PX)
        column.addWidget(self._sentence)
        column.addLayout(row)
        column.addWidget(self._details)
        self.clear()

    def show_failure(self, sentence: str, details: str, plugin_id: str = "") -> None:
        """Says it; `plugin_id` names the plugin that it is put down to."""
        self._plugin_id = plugin_id
        self._plugin.setVisible(bool(plugin_id))
        self._sentence.setText(sentence)
        self._details.setPlainText(details)
        self._more.setVisible(bool(details))
        self._more.setChecked(False)
        self._details.hide()
        self.show()

    @property
    def sentence(self) -> str:
        """What is being said; empty where nothing is."""
        return self._sentence.text() if not self.isHidden() else ""

    def clear(self) -> None:
        """Says nothing any more."""
        self.hide()
