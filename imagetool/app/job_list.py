"""Connects the list of jobs with the queue behind it; the list is made when it is first wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from imagetool.app.job import Job
from imagetool.app.job_queue import JobQueue
from imagetool.app.remnants import Remnants
from imagetool.ui.main_window import MainWindow

if TYPE_CHECKING:  # not needed for the first picture
    from imagetool.ui.jobs.job_panel import JobPanel


class JobList(QObject):
    """Shows every job of the queue and the last that ended, and does what is clicked there."""

    def __init__(self, window: MainWindow, queue: JobQueue, remnants: Remnants) -> None:
        super().__init__(window)
        self._window, self._queue, self._remnants = window, queue, remnants
        self._panel: JobPanel | None = None
        queue.listed.connect(self._on_listed)
        queue.changed.connect(self._on_changed)
        window.status.jobs_wanted.connect(self.toggle)

    @property
    def panel(self) -> JobPanel:
        """The list."""
        if self._panel is None:
            self._panel = self._made()
        return self._panel

    def toggle(self) -> None:
        """Opens the list, or closes it."""
        if self.panel.isVisible():
            self.panel.hide()
        else:
            self._fill(self.panel)
            self.panel.open()

    def _made(self) -> JobPanel:
        from imagetool.ui.jobs.job_panel import JobPanel

        panel = JobPanel(self._window, self._window.area)
        panel.cancel_all_wanted.connect(self._queue.stop_all)
        panel.hold_all_wanted.connect(self._queue.hold_all)
        panel.cancel_wanted.connect(lambda job_id: self._with(job_id, self._queue.stop))
        panel.hold_wanted.connect(lambda job_id, held: self._with(job_id, lambda job: self._queue.hold(job, held)))
        panel.move_wanted.connect(
            lambda job_id, steps: self._with(job_id, lambda job: self._queue.move(job, steps))
        )
        panel.document_wanted.connect(self._on_document_wanted)
        panel.keep_wanted.connect(self._remnants.keep)
        panel.discard_wanted.connect(self._remnants.discard)
        panel.copy_wanted.connect(lambda text: QGuiApplication.clipboard().setText(text))
        return panel

    def _fill(self, panel: JobPanel) -> None:
        open_jobs = [job.facts for job in self._queue.open]
        panel.show_jobs(open_jobs, [job.facts for job in self._queue.ended], all_held=self._queue.all_held)

    def _with(self, job_id: str, act: Callable[[Job], object]) -> None:
        job = self._queue.get(job_id)
        if job:
            act(job)

    def _on_listed(self) -> None:
        self._window.status.show_count(len(self._queue.open), held=self._queue.all_held)
        if self._panel and self._panel.isVisible():
            self._fill(self._panel)

    def _on_changed(self, job: Job) -> None:
        if self._panel and self._panel.isVisible():
            self._panel.show_job(job.facts)

    def _on_document_wanted(self, job_id: str) -> None:
        for job in (*self._queue.open, *self._queue.ended):
            if job.id == job_id:
                self._window.area.choose(job.session)
