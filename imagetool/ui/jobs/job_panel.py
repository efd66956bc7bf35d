"""The list of jobs: lies over the lower corner of the picture, and nothing has to wait until it is closed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from imagetool.ui import tokens
from imagetool.ui.jobs.facts import JobFacts
from imagetool.ui.jobs.job_row import JobRow
from imagetool.ui.widgets.parts import icon_button, label, line, quiet_button

_WIDTH_PX, _HEIGHT_PX, _LEAST_PX = 520, 440, 96


class JobPanel(QFrame):
    """Jobs that run or wait, in order, and below them the last that ended."""

    cancel_all_wanted = Signal()
    hold_all_wanted = Signal(bool)
    cancel_wanted = Signal(str)  # id
    hold_wanted = Signal(str, bool)
    move_wanted = Signal(str, int)
    document_wanted = Signal(str)
    keep_wanted = Signal(str)
    discard_wanted = Signal(str)
    copy_wanted = Signal(str)  # text

    def __init__(self, window: QWidget, area: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("panel")
        self.setAccessibleName("Jobs")
        self._area, self._head = area, QHBoxLayout()
        self._rows: dict[str, JobRow] = {}
        self._all_held = False
        self.hold_all, self.cancel_all = quiet_button("Hold all"), quiet_button("Cancel all")
        self.cancel_all.setToolTip("Stop every job; what is done of those under way can be kept")
        self._close = icon_button("close", "Close the list (Esc)")
        self._nothing = label("No job runs or waits.", "muted")
        self._nothing.setContentsMargins(tokens.AROUND_PX, tokens.BETWEEN_PX, tokens.AROUND_PX, tokens.BETWEEN_PX)
        self._ended_heading = label("Ended", "heading")
        self._ended_heading.setContentsMargins(tokens.AROUND_PX, tokens.BETWEEN_PX, 0, tokens.INSIDE_PX)
        self._open_column, self._ended_column = _column(), _column()
        self._page = QWidget()
        self._scroll = QScrollArea()
        self._lay_out()
        self.hold_all.clicked.connect(lambda: self.hold_all_wanted.emit(not self._all_held))
        self.cancel_all.clicked.connect(self.cancel_all_wanted)
        self._close.clicked.connect(self.hide)
        area.installEventFilter(self)
        self.hide()

    @property
    def rows(self) -> dict[str, JobRow]:
        """The rows by their jobs' ids, in order."""
        return dict(self._rows)

    def open(self) -> None:
        """Shows itself and takes the keyboard."""
        self._place()
        self.show()
        self.raise_()
        first = next(iter(self._rows.values()), None)
        (first.cancel if first and first.cancel.isEnabled() else self._close).setFocus(
            Qt.FocusReason.PopupFocusReason
        )

    def show_jobs(self, open_jobs: Sequence[JobFacts], ended: Sequence[JobFacts], *, all_held: bool) -> None:
        """All jobs as they stand now."""
        before = self._rows
        self._rows = {facts.id: before.get(facts.id) or self._row(facts) for facts in (*open_jobs, *ended)}
        for gone in before.keys() - self._rows.keys():
            before[gone].hide()
            before[gone].deleteLater()
        for column, jobs in ((self._open_column, open_jobs), (self._ended_column, ended)):
            for place, facts in enumerate(jobs):
                row = self._rows[facts.id]
                if column.indexOf(row) != place:
                    column.insertWidget(place, row)
                row.show_facts(facts)
        movable = [facts.id for facts in open_jobs if facts.movable]
        for job_id in movable:
            self._rows[job_id].show_place(first=job_id == movable[0], last=job_id == movable[-1])
        self._all_held = all_held
        self.hold_all.setText("Continue all" if all_held else "Hold all")
        self.hold_all.setToolTip("Let all jobs go on" if all_held else "Let all jobs wait, later ones, too")
        self.cancel_all.setEnabled(bool(open_jobs))
        self.hold_all.setEnabled(bool(open_jobs) or all_held)
        self._nothing.setVisible(not open_jobs)
        self._ended_heading.setVisible(bool(ended))
        self._place()

    def show_job(self, facts: JobFacts) -> None:
        """One job as it stands now."""
        row = self._rows.get(facts.id)
        if row:
            row.show_facts(facts)

    def _row(self, facts: JobFacts) -> JobRow:
        row, job_id = JobRow(facts), facts.id
        row.cancel_wanted.connect(lambda: self.cancel_wanted.emit(job_id))
        row.hold_wanted.connect(lambda held: self.hold_wanted.emit(job_id, held))
        row.move_wanted.connect(lambda steps: self.move_wanted.emit(job_id, steps))
        row.document_wanted.connect(lambda: self.document_wanted.emit(job_id))
        row.keep_wanted.connect(lambda: self.keep_wanted.emit(job_id))
        row.discard_wanted.connect(lambda: self.discard_wanted.emit(job_id))
        row.copy_wanted.connect(self.copy_wanted)
        row.log_button.toggled.connect(self._place)
        return row

    def _lay_out(self) -> None:
        head = self._head
        head.setContentsMargins(tokens.AROUND_PX, tokens.INSIDE_PX, tokens.BETWEEN_PX, tokens.INSIDE_PX)
        head.setSpacing(tokens.INSIDE_PX)
        head.addWidget(label("Jobs", "strong"))
        head.addStretch(1)
        for button in (self.hold_all, self.cancel_all, self._close):
            head.addWidget(button)
        self._page.setObjectName("bare")
        page = QVBoxLayout(self._page)
        page.setContentsMargins(0, tokens.INSIDE_PX, 0, tokens.BETWEEN_PX)
        page.setSpacing(0)
        page.addWidget(self._nothing)
        page.addLayout(self._open_column)
        page.addWidget(self._ended_heading)
        page.addLayout(self._ended_column)
        page.addStretch(1)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._page)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(line())
        column.addWidget(self._scroll, 1)

    def _place(self) -> None:
        """In the lower right corner of its area, as high as its rows need."""
        area = self._area.geometry()
        gap = tokens.BETWEEN_PX
        wanted = self._page.sizeHint().height() + self._head.sizeHint().height() + gap
        height = min(max(wanted, _LEAST_PX), _HEIGHT_PX, max(_LEAST_PX, area.height() - 2 * gap))
        width = min(_WIDTH_PX, area.width() - 2 * gap)
        self.setGeometry(area.right() + 1 - gap - width, area.bottom() + 1 - gap - height, width, height)

    # Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stays in its corner when the area changes."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move) and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        """Esc is for the list while it has the keyboard, and no command of the window."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes it."""
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)


def _column() -> QVBoxLayout:
    column = QVBoxLayout()
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    return column
