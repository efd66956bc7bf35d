"""A runner that does what the test says, when it says so."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from imagetool.catalog.places import Places
from imagetool.catalog.plugins import Plugin
from imagetool.core.geometry import Rect, Size
from imagetool.jobs.errors import JobError, ModelFailed
from imagetool.jobs.events import Cancelled, Failed, Finished, Previewed, Progressed, Started
from imagetool.jobs.request import Report, Request, Result
from imagetool.jobs.runner import Listener


class FakeRunner:
    """Remembers what it was asked; the answers are given by the test, about the newest request."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.cancelled: list[str] = []
        self.warmed_up: list[str] = []
        self.closed = False
        self._listener: Listener = lambda event: None

    def made(self, places: Places, listener: Listener) -> FakeRunner:
        """Itself, as the editor makes its runner."""
        self._listener = listener
        return self

    def submit(self, request: Request) -> None:
        self.requests.append(request)

    def cancel(self, job_id: str) -> None:
        self.cancelled.append(job_id)
        self._listener(Cancelled(job_id))

    def warm_up(self, plugin: Plugin) -> None:
        self.warmed_up.append(plugin.manifest.id)

    def close(self) -> None:
        self.closed = True

    def start(self) -> None:
        """The job leaves the queue."""
        self._listener(Started(self.requests[-1].job_id))

    def progress(self, done: float, text: str = "") -> None:
        """The job is so far."""
        self._listener(Progressed(self.requests[-1].job_id, done, text))

    def preview(self, rect: Rect, gray: int) -> None:
        """A coarse picture in one shade."""
        pixels = np.full((max(1, rect.height // 2), max(1, rect.width // 2), 3), gray, np.uint8)
        self._listener(Previewed(self.requests[-1].job_id, rect, pixels))

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
        self._listener(Finished(request.job_id, Result(rect or Rect.of_size(size), pixels, report)))

    def fail(self, sentence: str, details: str = "") -> None:
        """The job ends with an error of the model."""
        self.fail_with(ModelFailed(sentence, details))

    def fail_with(self, error: JobError) -> None:
        """The job ends with any error."""
        self._listener(Failed(self.requests[-1].job_id, error))
