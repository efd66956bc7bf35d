"""Enlarging a picture of any size and depth, by any factor, with a model that knows a few whole factors.

The model's nearest larger factor (or two, one after the other) is resampled to the size that is wanted. All of it
happens tile by tile, from and to the picture's own depth, so memory is bounded by the tile.
"""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from imagetool.core.geometry import Rect, Size
from imagetool.core.picture import Pixels
from imagetool.kit.channels import BLEED_PX, Channels, run_on_channels, with_opacity
from imagetool.kit.crops import CropJobs
from imagetool.kit.precision import Precision
from imagetool.kit.resampling import needed_part, resize_part
from imagetool.kit.silent_job import SilentJob
from imagetool.kit.tensors import check_result, to_pixels
from imagetool.kit.tiling import Tile, Tiling, for_each_tile, plan_tiles
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
        """The smallest factor, or product of two, that reaches the target; the largest where none does."""
        wanted = max(target.width / source.width, target.height / source.height)
        single = [(scale,) for scale in scales]
        double = [pair for pair in itertools.product(sorted(scales, reverse=True), repeat=2) if _reaches(pair)]
        chains = sorted([*single, *double], key=lambda chain: (_product(chain), len(chain)))
        factors = next((chain for chain in chains if _product(chain) >= wanted - 1e-9), chains[-1])
        return cls(source, factors, target)

    @property
    def last(self) -> Size:
        """After all factors, before the resampling."""
        return self._size_after(len(self.factors))

    def seen(self, part: Rect, reach_px: int) -> list[Rect]:
        """What must be known to compute `part` of the target: of the source, and of the result of each factor."""
        last = self.last
        left, right = needed_part(last.width, self.target.width, part.left, part.right)
        top, bottom = needed_part(last.height, self.target.height, part.top, part.bottom)
        rects = [Rect(left, top, right, bottom)]
        for index in reversed(range(len(self.factors))):
            factor, size = self.factors[index], self._size_after(index)
            after = rects[0]
            before = Rect(
                after.left // factor, after.top // factor, -(-after.right // factor), -(-after.bottom // factor)
            )
            rects.insert(0, before.grown(reach_px).restrict(Rect.of_size(size)))
        return rects

    def _size_after(self, count: int) -> Size:
        product = _product(self.factors[:count])
        return Size(self.source.width * product, self.source.height * product)


@dataclass(frozen=True, eq=False, slots=True)
class Enlargement:
    """One picture to be enlarged: `source` (H, W, 4) is read-only, `result` (h, w, 4) of its dtype is written."""

    source: Pixels
    result: Pixels
    tiling: Tiling
    device: torch.device
    precision: Precision

    def run(self, model: Upscaler, params: Params, job_for: CropJobs) -> int:
        """Enlarges; returns the number of tiles.

        Raises:
            InvalidResult: where the model returns anything but a finite picture of the right shape.
        """
        source, target = _size(self.source), _size(self.result)
        ladder = Ladder.plan(source, target, model.scales)
        channels = Channels.of(self.source)
        step_px = self.tiling.step_px
        step = Size(*(max(1, step_px * wide // narrow) for wide, narrow in zip(target, source, strict=True)))

        def compute(tile: Tile, begin: float, end: float) -> Pixels:
            rects = ladder.seen(tile.part, self.tiling.overlap_px)
            job = job_for(_on_source(tile.core, source, target), begin, end)
            climb = functools.partial(self._climb, model, params, ladder, rects, tile.part)
            crop = rects[0] if channels.opaque else rects[0].grown(BLEED_PX).restrict(Rect.of_size(source))
            inner = rects[0].moved(-crop.left, -crop.top)

            def colours(image: Tensor) -> Tensor:
                return climb(image[(..., *inner.slices)], job)

            def opacity(image: Tensor) -> Tensor:
                return climb(image[(..., *inner.slices)], SilentJob(job))

            made = run_on_channels(self.source[crop.slices], channels, self.device, colours, opacity)
            core = tile.core.moved(-tile.part.left, -tile.part.top)
            job.preview(made[(..., *core.slices)][:, :3])
            job.progress(1.0)
            return with_opacity(to_pixels(made, self.source.dtype))

        return for_each_tile(plan_tiles(target, step), compute, self.result)

    def _climb(
        self,
        model: Upscaler,
        params: Params,
        ladder: Ladder,
        rects: list[Rect],
        part: Rect,
        image: Tensor,
        job: Job,
    ) -> Tensor:
        """From a crop (1, 3, h, w) of the source to a part (1, 3, h', w') of the target."""
        for factor, seen, wanted in zip(ladder.factors, rects, rects[1:], strict=False):
            with torch.inference_mode(), self.precision.active(self.device):
                made = model.run(_padded(image, self.tiling.multiple_of), factor, params, job)
            height, width = (side + -side % self.tiling.multiple_of for side in image.shape[-2:])
            check_result(made, (1, 3, height * factor, width * factor))
            image = made[(..., *wanted.moved(-seen.left * factor, -seen.top * factor).slices)].float()
        return resize_part(image, rects[-1], ladder.last, ladder.target, part)


def _padded(image: Tensor, multiple: int) -> Tensor:
    """Continued to the right and below until the sides are multiples."""
    right, below = (-side % multiple for side in (image.shape[-1], image.shape[-2]))
    return functional.pad(image, (0, right, 0, below), mode="replicate") if right or below else image


def _on_source(rect: Rect, source: Size, target: Size) -> Rect:
    """Where a rectangle of the result lies in the source, at least one pixel large."""
    left, top = rect.left * source.width // target.width, rect.top * source.height // target.height
    right, bottom = -(-rect.right * source.width // target.width), -(-rect.bottom * source.height // target.height)
    return Rect(left, top, max(right, left + 1), max(bottom, top + 1))


def _size(pixels: Pixels) -> Size:
    return Size(pixels.shape[1], pixels.shape[0])


def _product(factors: tuple[int, ...]) -> int:
    return int(np.prod(factors, dtype=np.int64))


def _reaches(pair: tuple[int, ...]) -> bool:
    return _product(pair) <= MOST_FACTOR
