"""All jobs that the window knows, by document and in the order in which they will run, and the last that ended."""

from __future__ import annotations

from collections import deque
from functools import partial

from PySide6.QtCore import QMetaObject, QObject, Signal

from imagetool.app.job import Job
from imagetool.jobs.events import Noted, Progressed, Queued, Started
from imagetool.ui.inference import Inference
from imagetool.ui.jobs.facts import Stage
from imagetool.ui.session import Session

_MOST_ENDED = 20


class JobQueue(QObject):
    """Keeps the jobs up to date with what the runner tells, and passes on what the user wants of them."""

    changed = Signal(object)  # Job: how it stands
    listed = Signal()  # which there are, or their order
    began = Signal(object)  # Job: it has left the queue

    def __init__(self, inference: Inference, parent: QObject) -> None:
        super().__init__(parent)
        self._inference = inference
        self._jobs: dict[str, Job] = {}  # those that have not ended, in order
        self._ended: deque[Job] = deque(maxlen=_MOST_ENDED)  # the newest first
        self._all_held = False
        self._watched: dict[Session, QMetaObject.Connection] = {}
        inference.started.connect(self._on_started)
        inference.progressed.connect(self._on_progressed)
        inference.noted.connect(self._on_noted)
        inference.queued.connect(self._on_queued)

    @property
    def open(self) -> list[Job]:
        """Those that have not ended, in the order in which they will run."""
        return list(self._jobs.values())

    @property
    def ended(self) -> list[Job]:
        """The last ones, the newest first."""
        return list(self._ended)

    @property
    def all_held(self) -> bool:
        """Whether everything waits, later jobs, too."""
        return self._all_held

    def get(self, job_id: str) -> Job | None:
        """The job with that id that has not ended; None where there is none."""
        return self._jobs.get(job_id)

    def of(self, session: Session) -> list[Job]:
        """A document's jobs that have not ended, in order."""
        return [job for job in self._jobs.values() if job.session is session]

    def current(self, session: Session) -> Job | None:
        """The one of a document's jobs that is spoken of: it runs, or will run next."""
        jobs = self.of(session)
        under_way = [job for job in jobs if job.stage is not Stage.WAITING]
        return next(iter([*under_way, *jobs]), None)

    def add(self, job: Job) -> None:
        """A new job, to be run last."""
        job.held = self._all_held
        self._jobs[job.id] = job
        job.note(job.wish)
        if job.session not in self._watched:
            self._watched[job.session] = job.session.state_changed.connect(
                partial(self._on_state_changed, job.session)
            )
        self._inference.submit(job.request)
        self.listed.emit()

    def end(self, job: Job, said: str) -> None:
        """A job is over; `said` is how. One that is unknown is left alone."""
        if self._jobs.pop(job.id, None):
            job.end(said)
            self._ended.appendleft(job)
            self.listed.emit()

    def stop(self, job: Job) -> None:
        """Cancels a job."""
        if job.stage in (Stage.WAITING, Stage.RUNNING):
            job.stage = Stage.STOPPING
            self._inference.cancel(job.id)
            self.changed.emit(job)

    def stop_all(self) -> None:
        """Cancels every job."""
        for job in self.open:
            if job.stage in (Stage.WAITING, Stage.RUNNING):
                job.stage = Stage.STOPPING
        self._inference.cancel_all()
        self.listed.emit()

    def hold(self, job: Job, held: bool) -> None:
        """Lets a job wait, or go on."""
        job.hold(held)
        self._inference.hold(job.id, held=held)
        self.changed.emit(job)

    def hold_all(self, held: bool) -> None:
        """Lets all jobs wait or go on, later ones, too."""
        self._all_held = held
        for job in self.open:
            job.hold(held)
        self._inference.hold("", held=held)
        self.listed.emit()

    def move(self, job: Job, steps: int) -> None:
        """Moves a waiting job up (where `steps` is negative) or down among the waiting ones."""
        waiting = [other for other in self.open if other.stage is Stage.WAITING]
        if job not in waiting:
            return
        here = waiting.index(job)
        there = min(max(here + steps, 0), len(waiting) - 1)
        if there != here:
            waiting.insert(there, waiting.pop(here))
            before = waiting[there + 1].id if there + 1 < len(waiting) else ""
            self._inference.move(job.id, before)
            self._sort([*(it.id for it in self.open if it not in waiting), *(it.id for it in waiting)])

    def forget(self, session: Session) -> None:
        """A document is closed: its jobs are stopped, and nothing that comes of them is heard any more."""
        gone = self.of(session)
        for job in gone:
            self._inference.cancel(job.id)
            del self._jobs[job.id]
        self._ended = deque((job for job in self._ended if job.session is not session), _MOST_ENDED)
        if session in self._watched:
            session.state_changed.disconnect(self._watched.pop(session))
        self.listed.emit()

    def _sort(self, job_ids: list[str]) -> None:
        """In that order; before them what the runner has done with, behind them what it is still to hear of."""
        known = {job_id: self._jobs[job_id] for job_id in job_ids if job_id in self._jobs}
        done = {job.id: job for job in self.open if job.id not in known and job.stage is not Stage.WAITING}
        self._jobs = {**done, **known, **self._jobs}
        self.listed.emit()

    def _on_state_changed(self, session: Session, _: object) -> None:
        """What a job was begun with may fit no more, or again."""
        for job in self.of(session):
            self.changed.emit(job)

    def _on_started(self, event: Started) -> None:
        job = self.get(event.job_id)
        if job:
            job.begin()
            self.began.emit(job)
            self.listed.emit()

    def _on_progressed(self, event: Progressed) -> None:
        job = self.get(event.job_id)
        if job:
            job.begin()
            job.done, job.text = event.done, event.text
            self.changed.emit(job)

    def _on_noted(self, event: Noted) -> None:
        job = self.get(event.job_id)
        if job:
            job.note(event.text)
            self.changed.emit(job)

    def _on_queued(self, event: Queued) -> None:
        for job in self.open:
            job.hold(job.id in event.held)
        self._sort(list(event.job_ids))
