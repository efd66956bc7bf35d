"""The background inference thread: takes requests, drives the workers, and calls back with events."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Protocol

from imagetool.catalog.places import Places
from imagetool.catalog.plugins import Plugin
from imagetool.core.errors import ImagetoolError
from imagetool.core.geometry import Rect
from imagetool.jobs.errors import JobError
from imagetool.jobs.events import Event, Failed
from imagetool.jobs.preparing import BARE, Equipment
from imagetool.jobs.process.worker_process import WorkerProcess
from imagetool.jobs.queue import JobQueue
from imagetool.jobs.request import Request
from imagetool.jobs.slots import Slots
from imagetool.jobs.worker import Launch
from imagetool.wire.buffers import sweep_leftovers

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

    def cancel_all(self) -> None:
        """Cancels every job, waiting or not."""
        ...

    def hold(self, job_id: str, *, held: bool) -> None:
        """Lets a job wait, at the latest before its next tile, or go on. Empty: all jobs, later ones, too."""
        ...

    def move(self, job_id: str, before: str) -> None:
        """Puts a waiting job before another one, or, where that is empty, last."""
        ...

    def look_at(self, job_id: str, rect: Rect) -> None:
        """Says what of its picture the user sees; those tiles come first."""
        ...

    def free_memory(self) -> None:
        """Workers without a job forget their models and give memory back; the others do so after their job."""
        ...

    def warm_up(self, plugin: Plugin) -> None:
        """Starts the plugin's worker, because a job is likely to follow; returns at once."""
        ...

    def close(self) -> None:
        """Stops everything and waits until no process is left."""
        ...


class WorkerRunner:
    """Runs requests in worker processes: one process per plugin, one for all bundled ones, one job each.

    `equipment` says where long jobs are kept until they end, and what is known of the models.

    Everything happens on one thread of this object, which also calls the listener; the public methods only
    leave a note for it.
    """

    def __init__(
        self,
        places: Places,
        listener: Listener,
        idle_exit_s: float = IDLE_EXIT_S,
        launch: Launch = WorkerProcess,
        equipment: Equipment = BARE,
    ) -> None:
        self._listener = listener
        self._notes: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()
        self._queue = JobQueue(listener)
        self._slots = Slots(places, launch, listener, self._queue, idle_exit_s, self._notes.put, equipment)
        self._thread = threading.Thread(target=self._run, name="inference", daemon=True)
        self._thread.start()

    def submit(self, request: Request) -> None:
        """Queues a request."""
        self._notes.put(partial(self._submit, request))

    def cancel(self, job_id: str) -> None:
        """Drops a job that waits; asks a running one to stop, and kills its worker a moment later."""
        self._notes.put(partial(self._cancel, job_id))

    def cancel_all(self) -> None:
        """Cancels every job, those that wait first, so that none of them begins."""
        self._notes.put(self._cancel_all)

    def hold(self, job_id: str, *, held: bool) -> None:
        """Lets a job wait or go on; all jobs, later ones, too, where `job_id` is empty.

        A job that runs keeps its worker meanwhile.
        """
        self._notes.put(partial(self._hold, job_id, held))

    def move(self, job_id: str, before: str) -> None:
        """Changes the order of the jobs that wait."""
        self._notes.put(partial(self._queue.move, job_id, before))

    def look_at(self, job_id: str, rect: Rect) -> None:
        """Has the tiles computed first that meet `rect`, in pixels of the job's picture."""
        self._notes.put(partial(self._look_at, job_id, rect))

    def free_memory(self) -> None:
        """Lets workers forget their models, and gives pixels back that nobody uses."""
        self._notes.put(self._slots.make_room)

    def warm_up(self, plugin: Plugin) -> None:
        """Starts the plugin's worker, so that it has its libraries loaded when the first job comes."""
        self._notes.put(partial(self._warm_up, plugin))

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
            for slot in self._slots:
                slot.close()

    def _serve(self) -> None:
        while True:
            try:
                note = self._notes.get(timeout=self._patience_s())
            except queue.Empty:
                pass  # a deadline has come
            else:
                if note is None:
                    return
                note()
            now = time.monotonic()
            for slot in self._slots:
                slot.tick(now)

    def _patience_s(self) -> float | None:
        deadline = self._slots.deadline
        return None if deadline is None else max(0.0, deadline - time.monotonic())

    def _submit(self, request: Request) -> None:
        try:
            slot = self._slots.of(request.model.plugin)
        except (ImagetoolError, OSError) as error:
            self._listener(Failed(request.job_id, JobError(str(error))))
            return
        slot.submit(request)

    def _warm_up(self, plugin: Plugin) -> None:
        self._slots.of(plugin).warm_up()

    def _cancel(self, job_id: str) -> None:
        job = self._queue.find(job_id)
        if job:
            for slot in self._slots:
                slot.cancel(job)

    def _cancel_all(self) -> None:
        for job in reversed(self._queue.jobs):
            self._cancel(job.job_id)

    def _hold(self, job_id: str, held: bool) -> None:
        for job in self._queue.hold(job_id, held=held):
            for slot in self._slots:
                slot.heed_hold(job)

    def _look_at(self, job_id: str, rect: Rect) -> None:
        job = self._queue.find(job_id)
        if job:
            for slot in self._slots:
                slot.look_at(job, rect)
