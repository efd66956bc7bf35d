"""A job that a worker has: its buffers, how the worker is told of it, and what comes back."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from imagetool.core.geometry import Point, Rect, Size
from imagetool.jobs.errors import ModelFailed, NothingMasked, OutOfMemory
from imagetool.jobs.events import Event, Failed, Finished, Previewed
from imagetool.jobs.lent_files import lent_files
from imagetool.jobs.request import Report, Request, Result
from imagetool.plugin.parameters import Value
from imagetool.plugin.tasks import Task
from imagetool.wire import messages
from imagetool.wire.buffers import Buffer, BufferPool
from imagetool.wire.text import plain

PREVIEW_SIDE_PX = 1024
_WORD_LENGTH = 40
_MOST_FIGURES = 100
_CUT = "The model returned an invalid result (its pixels are cut off). Your image is unchanged."
_NOT_FINITE = "The model returned an invalid result (values that are not numbers). Your image is unchanged."


@dataclass(eq=False, slots=True)
class Running:
    """Used by the runner's thread alone; `rect` is what the result covers, `kill_at` is set after a cancel."""

    request: Request
    rect: Rect
    code: tuple[str, str]
    params: dict[str, Value]
    source: Buffer | None
    mask: Buffer | None
    hints: Buffer | None
    result: Buffer
    preview: Buffer
    cleanup: contextlib.ExitStack
    kill_at: float | None = None

    @classmethod
    def prepared(cls, request: Request, pool: BufferPool) -> Running:
        """The pixels of a request, copied to where a worker can read them; on an error nothing is kept.

        Raises:
            NothingMasked: where there is nothing to fill.
            LoaderMissing: where nobody makes the model.
            WeightsMissing: where the model's weights are not there.
            NoRoomForPixels: where the buffers cannot be had.
            FileNotLent: where a file that a parameter names cannot be read.
        """
        rect = _covered(request)
        code = request.model.code
        request.model.check_ready()
        with contextlib.ExitStack() as cleanup:

            def taken(shape: tuple[int, ...], dtype: Any) -> Buffer:
                buffer = pool.take(shape, dtype)
                cleanup.callback(pool.give_back, buffer)
                return buffer

            params = lent_files(request, pool.folders[-1], cleanup)
            source = mask = hints = None
            if request.source is not None:
                size = request.source.size
                source = taken((size.height, size.width, 4), request.source.dtype)
                request.source.read_into(Rect.of_size(size), source.array)
            if request.mask is not None:
                mask = taken((rect.height, rect.width), "uint8")
                mask.array[...] = request.mask.read(rect)[..., 0]
            if request.hints is not None:
                hints = taken(request.hints.shape, "uint8")
                hints.array[...] = request.hints
            result = taken(*_result_form(request, rect))
            preview = taken((PREVIEW_SIDE_PX**2 * 3,), "uint8")
            return cls(request, rect, code, params, source, mask, hints, result, preview, cleanup.pop_all())

    @property
    def job_id(self) -> str:
        """The request's id."""
        return self.request.job_id

    def release(self) -> None:
        """Gives the buffers back; nobody else may use them any more."""
        self.cleanup.close()

    def message(self) -> messages.Run:
        """What the worker is told."""
        request, entry = self.request, self.request.model.entry
        module, attribute = self.code
        return messages.Run(
            job_id=request.job_id,
            task=entry.task.value,
            module=module,
            attribute=attribute,
            params=self.params,
            seed=request.seed,
            device=request.device,
            precisions=entry.precisions,
            tile=messages.TileRef(entry.tile.size, entry.tile.overlap, entry.tile.multiple_of),
            whole=entry.whole,
            weights=tuple(
                messages.WeightsRef(file.file, str(path), file.sha256, file.size)
                for file, path in request.model.weights
            ),
            source=self.source.ref if self.source else None,
            mask=self._mask_ref(),
            hints=self.hints.ref if self.hints else None,
            prompt=_prompt_ref(request),
            result=self.result.ref,
            preview=self.preview.ref,
        )

    def _mask_ref(self) -> messages.MaskRef | None:
        if self.mask is None:
            return None
        entry = self.request.model.entry
        return messages.MaskRef(self.mask.ref, _rect_ref(self.rect), entry.context, entry.context_min_px)

    def finished(self, done: messages.Done) -> Event:
        """The result, copied out of the buffer."""
        device, precision = plain(done.device, _WORD_LENGTH), plain(done.precision, _WORD_LENGTH)
        named = list(done.figures.items())[:_MOST_FIGURES]
        figures = {plain(name, _WORD_LENGTH): value for name, value in named}
        report = Report(device, precision, done.seconds, done.tiles, done.peak_rss_mb, figures)
        if not self.result.intact:
            return Failed(self.job_id, ModelFailed(_CUT))
        try:
            pixels = self.result.array.copy()
        except MemoryError:
            return Failed(self.job_id, OutOfMemory())
        if pixels.dtype.kind == "f" and not np.isfinite(pixels).all():  # whoever wrote them cannot be trusted
            return Failed(self.job_id, ModelFailed(_NOT_FINITE))
        return Finished(self.job_id, Result(self.rect, pixels, report))

    def previewed(self, message: messages.Preview) -> Previewed | None:
        """The preview, copied out of the buffer; None where the worker claims what cannot be."""
        where = Rect(message.rect.left, message.rect.top, message.rect.right, message.rect.bottom)
        width, height = message.width, message.height
        shown = self.request.source.size if self.request.source else self.rect.size
        inside = not where.empty and where.restrict(Rect.of_size(shown)) == where
        fits = min(width, height) >= 1 and width * height <= PREVIEW_SIDE_PX**2
        if not inside or not fits or not self.preview.intact:
            return None
        pixels = self.preview.array[: width * height * 3].reshape(height, width, 3).copy()
        return Previewed(self.job_id, where, pixels)


def _covered(request: Request) -> Rect:
    """What the result covers: the mask, the new picture, or the whole of the same one."""
    if request.mask is not None:
        rect = request.mask.content_rect()
        if rect.empty:
            raise NothingMasked
        return rect
    size = request.target or (request.source.size if request.source else Size(0, 0))
    return Rect.of_size(size)


def _result_form(request: Request, rect: Rect) -> tuple[tuple[int, ...], Any]:
    """Shape and dtype of what the worker writes."""
    match request.model.entry.task:
        case Task.GENERATE:
            return (request.count, rect.height, rect.width, 4), "uint8"
        case Task.SCORE:
            return (rect.height, rect.width, 1), "float32"
        case Task.SEGMENT:
            return (rect.height, rect.width, 1), "uint8"
    dtype = request.source.dtype if request.source else np.dtype(np.uint8)
    return (rect.height, rect.width, 4), dtype


def _prompt_ref(request: Request) -> messages.PromptRef | None:
    prompt = request.prompt
    if prompt is None:
        return None
    box = _rect_ref(prompt.box) if prompt.box else None
    return messages.PromptRef(_numbers(prompt.wanted), _numbers(prompt.unwanted), box)


def _numbers(points: tuple[Point, ...]) -> tuple[float, ...]:
    return tuple(float(number) for point in points for number in point)


def _rect_ref(rect: Rect) -> messages.RectRef:
    return messages.RectRef(rect.left, rect.top, rect.right, rect.bottom)
