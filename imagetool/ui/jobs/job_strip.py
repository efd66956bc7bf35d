"""The job in the status bar: what it is doing, how far it is, how to stop it, and the way to all the others."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QToolButton, QWidget

from imagetool.ui import tokens
from imagetool.ui.icons import icon
from imagetool.ui.widgets.elided import Elided
from imagetool.ui.widgets.parts import icon_button

_PROGRESS_PX, _TICKS = 120, 1000


class JobStrip(QWidget):
    """Shows one job, and how many there are."""

    cancel_wanted = Signal()
    jobs_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.job = Elided()
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setFixedWidth(_PROGRESS_PX)
        self._progress.setRange(0, _TICKS)
        self._cancel = icon_button("cancel", "Stop the job (Esc)")
        self._cancel.clicked.connect(self.cancel_wanted)
        self.list_button = QToolButton()
        self.list_button.setIcon(icon("jobs"))
        self.list_button.setIconSize(QSize(tokens.ICON_PX - 2, tokens.ICON_PX - 2))
        self.list_button.setMinimumSize(tokens.ROW_PX, tokens.ROW_PX)
        self.list_button.setMaximumHeight(tokens.ROW_PX)
        self.list_button.clicked.connect(self.jobs_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.INSIDE_PX)
        for widget in (self.job, self._progress, self._cancel, self.list_button):
            row.addWidget(widget)
        self.show_count(0, held=False)
        self.end_job()

    def show_job(self, text: str, done: float) -> None:
        """What the shown document's job is doing, and how much of it is done, 0 to 1."""
        self.job.setText(text)
        self._progress.setValue(round(done * _TICKS))
        for widget in (self.job, self._progress, self._cancel):
            widget.show()

    def end_job(self) -> None:
        """The shown document has no job any more."""
        for widget in (self.job, self._progress, self._cancel):
            widget.hide()

    def show_count(self, count: int, *, held: bool) -> None:
        """How many jobs run or wait, in all documents, and whether all of them are held."""
        self.list_button.setText(f" {count} held" if count and held else f" {count}" if count else "")
        style = Qt.ToolButtonStyle
        self.list_button.setToolButtonStyle(style.ToolButtonTextBesideIcon if count else style.ToolButtonIconOnly)
        how = "no job runs or waits" if not count else "1 job" if count == 1 else f"{count} jobs"
        tip = f"Jobs: {how}{', all held' if count and held else ''} (Ctrl+Shift+J)"
        self.list_button.setToolTip(tip)
        self.list_button.setAccessibleName(tip)
