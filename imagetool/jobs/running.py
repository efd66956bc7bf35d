"""A job that a worker has: its buffers, how the worker is told of it, and what comes back."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

from imagetool.core.geometry import Rect
from imagetool.jobs.errors import NothingMasked, OutOfMemory
from imagetool.jobs.events import Event, Failed, Finished, Previewed
from imagetool.jobs.request import Report, Request, Result
from imagetool.wire import messages
from imagetool.wire.buffers import Buffer, BufferPool
from imagetool.wire.text import plain

PREVIEW_SIDE_PX = 1024
_WORD_LENGTH = 40


@dataclass(eq=False, slots=True)
class Running:
    """Used by the runner's thread alone; `rect` is what the result covers, `kill_at` is set after a cancel."""

    request: Request
    rect: Rect
    source: Buffer
    mask: Buffer | None
    result: Buffer
    preview: Buffer
    kill_at: float | None = None

    @classmethod
    def prepared(cls, request: Request, pool: BufferPool) -> Running:
        """The pixels of a request, copied to where a worker can read them; on an error nothing is kept.

        Raises:
            NothingMasked: where there is nothing to fill.
            WeightsMissing: where the model's weights are not there.
            NoRoomForPixels: where the buffers cannot be had.
        """
        rect = _covered(request)
        request.model.check_ready()
        size, dtype = request.source.size, request.source.dtype
        with contextlib.ExitStack() as undo:

            def taken(shape: tuple[int, ...], dtype: Any) -> Buffer:
                buffer = pool.take(shape, dtype)
                undo.callback(pool.give_back, buffer)
                return buffer

            source = taken((size.height, size.width, 4), dtype)
            mask = taken((rect.height, rect.width), "uint8") if request.mask else None
            result = taken((rect.height, rect.width, 4), dtype)
            preview = taken((PREVIEW_SIDE_PX**2 * 3,), "uint8")
            request.source.read_into(Rect.of_size(size), source.array)
            if mask and request.mask:
                mask.array[...] = request.mask.read(rect)[..., 0]
            undo.pop_all()
        return cls(request, rect, source, mask, result, preview)

    @property
    def job_id(self) -> str:
        """The request's id."""
        return self.request.job_id

    def release(self, pool: BufferPool) -> None:
        """Gives the buffers back; nobody else may use them any more."""
        for buffer in (self.source, self.mask, self.result, self.preview):
            if buffer:
                pool.give_back(buffer)

    def message(self) -> messages.Run:
        """What the worker is told."""
        request, entry = self.request, self.request.model.entry
        module, attribute = entry.entry.split(":")
        package = request.model.plugin.package
        return messages.Run(
            job_id=request.job_id,
            task=entry.task.value,
            module=f"{package}.{module}" if package else module,
            attribute=attribute,
            params=dict(request.params),
            seed=request.seed,
            device=request.device,
            precisions=entry.precisions,
            tile=messages.TileRef(entry.tile.size, entry.tile.overlap, entry.tile.multiple_of),
            weights=tuple(
                messages.WeightsRef(file.file, str(path), file.sha256, file.size)
                for file, path in request.model.weights
            ),
            source=self.source.ref,
            mask=self._mask_ref(),
            result=self.result.ref,
            preview=self.preview.ref,
        )

    def _mask_ref(self) -> messages.MaskRef | None:
        if self.mask is None:
            return None
        entry, rect = self.request.model.entry, self.rect
        where = messages.RectRef(rect.left, rect.top, rect.right, rect.bottom)
        return messages.MaskRef(self.mask.ref, where, entry.context, entry.context_min_px)

    def finished(self, done: messages.Done) -> Event:
        """The result, copied out of the buffer."""
        device, precision = plain(done.device, _WORD_LENGTH), plain(done.precision, _WORD_LENGTH)
        report = Report(device, precision, done.seconds, done.tiles, done.peak_rss_mb)
        try:
            pixels = self.result.array.copy()
        except MemoryError:
            return Failed(self.job_id, OutOfMemory())
        return Finished(self.job_id, Result(self.rect, pixels, report))

    def previewed(self, message: messages.Preview) -> Previewed | None:
        """The preview, copied out of the buffer; None where the worker claims what cannot be."""
        where = Rect(message.rect.left, message.rect.top, message.rect.right, message.rect.bottom)
        width, height = message.width, message.height
        inside = not where.empty and where.restrict(Rect.of_size(self.request.source.size)) == where
        if not inside or min(width, height) < 1 or width * height > PREVIEW_SIDE_PX**2:
            return None
        pixels = self.preview.array[: width * height * 3].reshape(height, width, 3).copy()
        return Previewed(self.job_id, where, pixels)


def _covered(request: Request) -> Rect:
    """What the result covers: the mask, the larger picture, or the whole of the same one."""
    if request.mask is None:
        return Rect.of_size(request.target or request.source.size)
    rect = request.mask.content_rect()
    if rect.empty:
        raise NothingMasked
    return rect
