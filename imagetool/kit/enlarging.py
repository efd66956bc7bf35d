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
from imagetool.kit.channels import BLEED_PX, Channels, run_on_channels, with_opacity
from imagetool.kit.crops import CropJobs
from imagetool.kit.part_job import PartJob
from imagetool.kit.precision import Precision
from imagetool.kit.resampling import needed_part, resize_part
from imagetool.kit.silent_job import SilentJob
from imagetool.kit.tensors import check_result, padded, to_pixels
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
            after = rects[0]
            before = Rect(
                after.left // factor, after.top // factor, -(-after.right // factor), -(-after.bottom // factor)
            )
            rects.insert(0, tiling.crop(before, size))
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
        step = Size(*(self.tiling.step_px(of) * to // of for of, to in zip(source, target, strict=True)))
        tiles = plan_tiles(target, step)
        ladder = Ladder.plan(source, target, model.scales)
        work = _Work(self, model, params, ladder, Channels.of(self.source), tiles, job_for)
        return for_each_tile(tiles, work.tile, self.result)


@dataclass(frozen=True, eq=False, slots=True)
class _Work:
    """An enlargement under way."""

    of: Enlargement
    model: Upscaler
    params: Params
    ladder: Ladder
    channels: Channels
    tiles: list[Tile]
    job_for: CropJobs

    def tile(self, tile: Tile, begin: float, end: float) -> Pixels:
        """One tile's pixels (h, w, 4), with its preview and its progress."""
        pixels, source = self.of.source, self.ladder.source
        job = self.job_for(_on_source(tile.core, source, self.ladder.target), begin, end)
        text = f"tile {self.tiles.index(tile) + 1} of {len(self.tiles)}"
        job.progress(0.0, text)
        rects = self.ladder.seen(tile.part, self.of.tiling)
        crop = rects[0] if self.channels.opaque else rects[0].grown(BLEED_PX).restrict(Rect.of_size(source))
        inner = (..., *rects[0].moved(-crop.left, -crop.top).slices)

        def colours(image: Tensor) -> Tensor:
            return self._climbed(image[inner], rects, tile.part, PartJob(job, 0.0, 1.0, text))

        def opacity(image: Tensor) -> Tensor:
            return self._climbed(image[inner], rects, tile.part, SilentJob(job))

        made = run_on_channels(pixels[crop.slices], self.channels, self.of.device, colours, opacity)
        core = (..., *tile.core.moved(-tile.part.left, -tile.part.top).slices)
        job.preview(made[core][:, :3])
        job.progress(1.0, text)
        return with_opacity(to_pixels(made, pixels.dtype))

    def _climbed(self, image: Tensor, rects: list[Rect], part: Rect, job: Job) -> Tensor:
        """From the crop (1, 3, h, w) of the source in `rects[0]` to a part (1, 3, h', w') of the target."""
        multiple = self.of.tiling.multiple_of
        rungs = len(self.ladder.factors)
        for rung, (factor, seen, wanted) in enumerate(zip(self.ladder.factors, rects, rects[1:], strict=False)):
            seen_image = padded(image, multiple)
            part_job = PartJob(job, rung / rungs, (rung + 1) / rungs)
            with torch.inference_mode(), self.of.precision.active(self.of.device):
                made = self.model.run(seen_image, factor, self.params, part_job)
            check_result(made, (1, 3, seen_image.shape[-2] * factor, seen_image.shape[-1] * factor))
            image = made[(..., *wanted.moved(-seen.left * factor, -seen.top * factor).slices)].float()
        return resize_part(image, rects[-1], self.ladder.last, self.ladder.target, part)


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
