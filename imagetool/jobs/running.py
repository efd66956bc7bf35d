"""A job that a worker has: its buffers, how the worker is told of it, and what comes back."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imagetool.core.geometry import Point, Rect, Size
from imagetool.core.grids import cells_of
from imagetool.jobs.cutting import Cutting
from imagetool.jobs.errors import ModelFailed, NoGuides, NothingMasked, NoVariations, OutOfMemory
from imagetool.jobs.events import Event, Failed, Finished, Previewed
from imagetool.jobs.journal.errors import NotKept
from imagetool.jobs.journal.journal import LEDGER, RESULT, SEAMS, SOURCE
from imagetool.jobs.lending import Lending
from imagetool.jobs.lent_files import lent_files
from imagetool.jobs.preparing import BARE, Equipment, Preparation
from imagetool.jobs.request import Partial, Report, Request, Result
from imagetool.plugin.parameters import Value
from imagetool.plugin.tasks import Task
from imagetool.wire import messages
from imagetool.wire.buffers import Buffer, BufferPool
from imagetool.wire.text import plain

PREVIEW_SIDE_PX = 1024
_MASK, _HINTS, _PREVIEW = "mask", "hints", "preview"
_WORD_LENGTH = 40
_MOST_FIGURES = 100
_CUT = "The model returned an invalid result (its pixels are cut off). Your image is unchanged."
_NOT_FINITE = "The model returned an invalid result (values that are not numbers). Your image is unchanged."


@dataclass(eq=False, slots=True)
class Running:
    """Used by the runner's thread alone; `rect` is what the result covers, `kill_at` is set after a cancel.

    `request` says in what way the job is tried, with the size of its tiles; `notes` are sentences for the user;
    `resumed` is how many of the tiles an earlier process had made.
    """

    request: Request
    rect: Rect
    code: tuple[str, str]
    params: dict[str, Value]
    lending: Lending
    cutting: Cutting | None
    notes: tuple[str, ...]
    resumed: int
    cleanup: contextlib.ExitStack
    kill_at: float | None = None

    @classmethod
    def prepared(
        cls, request: Request, pool: BufferPool, asked: Request | None = None, equipment: Equipment = BARE
    ) -> Running:
        """The pixels of a request, copied to where a worker can read them; on an error nothing is kept.

        Args:
            request: In the way in which it is to be tried.
            pool: Where its pixels lie, unless they are kept on the disk.
            asked: As it was asked for, if that is another way.
            equipment: Where pixels are kept, and what is known of models and devices.

        Raises:
            NothingMasked: where there is nothing to fill.
            LoaderMissing: where nobody makes the model.
            WeightsMissing: where the model's weights are not there.
            NoVariations: where it is to make more like a picture and has no way to.
            NoGuides: where it is given strokes of colour and does not follow any.
            NoRoomForPixels: where the buffers cannot be had.
            FileNotLent: where a file that a parameter names cannot be read.
        """
        check_variations(request)
        check_guides(request)
        rect = _covered(request)
        code = request.model.code
        request.model.check_ready()
        with contextlib.ExitStack() as cleanup:
            lending = Lending(pool)
            cleanup.callback(lending.close)
            params = lent_files(request, pool.folders[-1], cleanup)
            form = _result_form(request, rect)
            job = Preparation(equipment, asked or request, request, form, lending)
            job.lend()
            if request.mask is not None:
                mask = lending.take(_MASK, (rect.height, rect.width), "uint8")
                mask.array[...] = request.mask.read(rect)[..., 0]
            if request.hints is not None:
                hints = request.hints if request.mask is None else request.hints[rect.slices]
                lending.take(_HINTS, hints.shape, "uint8").array[...] = hints
            lending.take(_PREVIEW, (PREVIEW_SIDE_PX**2 * 3,), "uint8")
            kept = cleanup.pop_all()
            notes = tuple(job.notes)
            return cls(job.request, rect, code, params, lending, job.cutting, notes, job.resumed, kept)

    @property
    def job_id(self) -> str:
        """The request's id."""
        return self.request.job_id

    @property
    def tile_px(self) -> int:
        """Side of the tiles; 0 where there are none."""
        return self.request.tile_px if self.cutting else 0

    def release(self) -> None:
        """Gives the buffers back; nobody else may use them any more."""
        self.cleanup.close()

    def computed_in(self, precision: str) -> None:
        """The worker has found that it must compute in this precision from now on; a resumed job does so, too."""
        journal = self.lending.journal
        if journal and precision:
            with contextlib.suppress(NotKept):  # resumed, it would find the same once more
                journal.computed_in(precision)

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
            tile=messages.TileRef(self.tile_px or entry.tile.size, entry.tile.overlap, entry.tile.multiple_of),
            whole=entry.whole,
            weights=tuple(
                messages.WeightsRef(file.file, str(path), file.sha256, file.size)
                for file, path in request.model.weights
            ),
            source=self._ref(SOURCE),
            mask=self._mask_ref(),
            hints=self._ref(_HINTS),
            prompt=_prompt_ref(request),
            result=self._result.ref,
            preview=self._preview.ref,
            seams=self._ref(SEAMS),
            ledger=self._ref(LEDGER),
            precision=request.precision,
            opacity=entry.opacity,
        )

    @property
    def _result(self) -> Buffer:
        return self._lent(RESULT)

    @property
    def _preview(self) -> Buffer:
        return self._lent(_PREVIEW)

    def _lent(self, name: str) -> Buffer:
        buffer = self.lending.get(name)
        assert buffer is not None  # noqa: S101 - every job has it, until it is released
        return buffer

    def _ref(self, name: str) -> messages.BufferRef | None:
        buffer = self.lending.get(name)
        return buffer.ref if buffer else None

    def _mask_ref(self) -> messages.MaskRef | None:
        mask = self._ref(_MASK)
        if mask is None:
            return None
        entry = self.request.model.entry
        return messages.MaskRef(mask, _rect_ref(self.rect), entry.context, entry.context_min_px)

    def finished(self, done: messages.Done) -> Event:
        """The result, copied out of its buffer once the others are given back."""
        device, precision = plain(done.device, _WORD_LENGTH), plain(done.precision, _WORD_LENGTH)
        named = list(done.figures.items())[:_MOST_FIGURES]
        figures = {plain(name, _WORD_LENGTH): value for name, value in named}
        report = Report(
            device,
            precision,
            done.seconds,
            done.tiles,
            done.peak_rss_mb,
            figures,
            done.base_rss_mb,
            done.gpu_peak_mb,
            self.tile_px,
            self.notes,
            self.resumed,
        )
        if not self._result.intact:
            return Failed(self.job_id, ModelFailed(_CUT))
        self.lending.give_back(SOURCE, _MASK, _HINTS, SEAMS, LEDGER)
        try:
            pixels = self._result.copy_out()
        except MemoryError:
            return Failed(self.job_id, OutOfMemory())
        if not _finite(pixels):  # whoever wrote them cannot be trusted
            return Failed(self.job_id, ModelFailed(_NOT_FINITE))
        return Finished(self.job_id, Result(self.rect, pixels, report))

    def partial(self) -> Partial | None:
        """What there is of the result by now; None where no tile is done, or it cannot be had."""
        ledger = self.lending.get(LEDGER)
        if self.cutting is None or ledger is None or not (ledger.intact and self._result.intact):
            return None
        done = self.cutting.done(ledger.array)
        result = self._result.array
        try:
            pixels = np.zeros(result.shape, result.dtype)  # touches no page, which zeros_like does
        except MemoryError:
            return None
        for rect in done:
            pixels[rect.slices] = result[rect.slices]
        if not done or not _finite(pixels):
            return None
        return Partial(pixels, done, len(self.cutting.plan.tiles))

    def previewed(self, message: messages.Preview) -> Previewed | None:
        """The preview, copied out of the buffer; None where the worker claims what cannot be."""
        where = Rect(message.rect.left, message.rect.top, message.rect.right, message.rect.bottom)
        width, height = message.width, message.height
        shown = self.request.source.size if self.request.source else self.rect.size
        inside = not where.empty and where.restrict(Rect.of_size(shown)) == where
        fits = min(width, height) >= 1 and width * height <= PREVIEW_SIDE_PX**2
        if not inside or not fits or not self._is_grid(message) or not self._preview.intact:
            return None
        pixels = self._preview.array[: width * height * 3].reshape(height, width, 3).copy()
        return Previewed(self.job_id, where, pixels, message.count)

    def _is_grid(self, message: messages.Preview) -> bool:
        """Whether it can show as many pictures as it says."""
        size = Size(message.width, message.height)
        return 1 <= message.count <= self.request.count and cells_of(size, message.count) is not None


def _finite(pixels: NDArray[Any]) -> bool:
    return pixels.dtype.kind != "f" or bool(np.isfinite(pixels).all())


def check_variations(request: Request) -> None:
    """Whether the model can make more like the picture, where that is asked of it.

    Raises:
        NoVariations: where it cannot.
    """
    entry = request.model.entry
    if entry.task is Task.GENERATE and request.source is not None and not entry.variations:
        raise NoVariations(entry.name)


def check_guides(request: Request) -> None:
    """Whether the model follows the strokes of colour that it is given, where there are any.

    Raises:
        NoGuides: where it does not.
    """
    entry = request.model.entry
    if request.hints is not None and entry.task is not Task.COLORIZE and not entry.guides:
        raise NoGuides(entry.name)


def _covered(request: Request) -> Rect:
    """What the result covers: the mask, the new picture, or the whole of the same one."""
    if request.mask is not None:
        rect = request.mask.content_rect()
        if rect.empty:
            raise NothingMasked
        return rect
    if request.source and (request.target is None or request.model.entry.task is Task.GENERATE):
        return Rect.of_size(request.source.size)
    return Rect.of_size(request.target or Size(0, 0))


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
