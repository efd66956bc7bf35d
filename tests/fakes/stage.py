"""A slot on a stage: its workers are fakes, and what its listener hears is written down."""

from __future__ import annotations

from imagetool.jobs.events import Event
from imagetool.jobs.request import Request
from imagetool.jobs.slot import Slot
from imagetool.jobs.worker import Worker
from imagetool.wire import messages
from imagetool.wire.buffers import BufferPool
from tests.fakes.requests import request
from tests.fakes.worker import FakeWorker

IDLE_S = 50.0


def done(job_id: str) -> messages.Done:
    """The answer of a worker that has done a job."""
    return messages.Done(job_id, "cpu", "fp32", 1.5, 2, 300.0, {})


class Stage:
    """A slot, what its listener heard, and its workers."""

    def __init__(self, pool: BufferPool) -> None:
        self.heard: list[Event] = []
        self.workers: list[FakeWorker] = []
        self.refusal: OSError | None = None
        self.pool = pool
        self.slot = Slot("Fake", pool, self.heard.append, IDLE_S, self._start)

    @property
    def worker(self) -> FakeWorker:
        """The newest worker."""
        return self.workers[-1]

    def _start(self, slot: Slot) -> Worker:
        if self.refusal:
            raise self.refusal
        self.workers.append(FakeWorker())
        return self.worker

    def ready(self) -> None:
        """The newest worker is ready."""
        self.slot.hear(self.worker, messages.Ready(1))

    def running(self) -> Request:
        """Submits a request and gets the worker to take it."""
        asked = request()
        self.slot.submit(asked)
        self.ready()
        self.heard.clear()
        return asked

    def run_of(self, asked: Request) -> messages.Run:
        """What the worker was told of a request."""
        (run,) = [run for run in self.worker.told(messages.Run) if run.job_id == asked.job_id]
        assert isinstance(run, messages.Run)
        return run

    def kinds(self) -> list[str]:
        """The kinds of what was heard."""
        return [type(event).__name__ for event in self.heard]

    def buffers(self) -> int:
        """How many buffers exist, in use or spare."""
        return sum(len(list(folder.iterdir())) for folder in self.pool._folders)
