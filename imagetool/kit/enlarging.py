"""Enlarging a picture of any size and depth, by any factor, with a model that knows a few whole factors.

The model's nearest larger factor (or two, one after the other) is resampled to the size that is wanted. All of it
happens tile by tile, from and to the picture's own depth, so memory is bounded by the tile.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from imagetool.core.enlarged_size import factor_of
from imagetool.core.geometry import Rect, Size
from imagetool.core.picture import Pixels
from imagetool.core.tile_plan import TilePlan, Tiling, scaled
from imagetool.kit.channels import BLEED_PX, Channels, run_on_channels, with_opacity
from imagetool.kit.crops import CropJobs
from imagetool.kit.part_job import PartJob
from imagetool.kit.places import Place, placed
from imagetool.kit.precision import Precision
from imagetool.kit.resampling import needed_part, resize_part
from imagetool.kit.silent_job import SilentJob
from imagetool.kit.soundness import Run, Soundness
from imagetool.kit.tensors import check_form, coarse, padded, to_tensor, to_whole
from imagetool.kit.tile_loop import NOBODY, Finish, Host, TileLoop, Turn
from imagetool.plugin.job import Job
from imagetool.plugin.models import Upscaler
from imagetool.plugin.parameters import Params

MOST_FACTOR = 8
"""Two of a model's factors are used one after the other up to this product."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """The sizes a picture goes through: source, after each factor, and what is wanted."""

    source: Size
    factors: tuple[int, ...]
    target: Size

    @classmethod
    def plan(cls, source: Size, target: Size, scales: tuple[int, ...]) -> Ladder:
        """The smallest factor, or product of two, that reaches the target; the largest where none does.

        Of two factors the smaller comes first: the second one then has fewer pixels to work on.
        """
        wanted = factor_of(source, target)
        single = [(scale,) for scale in scales]
        double = [pair for pair in itertools.combinations_with_replacement(sorted(scales), 2) if _reaches(pair)]
        chains = sorted([*single, *double], key=lambda chain: (_product(chain), len(chain)))
        factors = next((chain for chain in chains if _product(chain) >= wanted - 1e-9), max(chains, key=_product))
        return cls(source, factors, target)

    @property
    def last(self) -> Size:
        """After all factors, before the resampling."""
        return self._size_after(len(self.factors))

    def seen(self, part: Rect, tiling: Tiling) -> list[Rect]:
        """What must be known to compute `part` of the target: of the source, and of the result of each factor."""
        last = self.last
        left, right = needed_part(last.width, self.target.width, part.left, part.right)
        top, bottom = needed_part(last.height, self.target.height, part.top, part.bottom)
        rects = [Rect(left, top, right, bottom)]
        for index in reversed(range(len(self.factors))):
            factor, size = self.factors[index], self._size_after(index)
            rects.insert(0, tiling.crop(_before(rects[0], factor), size))
        return rects

    def _size_after(self, count: int) -> Size:
        product = _product(self.factors[:count])
        return Size(self.source.width * product, self.source.height * product)


@dataclass(frozen=True, eq=False, slots=True)
class Enlargement:
    """One picture to be enlarged: `source` (H, W, 4) is read-only, `result` (h, w, 4) of its dtype is written.

    `sound` keeps watch over the precision, which it begins with; without it nobody hears where that changes.
    """

    source: Pixels
    result: Pixels
    tiling: Tiling
    device: torch.device
    precision: Precision
    host: Host = NOBODY
    sound: Soundness | None = None

    def run(self, model: Upscaler, params: Params, job_for: CropJobs) -> int:
        """Enlarges; returns the number of tiles.

        Raises:
            InvalidResult: where the model returns anything but a finite picture of the right shape.
            UnfitBuffer: where what the host lends does not fit.
        """
        source, target = _size(self.source), _size(self.result)
        ladder = Ladder.plan(source, target, model.scales)
        sound = self.sound or Soundness(self.precision, self.device)
        plan = TilePlan.of(source, target, self.tiling)
        work = _Work(self, plan, model, params, ladder, Channels.of(self.source), sound)
        ahead = int(self.device.type == "cuda")
        return TileLoop(plan, source, self.result, job_for, self.host, ahead).run(work.begin)


@dataclass(frozen=True, eq=False, slots=True)
class _Work:
    """An enlargement under way."""

    of: Enlargement
    plan: TilePlan
    model: Upscaler
    params: Params
    ladder: Ladder
    channels: Channels
    sound: Soundness

    def begin(self, turn: Turn) -> Finish:
        """One tile's pixels (h, w, 4), with its preview."""
        pixels, job, part = self.of.source, turn.job, turn.tile.part
        rects = self.ladder.seen(part, self.of.tiling)
        bounds = Rect.of_size(self.ladder.source)
        crop = rects[0] if self.channels.opaque else rects[0].grown(BLEED_PX).restrict(bounds)
        inner = (..., *rects[0].moved(-crop.left, -crop.top).slices)

        def compute(precision: Precision) -> Tensor:
            def colours(image: Tensor) -> Tensor:
                own = PartJob(job, 0.0, 1.0, turn.text)
                return self._climbed(image[inner], rects, part, precision, own, "colours")

            def opacity(image: Tensor) -> Tensor:
                return self._climbed(image[inner], rects, part, precision, SilentJob(job), "opacity")

            return run_on_channels(pixels[crop.slices], self.channels, self.of.device, colours, opacity)

        def then(made: Tensor) -> tuple[Tensor, ...]:
            core = (..., *turn.tile.core.moved(-part.left, -part.top).slices)
            return to_whole(made, pixels.dtype), coarse(made[core][:, :3])

        once = self._once(SilentJob(job))
        if self.sound.wants_trial:  # on the same piece, in whatever order tiles come
            self.sound.try_out(self._colours(self.plan.middle.part), once)
        wait = self.sound.begin(self._colours(part), once, then, compute)

        def finish() -> Pixels:
            whole, preview = wait()
            job.preview(preview)
            return with_opacity(whole.numpy())

        return finish

    def _climbed(
        self, image: Tensor, rects: list[Rect], part: Rect, precision: Precision, job: Job, planes: str
    ) -> Tensor:
        """From the crop (1, 3, h, w) of the source in `rects[0]` to a part (1, 3, h', w') of the target."""
        rungs = len(self.ladder.factors)
        for rung, (factor, seen, wanted) in enumerate(zip(self.ladder.factors, rects, rects[1:], strict=False)):
            part_job = PartJob(job, rung / rungs, (rung + 1) / rungs)
            with placed(Place((planes, rung), seen, _before(wanted, factor))):
                made = self._enlarged(image, factor, precision, part_job)
            image = made[(..., *wanted.moved(-seen.left * factor, -seen.top * factor).slices)].float()
        return resize_part(image, rects[-1], self.ladder.last, self.ladder.target, part)

    def _colours(self, part: Rect) -> Tensor:
        """(1, 3, h, w): what of the source a part of the target shows."""
        rect = scaled(part, self.ladder.target, self.ladder.source)
        return to_tensor(self.of.source[rect.slices][..., :3], self.of.device)

    def _once(self, job: Job) -> Run:
        return lambda image, precision: self._enlarged(image, self.ladder.factors[0], precision, job)

    def _enlarged(self, image: Tensor, factor: int, precision: Precision, job: Job) -> Tensor:
        """(1, 3, factor·h, factor·w) and more to the right and below, where the model wants multiples."""
        seen = padded(image, self.of.tiling.multiple_of)
        with torch.inference_mode(), precision.active(self.of.device):
            made = self.model.run(seen, factor, self.params, job)
        return check_form(made, (1, 3, seen.shape[-2] * factor, seen.shape[-1] * factor))


def _before(after: Rect, factor: int) -> Rect:
    """What a rectangle of a picture is made of that was enlarged by a whole factor."""
    return Rect(after.left // factor, after.top // factor, -(-after.right // factor), -(-after.bottom // factor))


def _size(pixels: Pixels) -> Size:
    return Size(pixels.shape[1], pixels.shape[0])


def _product(factors: tuple[int, ...]) -> int:
    return int(np.prod(factors, dtype=np.int64))


def _reaches(pair: tuple[int, ...]) -> bool:
    return _product(pair) <= MOST_FACTOR
