"""The window in which models, seeds or settings are compared: beside the work, not in front of it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from imagetool.core.geometry import Rect
from imagetool.ui import tokens
from imagetool.ui.shootout.cell import CellFacts, CellStage
from imagetool.ui.shootout.setup import Setup
from imagetool.ui.shootout.sheet import Sheet
from imagetool.ui.widgets.parts import label, line, quiet_button

_SIZE_PX = (1040, 720)
_HINT = "Wheel zooms, drag moves · arrows choose · hold \\ for the original"


class ShootoutWindow(QDialog):
    """What is compared above, the contact sheet below, and at the foot what can be done with the chosen cell."""

    run_wanted = Signal()
    stop_wanted = Signal()
    crop_wanted = Signal()
    applied = Signal(int)  # a cell
    closed = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setWindowTitle("Compare models")
        self.setModal(False)
        self.resize(*_SIZE_PX)
        self.setup, self.sheet = Setup(), Sheet()
        self._crop = label("", "muted")
        self.take_view = quiet_button("Use what is in view")
        self.take_view.setToolTip("Compare on the part of the picture that is in view now")
        self._told = label(_HINT, "muted")
        self.run_button, self.apply_button = QPushButton("Compare"), QPushButton("Use for the whole picture")
        for button in (self.run_button, self.apply_button, self.take_view):
            button.setAutoDefault(False)
        self._running = False
        self._lay_out()
        self._show_buttons()
        self.run_button.clicked.connect(self._on_run_clicked)
        self.apply_button.clicked.connect(lambda: self.sheet.apply(self.sheet.current))
        self.take_view.clicked.connect(self.crop_wanted)
        self.sheet.chosen.connect(lambda _: self._show_buttons())
        self.sheet.applied.connect(self.applied)
        self.setup.changed.connect(self._show_buttons)

    def show_crop(self, rect: Rect | None) -> None:
        """Which part of the picture it is; None where there is no picture to begin with."""
        self._crop.setText(f"Crop of {rect.size} px" if rect else "New pictures")
        self.take_view.setVisible(rect is not None)

    def show_running(self, running: bool) -> None:
        """Whether cells are being made."""
        self._running = running
        self.setup.setEnabled(not running)
        self.take_view.setEnabled(not running)
        self._show_buttons()

    def show_facts(self, place: int, facts: CellFacts) -> None:
        """How a cell stands now."""
        self.sheet.show_facts(place, facts)
        if place == self.sheet.current:
            self._show_buttons()

    def say(self, sentence: str) -> None:
        """What is to be known of the chosen cell; empty for how this window is used."""
        self._told.setText(sentence or _HINT)

    def bring(self) -> None:
        """Shows the window, with the keyboard in the sheet."""
        self.show()
        self.raise_()
        self.activateWindow()
        self.sheet.setFocus()

    def _show_buttons(self) -> None:
        cells = self.sheet.cells
        current = cells[self.sheet.current].facts if self.sheet.current < len(cells) else None
        usable = current is not None and self.sheet.current > 0 and current.stage is CellStage.DONE
        count = len(self.setup.entrants)
        self.run_button.setText("Stop" if self._running else f"Compare {count}" if count > 1 else "Compare")
        self.run_button.setEnabled(self._running or count > 1)
        self.run_button.setToolTip("" if self._running or count > 1 else "Choose at least two")
        self.apply_button.setEnabled(usable)
        _set_style(self.apply_button, "run" if usable else "")
        _set_style(self.run_button, "" if usable or self._running else "run")

    def _on_run_clicked(self) -> None:
        if self._running:
            self.stop_wanted.emit()
        else:
            self.run_wanted.emit()
            self.sheet.setFocus()

    def _lay_out(self) -> None:
        where = QHBoxLayout()
        where.setSpacing(tokens.BETWEEN_PX)
        where.addWidget(self._crop)
        where.addWidget(self.take_view)
        head = QHBoxLayout()
        head.setContentsMargins(tokens.AROUND_PX, tokens.BETWEEN_PX, tokens.AROUND_PX, tokens.BETWEEN_PX)
        head.addWidget(self.setup, 1)
        head.addLayout(where)
        head.setAlignment(where, Qt.AlignmentFlag.AlignTop)
        body = QHBoxLayout()
        body.setContentsMargins(*[tokens.AROUND_PX] * 4)
        body.addWidget(self.sheet)
        foot = QHBoxLayout()
        foot.setContentsMargins(tokens.AROUND_PX, tokens.BETWEEN_PX, tokens.AROUND_PX, tokens.BETWEEN_PX)
        foot.setSpacing(tokens.BETWEEN_PX)
        foot.addWidget(self._told, 1)
        foot.addWidget(self.run_button)
        foot.addWidget(self.apply_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(line())
        column.addLayout(body, 1)
        column.addWidget(line())
        column.addLayout(foot)

    # Qt

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter applies what is chosen, wherever the keyboard is; Esc closes."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.sheet.apply(self.sheet.current)
        else:
            super().keyPressEvent(event)

    def done(self, result: int) -> None:
        """Closing stops what runs."""
        super().done(result)
        self.closed.emit()


def _set_style(button: QPushButton, name: str) -> None:
    if button.objectName() != name:
        button.setObjectName(name)
        button.style().unpolish(button)
        button.style().polish(button)
