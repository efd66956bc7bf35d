"""One plugin's place in the runner: its worker, its queue, and the job under way."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from imagetool.core.errors import ImagetoolError
from imagetool.jobs.errors import (
    JobError,
    ModelFailed,
    OutOfMemory,
    PluginSuspended,
    WorkerDied,
    WorkerNotStarted,
)
from imagetool.jobs.events import Cancelled, Event, Failed, Progressed, Started
from imagetool.jobs.request import Request
from imagetool.jobs.running import Running
from imagetool.jobs.worker import Worker
from imagetool.wire import messages
from imagetool.wire.buffers import BufferPool
from imagetool.wire.text import plain, plain_lines

CANCEL_GRACE_S = 2.0
START_PATIENCE_S = 60.0
SUSPEND_DEATHS = 3
SUSPEND_WINDOW_S = 300.0
_TEXT_LENGTH, _SENTENCE_LENGTH, _DETAILS_LENGTH = 200, 600, 50_000


@dataclass(eq=False, slots=True)
class Slot:
    """Used by the runner's thread alone; `listener` is called on it."""

    name: str
    pool: BufferPool
    listener: Callable[[Event], None]
    idle_exit_s: float
    start: Callable[[Slot], Worker]
    _worker: Worker | None = None
    _ready: bool = False
    _queue: deque[Request] = field(default_factory=deque)
    _running: Running | None = None
    _deaths: list[float] = field(default_factory=list)
    _idle_since: float = 0.0

    @property
    def deadline(self) -> float | None:
        """When `tick` has something to do, in seconds of the monotonic clock."""
        if self._running:
            return self._running.kill_at
        if self._worker is None:
            return None
        return self._idle_since + (START_PATIENCE_S if self._queue else self.idle_exit_s)

    def submit(self, request: Request) -> None:
        """Queues a request and starts it where nothing else runs."""
        self._queue.append(request)
        self._next()

    def warm_up(self) -> None:
        """Starts the worker where there is none."""
        if self._worker is None and not self._suspended():
            self._start_worker()

    def cancel(self, job_id: str) -> None:
        """Drops the job from the queue, or asks the worker to stop it."""
        for request in [request for request in self._queue if request.job_id == job_id]:
            self._queue.remove(request)
            self.listener(Cancelled(job_id))
        running = self._running
        if running and running.job_id == job_id and running.kill_at is None and self._worker:
            running.kill_at = time.monotonic() + CANCEL_GRACE_S
            self._worker.send(messages.Cancel(job_id))

    def tick(self, now: float) -> None:
        """Kills a worker that does not stop or does not start, ends one that has been idle for long."""
        if self._worker is None or self.deadline is None or now < self.deadline:
            return
        if self._running:
            running = self._running
            self._drop_worker()
            self._finish(running, Cancelled(running.job_id))
        elif self._queue:
            self.worker_ended(self._worker, f"It did not start within {START_PATIENCE_S:.0f} seconds.")
        else:
            self._drop_worker()
            self.pool.trim()

    def hear(self, worker: Worker, message: Any) -> None:
        """Takes an answer; one of a former worker or of an unknown job is dropped."""
        if worker is not self._worker:
            return
        if isinstance(message, messages.Ready):
            self._ready = True
            self._next()
            return
        running = self._running
        if running is None or message.job_id != running.job_id:
            return
        self._answer(running, message)

    def worker_ended(self, worker: Worker, reason: str) -> None:
        """The worker is gone, wanted or not."""
        if worker is not self._worker:
            return
        running = self._running
        self._drop_worker()
        self._deaths.append(time.monotonic())
        if running:
            error = WorkerDied(running.request.model.entry.name, reason, worker.log.text())
            self._finish(running, Failed(running.job_id, error))
        elif self._queue:  # it never became ready
            request = self._queue.popleft()
            error = WorkerDied(request.model.entry.name, reason, worker.log.text())
            self.listener(Failed(request.job_id, error))
            self._next()

    def close(self) -> None:
        """Ends the worker; every job that is left is cancelled, and the pool is closed."""
        running = self._running
        self._drop_worker()
        waiting = list(self._queue)
        self._queue.clear()
        if running:
            self._finish(running, Cancelled(running.job_id))
        for request in waiting:
            self.listener(Cancelled(request.job_id))
        self.pool.close()

    def _answer(self, running: Running, message: Any) -> None:
        job_id = running.job_id
        match message:
            case messages.Progress():
                done, text = min(1.0, max(0.0, message.done)), plain(message.text, _TEXT_LENGTH)
                self.listener(Progressed(job_id, done, text))
            case messages.Preview():
                self._preview(running, message)
            case messages.Done():
                self._finish(running, running.finished(message))
            case messages.Stopped():
                self._finish(running, Cancelled(job_id))
            case messages.Failed():
                sentence = plain(message.sentence, _SENTENCE_LENGTH)
                error = ModelFailed(sentence, plain_lines(message.details, _DETAILS_LENGTH))
                self._finish(running, Failed(job_id, error))

    def _preview(self, running: Running, message: messages.Preview) -> None:
        event = running.previewed(message)
        if event:
            self.listener(event)
        if self._worker:
            self._worker.send(messages.PreviewTaken(running.job_id))

    def _next(self) -> None:
        if self._running or not self._queue:
            return
        if self._suspended():
            self._fail_queue(PluginSuspended(self.name, SUSPEND_DEATHS, SUSPEND_WINDOW_S))
            return
        if self._worker is None:
            self._start_worker()
        elif self._ready:
            self._run(self._queue.popleft())

    def _start_worker(self) -> None:
        self._ready = False
        self._idle_since = time.monotonic()
        try:
            self._worker = self.start(self)
        except OSError as error:
            self._fail_queue(WorkerNotStarted(error.strerror or str(error)))
        except ImagetoolError as error:
            self._fail_queue(JobError(str(error)))

    def _fail_queue(self, error: JobError) -> None:
        while self._queue:
            self.listener(Failed(self._queue.popleft().job_id, error))

    def _run(self, request: Request) -> None:
        self.listener(Started(request.job_id))
        try:
            running = Running.prepared(request, self.pool)
        except (ImagetoolError, MemoryError) as error:
            self._idle_since = time.monotonic()
            self.listener(Failed(request.job_id, _job_error(error)))
            self._next()
            return
        self._running = running
        if self._worker:
            self._worker.send(running.message())

    def _finish(self, running: Running, event: Event) -> None:
        """Frees what the job held and tells how it ended; one that was cancelled ends so, whatever came of it."""
        if running.kill_at is not None:
            event = Cancelled(running.job_id)
        self._running = None
        self._idle_since = time.monotonic()
        running.release()
        self.listener(event)
        self._next()

    def _drop_worker(self) -> None:
        worker, self._worker, self._ready = self._worker, None, False
        if worker:
            worker.kill()

    def _suspended(self) -> bool:
        recent = [death for death in self._deaths if time.monotonic() - death < SUSPEND_WINDOW_S]
        self._deaths = recent
        return len(recent) >= SUSPEND_DEATHS


def _job_error(error: ImagetoolError | MemoryError) -> JobError:
    if isinstance(error, JobError):
        return error
    return OutOfMemory() if isinstance(error, MemoryError) else JobError(str(error))
