"""Running the jobs of the checks in a worker of the plugin's own, with an end to every wait."""

from __future__ import annotations

import queue
import time
from dataclasses import dataclass

from imagetool.catalog.places import Places
from imagetool.jobs.errors import JobError, WorkerDied
from imagetool.jobs.events import (
    ENDS,
    Cancelled,
    Event,
    Failed,
    Finished,
    Previewed,
    Progressed,
    Started,
    job_of,
)
from imagetool.jobs.request import Request, Result
from imagetool.jobs.runner import WorkerRunner
from imagetool.jobs.slot import CANCEL_GRACE_S
from imagetool.jobs.watch import Watch
from imagetool.jobs.worker import Launch

_POLL_S = 0.1
_IN_THE_MIDDLE_S = 0.3  # after a job has started that tells nothing


class TimeIsUp(Exception):
    """The checks have taken as long as they may; those that are left are skipped."""


class TooSlow(JobError):
    """A job did not end within the time that a check has for it; whether it `listened` when asked to stop."""

    def __init__(self, patience_s: float, *, listened: bool) -> None:
        self.patience_s, self.listened = patience_s, listened
        deaf = "" if listened else " Nor did it stop when it was asked to."
        super().__init__(f"The job did not end within {patience_s:.0f} seconds.{deaf}")


@dataclass(frozen=True, eq=False, slots=True)
class Outcome:
    """How a job ended: with a result, with an error, or, where it was stopped, with neither.

    `seconds` are those from the request, or from the wish to stop, to the end; `told` are all progress values.
    """

    request: Request
    result: Result | None
    error: JobError | None
    seconds: float
    told: tuple[float, ...]

    @property
    def ended(self) -> Result:
        """The result of a job that is known to have one."""
        assert self.result is not None  # noqa: S101 - the caller has looked at `error`
        return self.result


class Trials:
    """A runner whose worker is started again where it died; used by one thread."""

    def __init__(self, places: Places, watch: Watch, launch: Launch, patience_s: float, until: float) -> None:
        self._places, self._watch, self._launch = places, watch, launch
        self._patience_s, self._until = patience_s, until
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._runner: WorkerRunner | None = None

    def close(self) -> None:
        """Ends the worker."""
        if self._runner:
            self._runner.close()
            self._runner = None

    def run(self, request: Request) -> Outcome:
        """Runs a job to its end.

        Raises:
            TimeIsUp: where the time for all checks is over.
        """
        began = time.monotonic()
        runner = self._submitted(request)
        end, told = self._heard(request, began + self._patience_s)
        seconds = time.monotonic() - began
        match end:
            case Finished(_, result):
                return Outcome(request, result, None, seconds, told)
            case Failed(_, error):
                if isinstance(error, WorkerDied):
                    self.close()  # the next job gets a runner that does not count deaths
                return Outcome(request, None, error, seconds, told)
        asked = time.monotonic()
        runner.cancel(request.job_id)
        self._heard(request, None)
        listened = time.monotonic() - asked < CANCEL_GRACE_S
        return Outcome(request, None, TooSlow(self._patience_s, listened=listened), seconds, told)

    def stop(self, request: Request) -> Outcome:
        """Starts a job, stops it in the middle, and measures from there; a result means that it was too short."""
        runner = self._submitted(request)
        end, told = self._heard(request, time.monotonic() + self._patience_s, middle=True)
        asked = time.monotonic()
        if end is None:
            runner.cancel(request.job_id)
            end, more = self._heard(request, None)
            told += more
        seconds = time.monotonic() - asked
        result = end.result if isinstance(end, Finished) else None
        error = end.error if isinstance(end, Failed) else None
        return Outcome(request, result, error, seconds, told)

    def _submitted(self, request: Request) -> WorkerRunner:
        if time.monotonic() > self._until:
            raise TimeIsUp
        if self._runner is None:
            self._runner = WorkerRunner(self._places, self._events.put, launch=self._launch)
        self._runner.submit(request)
        return self._runner

    def _heard(
        self, request: Request, until: float | None, *, middle: bool = False
    ) -> tuple[Finished | Failed | Cancelled | None, tuple[float, ...]]:
        """The job's end and what it told on the way; None where `until` or its `middle` came first."""
        told: list[float] = []
        started_at: float | None = None
        while until is None or time.monotonic() < until:
            self._watch.check()
            if middle and started_at and time.monotonic() - started_at > _IN_THE_MIDDLE_S:
                return None, tuple(told)
            try:
                event = self._events.get(timeout=_POLL_S)
            except queue.Empty:
                continue
            if job_of(event) != request.job_id:
                continue
            if isinstance(event, ENDS):
                return event, tuple(told)
            if isinstance(event, Started):
                started_at = time.monotonic()
            if isinstance(event, Progressed):
                told.append(event.done)
            if middle and (isinstance(event, Previewed) or (told and told[-1] > 0)):
                return None, tuple(told)
        return None, tuple(told)
