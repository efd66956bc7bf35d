"""One job in the list: its name, how it stands, and a button for everything that can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from imagetool.ui import tokens
from imagetool.ui.icons import icon
from imagetool.ui.jobs.facts import JobFacts, Stage
from imagetool.ui.jobs.log_view import LogView
from imagetool.ui.widgets.elided import Elided
from imagetool.ui.widgets.parts import icon_button, plain_tip, quiet_button, without_mnemonic

_TICKS, _BAR_PX, _DOCUMENT_PX = 1000, 96, 140


class JobRow(QWidget):
    """Shows one job as long as it is in the list."""

    hold_wanted = Signal(bool)
    cancel_wanted = Signal()
    move_wanted = Signal(int)  # steps, up where negative
    document_wanted = Signal()
    keep_wanted = Signal()
    discard_wanted = Signal()
    copy_wanted = Signal(str)

    def __init__(self, facts: JobFacts) -> None:
        super().__init__()
        self._facts = facts
        self._name, self.said = Elided(facts.name, "strong"), Elided("", "small")
        self.document = quiet_button("")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, _TICKS)
        self._bar.setFixedWidth(_BAR_PX)
        self.hold = icon_button("hold", "")
        self.up = icon_button("up", "Earlier")
        self.down = icon_button("down", "Later")
        self.log_button = icon_button("log", "Log")
        self.log_button.setCheckable(True)
        self.cancel = icon_button("cancel", "Cancel this job")
        self.keep, self.discard = QPushButton("Keep what is done"), QPushButton("Discard")
        self.log = LogView()
        self.log.hide()
        for button in (self.hold, self.up, self.down, self.cancel):  # so that those of all rows stand in columns
            policy = button.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            button.setSizePolicy(policy)
        self._lay_out()
        self._connect()
        self.show_facts(facts)

    def show_facts(self, facts: JobFacts) -> None:
        """How it stands now."""
        self._facts = facts
        ended = facts.stage is Stage.ENDED
        self._name.setText(facts.name)
        name = self.fontMetrics().elidedText(facts.document, Qt.TextElideMode.ElideMiddle, _DOCUMENT_PX)
        self.document.setText(without_mnemonic(name))
        self.document.setToolTip(plain_tip(f"Show {facts.document}"))
        self.said.setText(facts.line)
        self._bar.setValue(round(facts.done * _TICKS))
        self._bar.setVisible(facts.stage in (Stage.RUNNING, Stage.STOPPING, Stage.LANDING))
        holdable = facts.stage in (Stage.WAITING, Stage.RUNNING)
        tip = "Let it go on" if facts.held else "Hold: wait before the next tile" if not facts.movable else "Hold"
        self.hold.setIcon(icon("continue" if facts.held else "hold"))
        self.hold.setToolTip(tip)
        self.hold.setAccessibleName(tip)
        for button, shown in (
            (self.hold, holdable),
            (self.up, facts.movable),
            (self.down, facts.movable),
            (self.cancel, not ended),
            (self.keep, facts.keepable),
            (self.discard, facts.keepable),
        ):
            button.setVisible(shown)
        self.cancel.setEnabled(holdable)
        if self.log.isVisible():
            self.log.show_lines(facts.log)

    def show_place(self, *, first: bool, last: bool) -> None:
        """Whether it can go further up or down among those that wait."""
        self.up.setEnabled(not first)
        self.down.setEnabled(not last)

    def _lay_out(self) -> None:
        head, below = QHBoxLayout(), QHBoxLayout()
        head.setSpacing(tokens.INSIDE_PX)
        below.setSpacing(tokens.BETWEEN_PX)
        head.addWidget(self._name)
        head.addWidget(self.document)
        head.addStretch(1)
        for button in (self.hold, self.up, self.down, self.log_button, self.cancel):
            head.addWidget(button)
        below.addWidget(self._bar)
        below.addWidget(self.said, 1)
        for answer in (self.keep, self.discard):
            below.addWidget(answer)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.AROUND_PX, tokens.BETWEEN_PX, tokens.BETWEEN_PX, tokens.BETWEEN_PX)
        column.setSpacing(tokens.INSIDE_PX)
        column.addLayout(head)
        column.addLayout(below)
        column.addWidget(self.log)

    def _connect(self) -> None:
        self.hold.clicked.connect(lambda: self.hold_wanted.emit(not self._facts.held))
        self.up.clicked.connect(lambda: self.move_wanted.emit(-1))
        self.down.clicked.connect(lambda: self.move_wanted.emit(1))
        self.cancel.clicked.connect(self.cancel_wanted)
        self.document.clicked.connect(self.document_wanted)
        self.keep.clicked.connect(self.keep_wanted)
        self.discard.clicked.connect(self.discard_wanted)
        self.log_button.toggled.connect(self._on_log_toggled)
        self.log.copy_wanted.connect(self.copy_wanted)

    def _on_log_toggled(self, shown: bool) -> None:
        self.log.setVisible(shown)
        self.log.show_lines(self._facts.log)
