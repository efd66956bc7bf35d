"""How far a restoration is: its steps in one row under the picture."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from imagetool.ui import tokens
from imagetool.ui.icons import icon
from imagetool.ui.restoring.steps import STEP_WORDS, StepFacts, StepStage
from imagetool.ui.widgets.parts import label

_ICONS = {
    StepStage.WAITING: "waiting",
    StepStage.RUNNING: "running",
    StepStage.DONE: "done",
    StepStage.SKIPPED: "skipped",
}
_WORDS = {
    StepStage.WAITING: "waits",
    StepStage.RUNNING: "under way",
    StepStage.DONE: "done",
    StepStage.SKIPPED: "skipped",
}
_STYLES = {StepStage.RUNNING: "strong", StepStage.DONE: ""}
_ICON = QSize(16, 16)


class RestoreStrip(QFrame):
    """Shows; the progress of the step that runs stands in the status bar, as that of any job."""

    stop_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("strip")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.heading = label("Restoring", "strong")
        self.chips: list[StepChip] = []
        self.stop_button = QPushButton("Stop")
        self.stop_button.setToolTip("Ends with the step that runs; what was done before stays (Esc)")
        self.stop_button.clicked.connect(self.stop_wanted)
        self._row = QHBoxLayout()
        self._row.setSpacing(tokens.AROUND_PX)
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.AROUND_PX, tokens.BETWEEN_PX, tokens.AROUND_PX, tokens.BETWEEN_PX)
        row.setSpacing(tokens.AROUND_PX)
        row.addWidget(self.heading)
        row.addLayout(self._row)
        row.addStretch(1)
        row.addWidget(self.stop_button)

    def show_steps(self, steps: Sequence[StepFacts]) -> None:
        """How each of them stands; always as many as at first."""
        while len(self.chips) < len(steps):
            chip = StepChip()
            self.chips.append(chip)
            self._row.addWidget(chip)
        for chip, facts in zip(self.chips, steps, strict=True):
            chip.show_facts(facts)

    def show_stopping(self) -> None:
        """It is stopped already."""
        self.heading.setText("Stopping")
        self.stop_button.setEnabled(False)


class StepChip(QWidget):
    """One step: an icon that says how far it is, its name, and what came of it."""

    def __init__(self) -> None:
        super().__init__()
        self._facts: StepFacts | None = None
        self.icon = QLabel()
        self.words = label("")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.INSIDE_PX)
        row.addWidget(self.icon)
        row.addWidget(self.words)

    def show_facts(self, facts: StepFacts) -> None:
        """Another state of it."""
        self._facts = facts
        title = STEP_WORDS[facts.step].title
        self.words.setText(f"{title} · {facts.said}" if facts.said else title)
        self.icon.setPixmap(icon(_ICONS[facts.stage]).pixmap(_ICON, self.devicePixelRatioF()))
        self._style(_STYLES.get(facts.stage, "muted"))
        self.setAccessibleName(f"{title}: {facts.said or _WORDS[facts.stage]}")
        self.setToolTip(f"{title}: {_WORDS[facts.stage]}")

    def _style(self, name: str) -> None:
        if self.words.objectName() != name:
            self.words.setObjectName(name)
            self.words.style().polish(self.words)

    # Qt

    def changeEvent(self, event: QEvent) -> None:
        """The icon takes the colours of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._facts:
            self.show_facts(self._facts)
