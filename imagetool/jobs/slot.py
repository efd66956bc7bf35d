"""One plugin's place in the runner: its worker, its queue, and the job under way."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from imagetool.core.errors import ImagetoolError
from imagetool.core.geometry import Rect
from imagetool.jobs.errors import JobError, ModelFailed, NothingMasked, PluginSuspended, WorkerDied
from imagetool.jobs.events import Cancelled, Event, Failed, Finished, Previewed, Progressed, Started
from imagetool.jobs.request import Report, Request, Result
from imagetool.jobs.worker import Worker
from imagetool.wire import messages
from imagetool.wire.buffers import Buffer, BufferPool

CANCEL_GRACE_S = 2.0
SUSPEND_DEATHS = 3
SUSPEND_WINDOW_S = 300.0
PREVIEW_SIDE_PX = 1024


@dataclass(eq=False, slots=True)
class _Running:
    """The job a worker has, the buffers it uses, and when the worker is killed if it does not stop."""

    request: Request
    rect: Rect
    source: Buffer
    mask: Buffer
    result: Buffer
    preview: Buffer
    kill_at: float | None = None


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
    _running: _Running | None = None
    _deaths: list[float] = field(default_factory=list)
    _idle_since: float = 0.0

    @property
    def deadline(self) -> float | None:
        """When `tick` has something to do, in seconds of the monotonic clock."""
        if self._running:
            return self._running.kill_at
        return self._idle_since + self.idle_exit_s if self._worker else None

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
        if running and running.request.job_id == job_id and running.kill_at is None and self._worker:
            running.kill_at = time.monotonic() + CANCEL_GRACE_S
            self._worker.send(messages.Cancel(job_id))

    def tick(self, now: float) -> None:
        """Kills a worker that does not stop, ends one that has been idle for long."""
        if self.deadline is None or now < self.deadline:
            return
        running = self._running
        self._drop_worker()
        if running:
            self._finish(running, Cancelled(running.request.job_id))

    def hear(self, worker: Worker, message: Any) -> None:
        """Takes an answer; one of a former worker or of an unknown job is dropped."""
        if worker is not self._worker:
            return
        if isinstance(message, messages.Ready):
            self._ready = True
            self._next()
            return
        running = self._running
        if running is None or message.job_id != running.request.job_id:
            return
        self._answer(running, message)

    def worker_ended(self, worker: Worker, reason: str) -> None:
        """The worker is gone, wanted or not."""
        if worker is not self._worker:
            return
        running = self._running
        self._drop_worker()
        self._deaths.append(time.monotonic())
        if running and running.kill_at is not None:
            self._finish(running, Cancelled(running.request.job_id))
        elif running:
            error = WorkerDied(running.request.model.entry.name, reason, worker.log.text())
            self._finish(running, Failed(running.request.job_id, error))
        elif self._queue:  # it never became ready
            request = self._queue.popleft()
            error = WorkerDied(request.model.entry.name, reason, worker.log.text())
            self.listener(Failed(request.job_id, error))
            self._next()

    def close(self) -> None:
        """Ends the worker; every job that is left is cancelled."""
        running = self._running
        self._drop_worker()
        waiting = list(self._queue)
        self._queue.clear()
        if running:
            self._finish(running, Cancelled(running.request.job_id))
        for request in waiting:
            self.listener(Cancelled(request.job_id))

    def _answer(self, running: _Running, message: Any) -> None:
        job_id = running.request.job_id
        match message:
            case messages.Progress():
                self.listener(Progressed(job_id, min(1.0, max(0.0, message.done)), message.text))
            case messages.Preview():
                self._preview(running, message)
            case messages.Done():
                self._finish(running, Finished(job_id, _result(running, message)))
            case messages.Stopped():
                self._finish(running, Cancelled(job_id))
            case messages.Failed():
                self._finish(running, Failed(job_id, ModelFailed(message.sentence, message.details)))

    def _preview(self, running: _Running, message: messages.Preview) -> None:
        shape = (message.height, message.width, 3)
        if min(shape) > 0 and message.height * message.width <= PREVIEW_SIDE_PX**2:
            pixels = running.preview.array[: message.height * message.width * 3].reshape(shape).copy()
            where = message.rect
            rect = Rect(where.left, where.top, where.right, where.bottom)
            self.listener(Previewed(running.request.job_id, rect, pixels))
        if self._worker:
            self._worker.send(messages.PreviewTaken(running.request.job_id))

    def _next(self) -> None:
        if self._running or not self._queue:
            return
        if self._suspended():
            while self._queue:
                error = PluginSuspended(self.name, SUSPEND_DEATHS, SUSPEND_WINDOW_S)
                self.listener(Failed(self._queue.popleft().job_id, error))
            return
        if self._worker is None:
            self._start_worker()
        elif self._ready:
            self._run(self._queue.popleft())

    def _start_worker(self) -> None:
        self._ready = False
        self._idle_since = time.monotonic()
        self._worker = self.start(self)

    def _run(self, request: Request) -> None:
        self.listener(Started(request.job_id))
        try:
            self._running = self._prepared(request)
        except ImagetoolError as error:
            failure = error if isinstance(error, JobError) else JobError(str(error))
            self.listener(Failed(request.job_id, failure))
            self._next()
            return
        if self._worker:
            self._worker.send(_message(self._running))

    def _prepared(self, request: Request) -> _Running:
        rect = request.mask.content_rect()
        if rect.empty:
            raise NothingMasked
        size = request.source.size
        source = self.pool.take((size.height, size.width, 4), request.source.dtype)
        request.source.read_into(Rect.of_size(size), source.array)
        mask = self.pool.take((rect.height, rect.width), "uint8")
        mask.array[...] = request.mask.read(rect)[..., 0]
        result = self.pool.take((rect.height, rect.width, 4), request.source.dtype)
        preview = self.pool.take((PREVIEW_SIDE_PX**2 * 3,), "uint8")
        return _Running(request, rect, source, mask, result, preview)

    def _finish(self, running: _Running, event: Event) -> None:
        self._running = None
        self._idle_since = time.monotonic()
        for buffer in (running.source, running.mask, running.result, running.preview):
            self.pool.give_back(buffer)
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


def _message(running: _Running) -> messages.Run:
    request, rect = running.request, running.rect
    module, attribute = request.model.entry.entry.split(":")
    package = request.model.plugin.package
    return messages.Run(
        job_id=request.job_id,
        task=request.model.entry.task.value,
        module=f"{package}.{module}" if package else module,
        attribute=attribute,
        params=dict(request.params),
        seed=request.seed,
        device=request.device,
        context=request.model.entry.context,
        context_min_px=request.model.entry.context_min_px,
        rect=messages.RectRef(rect.left, rect.top, rect.right, rect.bottom),
        source=running.source.ref,
        mask=running.mask.ref,
        result=running.result.ref,
        preview=running.preview.ref,
    )


def _result(running: _Running, message: messages.Done) -> Result:
    report = Report(message.device, message.precision, message.seconds, message.tiles, message.peak_rss_mb)
    return Result(running.rect, running.result.array.copy(), report)
