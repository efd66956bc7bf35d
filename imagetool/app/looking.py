"""Tells the runner what the user looks at, so that it is made first."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from imagetool.app.job import Job
from imagetool.app.job_queue import JobQueue
from imagetool.core.geometry import Rect
from imagetool.ui.document_area import DocumentArea
from imagetool.ui.inference import Inference
from imagetool.ui.jobs.facts import Stage

PAUSE_MS = 150


class Looking(QObject):
    """Says at once what is to be seen, then at most a few times a second, and nothing twice."""

    def __init__(self, queue: JobQueue, inference: Inference, area: DocumentArea) -> None:
        super().__init__(queue)
        self._queue, self._inference, self._area = queue, inference, area
        self._told: dict[str, Rect] = {}
        self._again = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._on_paused)
        queue.listed.connect(self._on_listed)
        queue.began.connect(self._on_began)

    def look(self) -> None:
        """The view has moved, or another document is shown."""
        if self._pause.isActive():
            self._again = True
            return
        if self._tell():
            self._pause.start()

    def _tell(self) -> bool:
        """Whether there was anything to tell."""
        canvas = self._area.current
        if canvas is None:
            return False
        seen = canvas.viewport.visible
        told = False
        for job in self._queue.of(canvas.session):
            source = job.request.source
            fits = source is not None and source.size == canvas.session.state.size and not seen.empty
            if fits and job.stage in (Stage.WAITING, Stage.RUNNING) and self._told.get(job.id) != seen:
                self._told[job.id] = seen
                self._inference.look_at(job.id, seen)
                told = True
        return told

    def _on_paused(self) -> None:
        if self._again:
            self._again = False
            self.look()

    def _on_listed(self) -> None:
        """New jobs are told; what was told of those that are over is forgotten."""
        self._told = {job.id: self._told[job.id] for job in self._queue.open if job.id in self._told}
        self.look()

    def _on_began(self, job: Job) -> None:
        """Whoever waited may not have listened yet."""
        self._told.pop(job.id, None)
        self.look()
