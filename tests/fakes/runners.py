"""A runner that does what the test says, when it says so."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from imagetool.catalog.places import Places
from imagetool.catalog.plugins import Plugin
from imagetool.core.geometry import Rect, Size
from imagetool.jobs.attempts import Job
from imagetool.jobs.errors import JobError, ModelFailed
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
from imagetool.jobs.queue import JobQueue
from imagetool.jobs.request import Report, Request, Result
from imagetool.jobs.runner import Listener


class RecordingRunner:
    """Remembers what it was asked. Only the order of its jobs is real; no job in it ever runs."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.cancelled: list[str] = []
        self.held: list[tuple[str, bool]] = []
        self.moved: list[tuple[str, str]] = []
        self.looked_at: list[tuple[str, Rect]] = []
        self.times_freed = 0
        self.warmed_up: list[str] = []
        self.closed = False
        self._listener: Listener = lambda event: None
        self._queue = JobQueue(self._tell)

    def made(self, places: Places, listener: Listener) -> Self:
        """Itself, as the editor makes its runner."""
        self._listener = listener
        return self

    def submit(self, request: Request) -> None:
        self.requests.append(request)
        self._queue.add(Job(request))

    def cancel(self, job_id: str) -> None:
        self.cancelled.append(job_id)
        self.hear(Cancelled(job_id))

    def cancel_all(self) -> None:
        for job in reversed(self._queue.jobs):
            self.cancel(job.job_id)

    def hold(self, job_id: str, *, held: bool) -> None:
        self.held.append((job_id, held))
        self._queue.hold(job_id, held=held)

    def move(self, job_id: str, before: str) -> None:
        self.moved.append((job_id, before))
        self._queue.move(job_id, before)

    def look_at(self, job_id: str, rect: Rect) -> None:
        self.looked_at.append((job_id, rect))

    def free_memory(self) -> None:
        self.times_freed += 1

    def warm_up(self, plugin: Plugin) -> None:
        self.warmed_up.append(plugin.manifest.id)

    def close(self) -> None:
        self.closed = True

    def hear(self, event: Event) -> None:
        """Tells the listener anything that a runner may tell."""
        self._tell(event)
        job = self._queue.find(job_of(event))
        if job and isinstance(event, ENDS):
            self._queue.remove(job)

    def _tell(self, event: Event) -> None:
        self._listener(event)


class FakeRunner(RecordingRunner):
    """Gives the answers that the test wants, about the newest request."""

    def start(self) -> None:
        """The job leaves the queue."""
        self.hear(Started(self.requests[-1].job_id))

    def progress(self, done: float, text: str = "") -> None:
        """The job is so far."""
        self.hear(Progressed(self.requests[-1].job_id, done, text))

    def preview(self, rect: Rect, gray: int) -> None:
        """A coarse picture in one shade."""
        pixels = np.full((max(1, rect.height // 2), max(1, rect.width // 2), 3), gray, np.uint8)
        self.hear(Previewed(self.requests[-1].job_id, rect, pixels))

    def finish(self, gray: int = 255, request: Request | None = None) -> None:
        """The masked rectangle, or the whole larger picture, in one opaque shade."""
        request = request or self.requests[-1]
        assert request.source is not None, "use finish_with for what has no picture to begin with"
        whole = Rect.of_size(request.target or request.source.size)
        rect = request.mask.content_rect() if request.mask else whole
        pixels = np.full((rect.height, rect.width, 4), gray, request.source.dtype)
        pixels[..., 3] = np.iinfo(request.source.dtype).max
        self.finish_with(pixels, request=request, rect=rect)

    def finish_with(
        self,
        pixels: NDArray[Any],
        figures: dict[str, float] | None = None,
        *,
        request: Request | None = None,
        rect: Rect | None = None,
    ) -> None:
        """These pixels, whatever they are, with numbers that the model tells."""
        request = request or self.requests[-1]
        size = request.target or (request.source.size if request.source else Size(1, 1))
        report = Report("cpu", "float32", 3.14, 1, 100.0, figures or {})
        self.hear(Finished(request.job_id, Result(rect or Rect.of_size(size), pixels, report)))

    def fail(self, sentence: str, details: str = "") -> None:
        """The job ends with an error of the model."""
        self.fail_with(ModelFailed(sentence, details))

    def fail_with(self, error: JobError) -> None:
        """The job ends with any error."""
        self.hear(Failed(self.requests[-1].job_id, error))
