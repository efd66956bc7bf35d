"""The background inference thread: takes requests, drives the workers, and calls back with events."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from imagetool.catalog.places import Places
from imagetool.catalog.plugins import Plugin
from imagetool.core.errors import ImagetoolError
from imagetool.jobs.errors import JobError
from imagetool.jobs.events import Event, Failed
from imagetool.jobs.plans import worker_plan
from imagetool.jobs.process.worker_process import WorkerProcess
from imagetool.jobs.request import Request
from imagetool.jobs.slot import Slot
from imagetool.jobs.worker import Launch, Worker
from imagetool.wire.buffers import BufferPool, sweep_leftovers

IDLE_EXIT_S = 300.0
Listener = Callable[[Event], None]


class Runner(Protocol):
    """Whatever runs requests; the listener it was made with hears of each one's fate."""

    def submit(self, request: Request) -> None:
        """Queues a request; returns at once."""
        ...

    def cancel(self, job_id: str) -> None:
        """Asks a job to stop; returns at once. A job that is unknown or over is left alone."""
        ...

    def warm_up(self, plugin: Plugin) -> None:
        """Starts the plugin's worker, because a job is likely to follow; returns at once."""
        ...

    def close(self) -> None:
        """Stops everything and waits until no process is left."""
        ...


@dataclass(frozen=True, slots=True)
class _Submit:
    request: Request


@dataclass(frozen=True, slots=True)
class _Cancel:
    job_id: str


@dataclass(frozen=True, slots=True)
class _WarmUp:
    plugin: Plugin


@dataclass(frozen=True, slots=True)
class _Heard:
    slot: Slot
    worker: Worker
    message: Any


@dataclass(frozen=True, slots=True)
class _Ended:
    slot: Slot
    worker: Worker
    reason: str


class WorkerRunner:
    """Runs requests in worker processes: one process per plugin, one for all bundled ones, one job each.

    Everything happens on one thread of this object, which also calls the listener; the public methods only
    leave a note for it.
    """

    def __init__(
        self,
        places: Places,
        listener: Listener,
        idle_exit_s: float = IDLE_EXIT_S,
        launch: Launch = WorkerProcess,
    ) -> None:
        self._places = places
        self._launch = launch
        self._listener = listener
        self._idle_exit_s = idle_exit_s
        self._notes: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._slots: dict[str, Slot] = {}
        self._thread = threading.Thread(target=self._run, name="inference", daemon=True)
        self._thread.start()

    def submit(self, request: Request) -> None:
        """Queues a request."""
        self._notes.put(_Submit(request))

    def cancel(self, job_id: str) -> None:
        """Drops a queued job; asks a running one to stop, and kills its worker two seconds later."""
        self._notes.put(_Cancel(job_id))

    def warm_up(self, plugin: Plugin) -> None:
        """Starts the plugin's worker, so that it has its libraries loaded when the first job comes."""
        self._notes.put(_WarmUp(plugin))

    def close(self) -> None:
        """Ends all workers; jobs still under way are cancelled. Idempotent."""
        if self._thread.is_alive():
            self._notes.put(None)
            self._thread.join()

    def _run(self) -> None:
        sweep_leftovers()
        try:
            self._serve()
        finally:
            for slot in self._slots.values():
                slot.close()

    def _serve(self) -> None:
        while True:
            try:
                note = self._notes.get(timeout=self._patience_s())
            except queue.Empty:
                note = _Cancel("")
            match note:
                case None:
                    return
                case _Submit(request):
                    self._submit(request)
                case _Cancel(job_id):
                    for slot in self._slots.values():
                        slot.cancel(job_id)
                case _WarmUp(plugin):
                    self._slot(plugin).warm_up()
                case _Heard(slot, worker, message):
                    slot.hear(worker, message)
                case _Ended(slot, worker, reason):
                    slot.worker_ended(worker, reason)
            now = time.monotonic()
            for slot in self._slots.values():
                slot.tick(now)

    def _patience_s(self) -> float | None:
        deadlines = [slot.deadline for slot in self._slots.values() if slot.deadline is not None]
        return max(0.0, min(deadlines) - time.monotonic()) if deadlines else None

    def _submit(self, request: Request) -> None:
        try:
            slot = self._slot(request.model.plugin)
        except (ImagetoolError, OSError) as error:
            self._listener(Failed(request.job_id, JobError(str(error))))
            return
        slot.submit(request)

    def _slot(self, plugin: Plugin) -> Slot:
        """The place of a plugin's worker; another version of the plugin has another one."""
        key = "bundled" if plugin.shares_worker else str(plugin.folder)
        if key not in self._slots:
            pool = BufferPool()
            self._slots[key] = Slot(
                plugin.manifest.name, pool, self._listener, self._idle_exit_s, self._starter(plugin, pool)
            )
        return self._slots[key]

    def _starter(self, plugin: Plugin, pool: BufferPool) -> Callable[[Slot], Worker]:
        def start(slot: Slot) -> Worker:
            return self._launch(
                self._places.runtime,
                worker_plan(plugin, self._places, pool.folders),
                lambda worker, message: self._notes.put(_Heard(slot, worker, message)),
                lambda worker, reason: self._notes.put(_Ended(slot, worker, reason)),
            )

        return start
