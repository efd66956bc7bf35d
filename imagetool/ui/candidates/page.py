"""The page of candidates: those that were kept above, the new ones below, a closer look beside, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from imagetool.core.geometry import Size
from imagetool.ui import tokens
from imagetool.ui.candidates.cells import CandidateCell
from imagetool.ui.candidates.closer_look import CloserLook
from imagetool.ui.candidates.view import CandidateView
from imagetool.ui.widgets.elided import Elided
from imagetool.ui.widgets.parts import label, line

_ROW_PX = 64
_HINT = "Click or Space chooses"


@dataclass(frozen=True, slots=True)
class Picked:
    """Places that are chosen, among the kept ones and among the new ones."""

    kept: tuple[int, ...]
    new: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many."""
        return len(self.kept) + len(self.new)


class CandidatesPage(QWidget):
    """Shows and asks; what was chosen stays above the next round."""

    keep_wanted = Signal()
    open_wanted = Signal()
    save_wanted = Signal()
    more_wanted = Signal()
    round_wanted = Signal()
    discard_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("chrome")
        self.kept, self.new = CandidateView("Kept candidates", _ROW_PX), CandidateView("Candidates")
        self.kept.setObjectName("kept")
        self._kept_row = QWidget()
        self.closer = CloserLook()
        self.heading = label("", "strong")
        self.facts = Elided("", "muted")
        self.count = Elided("", "muted")
        self.round_button, self.more_button = QPushButton("Another round"), QPushButton("More like this")
        self.discard_button, self.save_button = QPushButton("Discard"), QPushButton("Save…")
        self.open_button, self.keep_button = QPushButton("Open as pictures"), QPushButton("Keep as layers")
        self._varies = self._busy = False
        self._target = ""
        self._looked: CandidateView = self.new
        self._lay_out()
        self._connect()
        self._show_choice()

    @property
    def picked(self) -> Picked:
        """What is chosen."""
        return Picked(tuple(self.kept.chosen), tuple(self.new.chosen))

    @property
    def looked_at(self) -> Picked:
        """The one candidate that is looked at, if it is complete."""
        view = self._looked
        cell = view.cells[view.place] if 0 <= view.place < len(view.cells) else None
        places = (view.place,) if cell and cell.made else ()
        return Picked(places, ()) if view is self.kept else Picked((), places)

    def show_kept(self, cells: list[CandidateCell], chosen: list[int]) -> None:
        """Those of earlier rounds."""
        self.kept.show_cells(cells, Size(_ROW_PX, _ROW_PX), chosen)
        self._kept_row.setVisible(bool(cells))
        if not cells and self._looked is self.kept:
            self._looked = self.new

    def show_round(self, heading: str, facts: str, *, varies: bool, busy: bool) -> None:
        """What the new ones are, whether more like one can be made, and whether they are still being made."""
        self.heading.setText(heading)
        self.facts.setText(facts)
        self._varies, self._busy = varies, busy
        self._show_choice()

    def show_target(self, name: str) -> None:
        """The open picture into which layers go; empty where there is none."""
        self._target = name
        self._show_choice()

    def change(self, place: int, cell: CandidateCell) -> None:
        """Another state of a new one."""
        self.new.change(place, cell)
        if self._looked is self.new and self.new.place == place:
            self.closer.show_cell(cell)

    def take_keyboard(self) -> None:
        """The keyboard is for the new ones."""
        self.new.setFocus()

    def _show_choice(self) -> None:
        """What can be done with what is chosen."""
        count = self.picked.count
        hint = "" if self._busy and not self.kept.cells else _HINT
        self.count.setText(f"{count} chosen" if count else hint)
        for button in (self.keep_button, self.open_button, self.save_button):
            button.setEnabled(count > 0)
        self.round_button.setEnabled(not self._busy)
        self.more_button.setVisible(self._varies)
        self.more_button.setEnabled(not self._busy and self.looked_at.count == 1)
        into = (
            f"Layers in the middle of {self._target}"
            if self._target
            else "No picture is open: opens them as pictures"
        )
        self.keep_button.setToolTip(f"{into} (Enter)")

    def _on_looked_at(self, view: CandidateView, place: int) -> None:
        if place >= 0:
            self._looked = view
        elif view is not self._looked:
            return
        self.closer.show_cell(view.cells[place] if place >= 0 else None)
        self._show_choice()

    def _connect(self) -> None:
        for view in (self.kept, self.new):
            view.chosen_changed.connect(self._show_choice)
            view.keep_wanted.connect(self.keep_wanted)
            view.looked_at.connect(lambda place, view=view: self._on_looked_at(view, place))
        self.round_button.clicked.connect(self.round_wanted)
        self.more_button.clicked.connect(self.more_wanted)
        self.discard_button.clicked.connect(self.discard_wanted)
        self.save_button.clicked.connect(self.save_wanted)
        self.open_button.clicked.connect(self.open_wanted)
        self.keep_button.clicked.connect(self.keep_wanted)

    def _lay_out(self) -> None:
        self.round_button.setToolTip("As many again, with another seed; the chosen ones stay above")
        self.more_button.setToolTip("Pictures that resemble the one that is looked at; the chosen ones stay above")
        self.discard_button.setToolTip("Lets all of them go (Esc)")
        self.save_button.setToolTip("The chosen ones as PNG files in a folder")
        self.open_button.setToolTip("Each of the chosen ones as a new picture")
        head, foot = _bar(self.heading, self.facts), _bar(self.count)
        for row, place in ((head, 1), (foot, 0)):
            row.setStretch(place, 1)
        for part in (self.round_button, self.more_button, self.discard_button, line(upright=True)):
            foot.addWidget(part)
        for button in (self.save_button, self.open_button, self.keep_button):
            foot.addWidget(button)
        above = QVBoxLayout(self._kept_row)
        above.setContentsMargins(0, 0, 0, 0)
        above.setSpacing(0)
        words = label("Kept from earlier rounds", "heading")
        words.setContentsMargins(tokens.AROUND_PX, tokens.BETWEEN_PX, tokens.AROUND_PX, 0)
        for widget in (words, self.kept, line()):
            above.addWidget(widget)
        middle = QVBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(self._kept_row)
        middle.addWidget(self.new, 1)
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addLayout(middle, 1)
        body.addWidget(line(upright=True))
        body.addWidget(self.closer)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(line())
        column.addLayout(body, 1)
        column.addWidget(line())
        column.addLayout(foot)
        self._kept_row.hide()


def _bar(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(tokens.AROUND_PX, tokens.BETWEEN_PX, tokens.AROUND_PX, tokens.BETWEEN_PX)
    row.setSpacing(tokens.BETWEEN_PX)
    for widget in widgets:
        row.addWidget(widget)
    return row
