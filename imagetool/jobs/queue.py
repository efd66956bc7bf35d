"""The one order of all jobs that have not ended, whichever worker they are for."""

from __future__ import annotations

from collections.abc import Callable

from imagetool.jobs.attempts import Job
from imagetool.jobs.events import Queued


class JobQueue:
    """Those that run stand before those that wait. Used by one thread; `listener` is told of each change."""

    def __init__(self, listener: Callable[[Queued], object]) -> None:
        self._listener = listener
        self._jobs: list[Job] = []
        self._holds_new = False
        self._told = Queued((), frozenset())

    @property
    def jobs(self) -> tuple[Job, ...]:
        """All of them, in their order."""
        return tuple(self._jobs)

    def find(self, job_id: str) -> Job | None:
        """The job of that id, if it has not ended."""
        return next((job for job in self._jobs if job.job_id == job_id), None)

    def waiting(self, place: object) -> list[Job]:
        """The jobs of that place that may run and do not yet."""
        return [job for job in self._jobs if job.place is place and job.running is None and not job.held]

    def add(self, job: Job) -> None:
        """Puts a job last; it is held where all are."""
        job.held = self._holds_new
        self._jobs.append(job)
        self.tell()

    def remove(self, job: Job) -> None:
        """The job has ended."""
        self._jobs.remove(job)
        self.tell()

    def hold(self, job_id: str, *, held: bool) -> list[Job]:
        """Lets a job wait or go on, or all where `job_id` is empty; those for which this is new."""
        if not job_id:
            self._holds_new = held
        changed = [job for job in self._jobs if job_id in ("", job.job_id) and job.held != held]
        for job in changed:
            job.held = held
        self.tell()
        return changed

    def move(self, job_id: str, before: str) -> None:
        """Puts a waiting job before another one, or last; where one of them is unknown nothing changes."""
        job, other = self.find(job_id), self.find(before)
        if job is None or job.running or job is other or (before and other is None):
            return
        self._jobs.remove(job)
        self._jobs.insert(self._jobs.index(other) if other else len(self._jobs), job)
        self.tell()

    def tell(self) -> None:
        """Puts those that run first, and says how all stand, if that is new."""
        self._jobs.sort(key=lambda job: job.running is None)
        held = frozenset(job.job_id for job in self._jobs if job.held)
        now = Queued(tuple(job.job_id for job in self._jobs), held)
        if now != self._told:
            self._told = now
            self._listener(now)
