"""Asks in which steps an old photo is to be restored, and who does each."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QGridLayout, QPushButton, QVBoxLayout, QWidget

from imagetool.core.damage import Cut
from imagetool.ui import tokens
from imagetool.ui.restoring.damage_strip import sensitivity_row
from imagetool.ui.restoring.steps import STEP_WORDS, ChosenStep, Step, StepOffer
from imagetool.ui.widgets.parts import Choice, Tick, answers, label

_INTRO = (
    "Each step becomes a layer of its own, which can be hidden, and undo takes back one after the other. "
    "Everything else works meanwhile."
)
_NOT_MASKED = "Nothing is masked. Find the damage first, or paint over it."
_KEEPS = "What is masked now is filled."
_REPLACES = "Takes the place of what is masked now."
_WIDTH_PX = 460


class StepRow(QWidget):
    """One step: whether, by whom, and why not; its parts stand in the grid of the dialog."""

    changed = Signal()

    def __init__(self, offer: StepOffer) -> None:
        super().__init__()
        self.offer = offer
        title = STEP_WORDS[offer.step].title
        self.tick = Tick(title)
        self.tick.setFixedHeight(tokens.ROW_PX)
        self.models = Choice()
        self.models.setAccessibleName(f"Model: {title}")
        for model in offer.models:
            self.models.addItem(model.entry.name, model)
        if offer.model:
            self.models.setCurrentIndex(offer.models.index(offer.model))
        self.note = label("", "small")
        self.note.setWordWrap(True)
        self.tick.setChecked(offer.ticked and not offer.reason)
        self.tick.toggled.connect(self.changed)
        self.show_note("", offer.reason)

    @property
    def chosen(self) -> ChosenStep | None:
        """The step, where it is to be done."""
        able = self.tick.isEnabled() and self.tick.isChecked()
        return ChosenStep(self.offer.step, self.models.currentData()) if able else None

    def show_note(self, note: str, reason: str) -> None:
        """A sentence below it; a `reason` says why it cannot be done."""
        self.tick.setEnabled(not reason)
        self.models.setVisible(bool(self.offer.models))
        self.models.setEnabled(not reason)
        self.note.setText(reason or note)
        self.note.setVisible(bool(reason or note))


class RestoreDialog(QDialog):
    """`steps` are those that were chosen, in their order; `cut` is how damage becomes the mask."""

    def __init__(self, parent: QWidget, offers: tuple[StepOffer, ...], cut: Cut, *, masked: bool) -> None:
        super().__init__(parent)
        self._masked, self._cut = masked, cut
        self.setWindowTitle("Restore an old photo")
        self.setMinimumWidth(_WIDTH_PX)
        self.rows = {offer.step: StepRow(offer) for offer in offers}
        self.sensitivity = sensitivity_row(cut.sensitivity * 100)
        for row in self.rows.values():
            row.changed.connect(self._show_choice)
        self._lay_out()
        self._go = self.findChild(QPushButton, "run")
        self._show_choice()

    @property
    def steps(self) -> tuple[ChosenStep, ...]:
        """What is to be done; empty where nothing is."""
        chosen = (row.chosen for row in self.rows.values())
        return tuple(step for step in chosen if step)

    @property
    def cut(self) -> Cut:
        """How much of what is found becomes the mask."""
        return Cut(self.sensitivity.field.value / 100, self._cut.grow_px)

    def _lay_out(self) -> None:
        intro = label(_INTRO, "muted")
        intro.setWordWrap(True)
        grid = QGridLayout()
        grid.setHorizontalSpacing(tokens.AROUND_PX)
        grid.setVerticalSpacing(tokens.INSIDE_PX)
        grid.setColumnStretch(1, 1)
        for step, row in self.rows.items():
            line = grid.rowCount()
            grid.addWidget(row.tick, line, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(row.models, line, 1)
            below = 1 if row.offer.models else 0
            grid.addWidget(row.note, line + below, 1)
            if step is Step.FIND:
                grid.addWidget(self.sensitivity, line + 2, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[tokens.AROUND_PX] * 4)
        column.setSpacing(tokens.BETWEEN_PX)
        column.addWidget(intro)
        column.addSpacing(tokens.INSIDE_PX)
        column.addLayout(grid)
        column.addSpacing(tokens.BETWEEN_PX)
        column.addLayout(answers(self, "Restore"))

    def _show_choice(self) -> None:
        """What depends on what is ticked."""
        find, fill = self.rows[Step.FIND], self.rows[Step.FILL]
        finds = find.chosen is not None
        self.sensitivity.setEnabled(finds)
        self.sensitivity.setVisible(not find.offer.reason)
        find.show_note(_REPLACES if finds and self._masked else "", find.offer.reason)
        reason = fill.offer.reason or ("" if finds or self._masked else _NOT_MASKED)
        fill.show_note("" if finds else _KEEPS, reason)
        if self._go:
            self._go.setEnabled(bool(self.steps))
