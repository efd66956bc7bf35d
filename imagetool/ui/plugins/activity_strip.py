"""The lower edge of the plugin manager: what is being done, and what came of it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QProgressBar, QPushButton, QVBoxLayout

from imagetool.ui import tokens
from imagetool.ui.plugins.notes import Activity, Outcome
from imagetool.ui.widgets.parts import icon_button, label, quiet_button

_TICKS, _LOG_PX = 1000, 120


class ActivityStrip(QFrame):
    """Hidden where there is nothing to say."""

    stop_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("strip")
        self._said = False  # whether there is something to say
        self.words = label("")
        self.words.setWordWrap(True)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setRange(0, _TICKS)
        self.stop = QPushButton("Cancel")
        self.stop.setAutoDefault(False)
        self.stop.clicked.connect(self.stop_wanted)
        self._more = quiet_button("Details")
        self._more.setCheckable(True)
        self._more.setAutoDefault(False)
        self._dismiss = icon_button("close", "Dismiss")
        self._dismiss.clicked.connect(self._on_dismissed)
        self._log = QPlainTextEdit()
        self._log.setReadOnly(True)
        self._log.setFixedHeight(_LOG_PX)
        self._log.setAccessibleName("Log")
        self._more.toggled.connect(self._log.setVisible)
        row = QHBoxLayout()
        row.setSpacing(tokens.BETWEEN_PX)
        row.addWidget(self.words, 1)
        for widget in (self._more, self.stop, self._dismiss):
            row.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.AROUND_PX, tokens.BETWEEN_PX, tokens.AROUND_PX, tokens.BETWEEN_PX)
        column.setSpacing(tokens.BETWEEN_PX)
        column.addLayout(row)
        column.addWidget(self.progress)
        column.addWidget(self._log)
        self.hide()

    def show_activity(self, activity: Activity) -> None:
        """Something is being done."""
        self._style("")
        self._said = True
        parts = (activity.what, activity.text, f"{activity.done:.0%}" if activity.done else "")
        self.words.setText(" · ".join(part for part in parts if part))
        self.progress.setValue(round(activity.done * _TICKS))
        self._show(running=True, details="")

    def show_outcome(self, outcome: Outcome) -> None:
        """It is done, or it is not and why."""
        self._style("danger" if outcome.failed else "")
        self.words.setText(outcome.sentence)
        self._said = bool(outcome.sentence)
        self._show(running=False, details=outcome.details)

    def _show(self, *, running: bool, details: str) -> None:
        self.progress.setVisible(running)
        self.stop.setVisible(running)
        self._dismiss.setVisible(not running)
        self._more.setVisible(bool(details))
        self._more.setChecked(False)
        self._log.setPlainText(details)
        self._log.hide()
        self.setVisible(self._said)

    def give_way(self, asking: bool) -> None:
        """While something is asked, the answer alone goes on or stops."""
        self.setVisible(self._said and not asking)

    def _on_dismissed(self) -> None:
        self._said = False
        self.hide()

    def _style(self, name: str) -> None:
        if self.words.objectName() != name:
            self.words.setObjectName(name)
            self.words.style().polish(self.words)
