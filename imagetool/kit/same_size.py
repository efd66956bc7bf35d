"""Running a model that keeps the size over a picture of any size and depth, tile by tile or all at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from imagetool.core.geometry import Rect, Size
from imagetool.core.picture import Pixels
from imagetool.kit.channels import BLEED_PX, Channels, bled
from imagetool.kit.crops import CropJobs
from imagetool.kit.precision import Precision
from imagetool.kit.tensors import check_result, padded, to_pixels, to_tensor
from imagetool.kit.tile_figures import TileFigures, TileJob
from imagetool.kit.tiling import Tile, Tiling, for_each_tile, plan_tiles
from imagetool.plugin.job import Job
from imagetool.plugin.models import Denoiser, Filter, Scorer
from imagetool.plugin.parameters import Params

_Run: TypeAlias = Callable[[Tensor], Tensor]


@dataclass(frozen=True, eq=False, slots=True)
class Sheet:
    """A picture (H, W, 4) uint8 or uint16, read-only, and how a model is to see it; no `tiling`: all at once."""

    source: Pixels
    tiling: Tiling | None
    multiple_of: int
    device: torch.device
    precision: Precision

    @property
    def size(self) -> Size:
        """Of the picture."""
        return Size(self.source.shape[1], self.source.shape[0])

    @property
    def tiles(self) -> list[Tile]:
        """What is computed one after the other; no crop is larger than the model wants it."""
        step = Size(*(self.tiling.step_px(side) for side in self.size)) if self.tiling else self.size
        return plan_tiles(self.size, step)

    def crop(self, tile: Tile) -> Rect:
        """What must be seen to compute a tile's part."""
        return self.tiling.crop(tile.part, self.size) if self.tiling else Rect.of_size(self.size)

    def read(self, crop: Rect, channels: Channels) -> tuple[Tensor, Tensor]:
        """RGB (1, 3, h, w) and opacity (1, 1, h, w) of a crop; what is transparent has the colours around it."""
        if channels.opaque:
            image = to_tensor(self.source[crop.slices], self.device)  # (1, 4, h, w)
            return image[:, :3], image[:, 3:]
        around = crop.grown(BLEED_PX).restrict(Rect.of_size(self.size))
        image = to_tensor(self.source[around.slices], self.device)
        inside = (..., *crop.moved(-around.left, -around.top).slices)
        return bled(image[:, :3], image[:, 3:])[inside], image[:, 3:][inside]


def run_filter(model: Filter, sheet: Sheet, params: Params, job_for: CropJobs, result: Pixels) -> int:
    """Writes what the model makes of the picture to `result` (H, W, 4); returns the number of tiles.

    Opacity stays as it is; what is fully transparent is given the colours around it before the model sees it. A
    gray picture that is denoised stays gray. Without tiles, the model's own previews are shown.

    Raises:
        InvalidResult: where the model returns anything but a finite picture of the same shape.
    """
    channels, figures = Channels.of(sheet.source), TileFigures()
    keeps_gray = channels.gray and isinstance(model, Denoiser)
    tiles = sheet.tiles

    def tile_of(tile: Tile, begin: float, end: float) -> Pixels:
        crop = sheet.crop(tile)
        rgb, alpha = sheet.read(crop, channels)
        job = _job_of(tile, tiles, begin, end, job_for)
        own = TileJob(job, figures, tile.core) if sheet.tiling else job
        made = _run(sheet, lambda seen: model.run(seen, params, own), rgb, 3)
        if keeps_gray:
            made = made.mean(dim=1, keepdim=True).expand(-1, 3, -1, -1)
        inside = (..., *tile.part.moved(-crop.left, -crop.top).slices)
        core = (..., *tile.core.moved(-crop.left, -crop.top).slices)
        job.preview(made[core])
        job.progress(1.0, _text(tile, tiles))
        pixels = to_pixels(torch.cat([made, alpha], dim=1)[inside], sheet.source.dtype)
        pixels[..., 3] = sheet.source[tile.part.slices][..., 3]
        return pixels

    return for_each_tile(tiles, tile_of, result)


def run_scorer(model: Scorer, sheet: Sheet, params: Params, job_for: CropJobs, result: NDArray[np.float32]) -> int:
    """Writes the model's map of the picture to `result` (H, W, 1); returns the number of tiles.

    Raises:
        InvalidResult: where the model returns anything but a finite map of the same height and width.
    """
    channels, figures = Channels.of(sheet.source), TileFigures()
    tiles = sheet.tiles

    def tile_of(tile: Tile, begin: float, end: float) -> NDArray[Any]:
        crop = sheet.crop(tile)
        rgb, _ = sheet.read(crop, channels)
        job = _job_of(tile, tiles, begin, end, job_for)
        own = TileJob(job, figures, tile.core) if sheet.tiling else job
        made = _run(sheet, lambda seen: model.run(seen, params, own), rgb, 1)  # (1, 1, h, w)
        job.progress(1.0, _text(tile, tiles))
        inside = (..., *tile.part.moved(-crop.left, -crop.top).slices)
        part: NDArray[Any] = made[inside][0].permute(1, 2, 0).cpu().numpy()  # (h, w, 1)
        return part

    return for_each_tile(tiles, tile_of, result)


def _run(sheet: Sheet, run: _Run, image: Tensor, planes: int) -> Tensor:
    """The model's answer (1, planes, h, w) float32 to (1, 3, h, w)."""
    height, width = image.shape[-2:]
    seen = padded(image, sheet.multiple_of)
    with torch.inference_mode(), sheet.precision.active(sheet.device):
        made = run(seen)
    return check_result(made, (1, planes, *seen.shape[-2:]))[..., :height, :width].float()


def _job_of(tile: Tile, tiles: list[Tile], begin: float, end: float, job_for: CropJobs) -> Job:
    job = job_for(tile.core, begin, end)
    job.progress(0.0, _text(tile, tiles))
    return job


def _text(tile: Tile, tiles: list[Tile]) -> str:
    return f"tile {tiles.index(tile) + 1} of {len(tiles)}" if len(tiles) > 1 else ""
