"""Several ways in which a hole was filled, in one row under the picture: one is looked at in it, then kept."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout

from imagetool.core.geometry import Size
from imagetool.ui import tokens
from imagetool.ui.candidates.cells import CandidateCell
from imagetool.ui.candidates.view import CandidateView
from imagetool.ui.widgets.parts import label

_ROW_PX = 96
_HINT = "Arrow keys look · Enter keeps · Esc discards"


class WaysStrip(QFrame):
    """Shows and asks; the way that is looked at is the one that is kept."""

    looked_at = Signal(int)
    keep_wanted = Signal(int)
    discard_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("strip")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.view = CandidateView("Ways to fill", _ROW_PX, many=False)
        self.heading, self._hint = label("", "strong"), label(_HINT, "muted")
        self.keep_button, self.discard_button = QPushButton("Keep"), QPushButton("Discard")
        self.keep_button.setToolTip("The way that is looked at becomes a layer (Enter)")
        self.discard_button.setToolTip("Lets all of them go (Esc)")
        head = QHBoxLayout()
        head.setContentsMargins(tokens.AROUND_PX, tokens.BETWEEN_PX, tokens.AROUND_PX, tokens.BETWEEN_PX)
        head.setSpacing(tokens.BETWEEN_PX)
        for widget in (self.heading, self._hint):
            head.addWidget(widget)
        head.addStretch(1)
        for button in (self.discard_button, self.keep_button):
            head.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.view)
        self.view.looked_at.connect(self._on_looked_at)
        self.view.keep_wanted.connect(self._on_keep)
        self.keep_button.clicked.connect(self._on_keep)
        self.discard_button.clicked.connect(self.discard_wanted)

    def show_ways(self, heading: str, cells: list[CandidateCell]) -> None:
        """Other ways, none of them looked at."""
        self.heading.setText(heading)
        self.view.show_cells(cells, Size(_ROW_PX, _ROW_PX))
        self._show_choice()

    def show_heading(self, heading: str) -> None:
        """How they stand."""
        self.heading.setText(heading)

    def change(self, place: int, cell: CandidateCell) -> None:
        """Another state of one of them."""
        self.view.change(place, cell)
        self._show_choice()

    def _made(self) -> bool:
        cells, place = self.view.cells, self.view.place
        return 0 <= place < len(cells) and cells[place].made

    def _show_choice(self) -> None:
        self.keep_button.setEnabled(self._made())

    def _on_looked_at(self, place: int) -> None:
        self._show_choice()
        self.looked_at.emit(place)

    def _on_keep(self) -> None:
        if self._made():
            self.keep_wanted.emit(self.view.place)
