"""A slot on a stage: its workers are fakes, and what its listener hears is written down."""

from __future__ import annotations

from imagetool.core.geometry import Rect
from imagetool.jobs.events import Event, Queued
from imagetool.jobs.preparing import BARE, Equipment
from imagetool.jobs.queue import JobQueue
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


class FakeSurroundings:
    """Other slots: whether they hold models, what they were told."""

    def __init__(self) -> None:
        self.is_crowded = False
        self.times_freed = 0
        self.devices: list[messages.Devices] = []
        self.equipment: Equipment = BARE

    def crowded(self, place: object) -> bool:
        return self.is_crowded

    def make_room(self) -> None:
        self.times_freed += 1
        self.is_crowded = False

    def hear_devices(self, message: messages.Devices) -> None:
        self.devices.append(message)


class Stage:
    """A slot, what its listener heard, and its workers."""

    def __init__(self, pool: BufferPool) -> None:
        self.heard: list[Event] = []
        self.workers: list[FakeWorker] = []
        self.refusal: OSError | None = None
        self.pool = pool
        self.told: list[Queued] = []
        self.queue = JobQueue(self.told.append)
        self.around = FakeSurroundings()
        self.slot = Slot("Fake", pool, self.queue, self.heard.append, IDLE_S, self._start, self.around)

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

    def cancel(self, job_id: str) -> None:
        """Cancels a job, if it has not ended."""
        job = self.queue.find(job_id)
        if job:
            self.slot.cancel(job)

    def hold(self, job_id: str, *, held: bool) -> None:
        """Holds a job or lets it go on; all where the id is empty."""
        for job in self.queue.hold(job_id, held=held):
            self.slot.heed_hold(job)

    def look_at(self, job_id: str, rect: Rect) -> None:
        """Says what the user sees of a job."""
        job = self.queue.find(job_id)
        assert job
        self.slot.look_at(job, rect)

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
