"""Brings what the background inference thread says to the window's thread, as Qt signals."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal

from imagetool.catalog.plugins import Plugin
from imagetool.core.geometry import Rect
from imagetool.jobs.events import (
    Cancelled,
    DevicesFound,
    Event,
    Failed,
    Finished,
    Noted,
    Previewed,
    Progressed,
    Queued,
    Started,
)
from imagetool.jobs.request import Request
from imagetool.jobs.runner import Listener, Runner


class Inference(QObject):
    """The window's end of the runner. The methods return at once; the signals come on the window's thread."""

    started = Signal(Started)
    progressed = Signal(Progressed)
    previewed = Signal(Previewed)
    finished = Signal(Finished)
    failed = Signal(Failed)
    cancelled = Signal(Cancelled)
    noted = Signal(Noted)
    queued = Signal(Queued)
    devices_found = Signal(DevicesFound)

    _heard = Signal(object)

    def __init__(self, make_runner: Callable[[Listener], Runner]) -> None:
        super().__init__()
        self._heard.connect(self._on_heard, Qt.ConnectionType.QueuedConnection)
        self._make_runner = make_runner
        self._runner: Runner | None = None
        self._signals = {
            Started: self.started,
            Progressed: self.progressed,
            Previewed: self.previewed,
            Finished: self.finished,
            Failed: self.failed,
            Cancelled: self.cancelled,
            Noted: self.noted,
            Queued: self.queued,
            DevicesFound: self.devices_found,
        }

    def submit(self, request: Request) -> None:
        """Queues a request."""
        self._started_runner().submit(request)

    def cancel(self, job_id: str) -> None:
        """Asks a job to stop."""
        self._started_runner().cancel(job_id)

    def cancel_all(self) -> None:
        """Asks every job to stop."""
        self._started_runner().cancel_all()

    def hold(self, job_id: str, *, held: bool) -> None:
        """Lets a job wait or go on; all jobs, later ones, too, where `job_id` is empty."""
        self._started_runner().hold(job_id, held=held)

    def move(self, job_id: str, before: str) -> None:
        """Puts a waiting job before another one; last, where `before` is empty."""
        self._started_runner().move(job_id, before)

    def look_at(self, job_id: str, rect: Rect) -> None:
        """Has the tiles first that meet `rect`, in pixels of the job's picture."""
        self._started_runner().look_at(job_id, rect)

    def free_memory(self) -> None:
        """Lets workers forget their models, where there are any."""
        if self._runner:
            self._runner.free_memory()

    def warm_up(self, plugin: Plugin) -> None:
        """Lets a plugin's worker load its libraries, because a job is likely to follow."""
        self._started_runner().warm_up(plugin)

    def close(self) -> None:
        """Ends the runner and its workers."""
        if self._runner:
            self._runner.close()

    def _started_runner(self) -> Runner:
        if self._runner is None:
            self._runner = self._make_runner(self._heard.emit)
        return self._runner

    def _on_heard(self, event: Event) -> None:
        self._signals[type(event)].emit(event)
