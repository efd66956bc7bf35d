"""The job as a model sees it: progress, previews, cancel, seed and log, sent through the channel."""

from __future__ import annotations

import math
import sys
import time

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from imagetool.core.geometry import Rect
from imagetool.core.grids import columns_for, composed
from imagetool.core.picture import Pixels
from imagetool.kit.tensors import coarse, to_pixels
from imagetool.plugin.errors import Cancelled
from imagetool.plugin.tasks import Task
from imagetool.wire.messages import Preview, Progress, RectRef
from imagetool.worker.assignment import Assignment

_PROGRESS_EVERY_S = 0.05
_MAX_TEXT = 200
_MOST_FIGURES = 100
_BYTES = np.dtype(np.uint8)


class CropJob:
    """Fulfils `plugin.Job` for one crop of the picture; `span` is its part of the whole job."""

    def __init__(
        self, assignment: Assignment, preview: NDArray[np.uint8], crop: Rect, span: tuple[float, float]
    ) -> None:
        self._run, self._device = assignment.run, assignment.device
        self._inbox, self._send = assignment.inbox, assignment.send
        self._figures = assignment.figures
        self._preview, self._crop, self._span = preview, crop, span
        self._said_at = 0.0

    @property
    def seed(self) -> int:
        """The job's seed."""
        return self._run.seed

    def generator(self) -> Generator:
        """A fresh generator on the job's device."""
        return torch.Generator(self._device).manual_seed(self._run.seed)

    def check(self) -> None:
        """Raises Cancelled where the user has stopped the job; waits while the user holds it."""
        self._inbox.wait_while_held(self._run.job_id)
        if self._inbox.is_cancelled(self._run.job_id):
            raise Cancelled

    def progress(self, done: float, text: str = "") -> None:
        """Passes the progress on, twenty times a second at most."""
        self.check()
        now = time.monotonic()
        if now - self._said_at >= _PROGRESS_EVERY_S:
            self._said_at = now
            begin, end = self._span
            whole = begin + (end - begin) * min(1.0, max(0.0, float(done)))
            self._send(Progress(self._run.job_id, whole, str(text)[:_MAX_TEXT]))

    def preview(self, image: Tensor) -> None:
        """Shows `image` (1, 3, h, w) over the crop, unless the editor is still busy with the last one.

        Of a job that generates, (n, 3, h, w) are shown as a grid.

        Raises:
            ValueError: where it has another form.
        """
        self.check()
        count = self._previewed_count(image)
        if not self._inbox.claim_preview():
            return
        pixels = self._grid(image) if count > 1 else to_pixels(coarse(image), _BYTES)  # (h, w, 3)
        self._preview[: pixels.size] = pixels.ravel()
        crop = RectRef(self._crop.left, self._crop.top, self._crop.right, self._crop.bottom)
        self._send(Preview(self._run.job_id, crop, pixels.shape[1], pixels.shape[0], count))

    def _previewed_count(self, image: Tensor) -> int:
        most = self._run.result.shape[0] if self._run.task == Task.GENERATE else 1
        shape = tuple(image.shape)
        if len(shape) != 4 or not 1 <= shape[0] <= most or shape[1] != 3 or 0 in shape:
            pictures = "1" if most == 1 else f"1 to {most}"
            raise ValueError(f"a preview has the shape ({pictures}, 3, height, width), this one has {shape}")
        return shape[0]

    def _grid(self, images: Tensor) -> Pixels:
        """(rows·h, columns·w, 3) of (n, 3, h, w), made smaller until it fits the buffer."""
        side_px = math.isqrt(self._preview.size // 3) // columns_for(len(images))
        small = coarse(images, max(1, side_px))
        return composed([to_pixels(small[number : number + 1], _BYTES) for number in range(len(small))])

    def figure(self, name: str, value: float) -> None:
        """Keeps a number for the answer.

        Raises:
            ValueError: where it is not finite, or there are too many.
        """
        self.check()
        number = float(value)
        if not math.isfinite(number) or len(self._figures) >= _MOST_FIGURES:
            raise ValueError(f"{name!r:.40} cannot be told: {number}, after {len(self._figures)} others")
        self._figures[str(name)[:_MAX_TEXT]] = number

    def log(self, text: str) -> None:
        """Writes one line to the worker's log."""
        print(text, file=sys.stderr, flush=True)  # noqa: T201 - stderr is the log
