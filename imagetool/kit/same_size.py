"""Running a model that keeps the size over a picture of any size and depth, tile by tile or all at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import EllipsisType
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from imagetool.core.geometry import Rect, Size
from imagetool.core.picture import Pixels
from imagetool.core.tile_plan import Tile, TilePlan, Tiling
from imagetool.kit.channels import BLEED_PX, Channels, bled, to_rgba
from imagetool.kit.crops import CropJobs
from imagetool.kit.places import Place, placed
from imagetool.kit.precision import Precision
from imagetool.kit.silent_job import SilentJob
from imagetool.kit.soundness import Run, Soundness
from imagetool.kit.tensors import check_form, coarse, padded, to_tensor, to_whole
from imagetool.kit.tile_figures import TileFigures, TileJob
from imagetool.kit.tile_loop import NOBODY, Finish, Host, TileLoop, Turn
from imagetool.plugin.job import Job
from imagetool.plugin.models import Denoiser, Filter, Scorer
from imagetool.plugin.parameters import Params

_Run: TypeAlias = Callable[[Tensor], Tensor]


@dataclass(frozen=True, eq=False, slots=True)
class Sheet:
    """A picture (H, W, 4) uint8 or uint16, read-only, and how a model is to see it; no `tiling`: all at once.

    `sound` keeps watch over the precision, which it begins with; without it nobody hears where that changes.
    `opacity`: a scorer is given the picture's opacity, too.
    """

    source: Pixels
    tiling: Tiling | None
    multiple_of: int
    device: torch.device
    precision: Precision
    sound: Soundness | None = None
    opacity: bool = False

    @property
    def watch(self) -> Soundness:
        """What keeps watch over the precision."""
        return self.sound or Soundness(self.precision, self.device)

    @property
    def ahead(self) -> int:
        """How many tiles are begun before one is waited for."""
        return int(self.device.type == "cuda")

    @property
    def size(self) -> Size:
        """Of the picture."""
        return Size(self.source.shape[1], self.source.shape[0])

    @property
    def plan(self) -> TilePlan:
        """What is computed one after the other; no crop is larger than the model wants it."""
        size = self.size
        return TilePlan.of(size, size, self.tiling) if self.tiling else TilePlan.of_step(size, size)

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

    def seen(self, crop: Rect, channels: Channels) -> Tensor:
        """What the model sees of a crop: (1, 3, h, w), with the opacity (1, 4, h, w)."""
        return to_rgba(self.source[crop.slices], self.device) if self.opacity else self.read(crop, channels)[0]

    def middle(self, channels: Channels) -> Tensor:
        """The crop in the middle as seen: what a precision is tried on, in whatever order tiles come."""
        return self.seen(self.crop(self.plan.middle), channels)


def run_filter(
    model: Filter, sheet: Sheet, params: Params, job_for: CropJobs, result: Pixels, host: Host = NOBODY
) -> int:
    """Writes what the model makes of the picture to `result` (H, W, 4); returns the number of tiles.

    Opacity stays as it is; what is fully transparent is given the colours around it before the model sees it. A
    gray picture that is denoised stays gray. Without tiles, the model's own previews are shown.

    Raises:
        InvalidResult: where the model returns anything but a finite picture of the same shape.
        UnfitBuffer: where what the host lends does not fit.
    """
    channels, figures = Channels.of(sheet.source), TileFigures()
    keeps_gray = channels.gray and isinstance(model, Denoiser)
    sound = sheet.watch

    def runs(job: Job, place: Place | None = None) -> Run:
        return _runs(sheet, lambda seen: model.run(seen, params, job), 3, place)

    def begin(turn: Turn) -> Finish:
        tile, crop = turn.tile, sheet.crop(turn.tile)
        if sound.wants_trial:
            sound.try_out(sheet.middle(channels), runs(SilentJob(turn.job)))
        rgb, alpha = sheet.read(crop, channels)
        own = TileJob(turn.job, figures, tile.core) if sheet.tiling else turn.job

        def then(made: Tensor) -> tuple[Tensor, ...]:
            if keeps_gray:
                made = made.mean(dim=1, keepdim=True).expand(-1, 3, -1, -1)
            whole = torch.cat([made, alpha], dim=1)[_inside(crop, tile.part)]
            return to_whole(whole, sheet.source.dtype), coarse(made[_inside(crop, tile.core)])

        wait = sound.begin(rgb, runs(own, Place("colours", crop, tile.part)), then)

        def finish() -> Pixels:
            whole, preview = wait()
            turn.job.preview(preview)
            pixels: Pixels = whole.numpy()
            pixels[..., 3] = sheet.source[tile.part.slices][..., 3]
            return pixels

        return finish

    return TileLoop(sheet.plan, sheet.size, result, job_for, host, sheet.ahead).run(begin)


def run_scorer(
    model: Scorer,
    sheet: Sheet,
    params: Params,
    job_for: CropJobs,
    result: NDArray[np.float32],
    host: Host = NOBODY,
) -> int:
    """Writes the model's map of the picture to `result` (H, W, 1); returns the number of tiles.

    Raises:
        InvalidResult: where the model returns anything but a finite map of the same height and width.
        UnfitBuffer: where what the host lends does not fit.
    """
    channels, figures, sound = Channels.of(sheet.source), TileFigures(), sheet.watch

    def runs(job: Job, place: Place | None = None) -> Run:
        return _runs(sheet, lambda seen: model.run(seen, params, job), 1, place)

    def begin(turn: Turn) -> Finish:
        crop = sheet.crop(turn.tile)
        if sound.wants_trial:
            sound.try_out(sheet.middle(channels), runs(SilentJob(turn.job)))
        seen = sheet.seen(crop, channels)
        own = TileJob(turn.job, figures, turn.tile.core) if sheet.tiling else turn.job

        def then(made: Tensor) -> tuple[Tensor, ...]:
            return (made[_inside(crop, turn.tile.part)][0].permute(1, 2, 0),)  # (h, w, 1)

        wait = sound.begin(seen, runs(own, Place("colours", crop, turn.tile.part)), then)

        def finish() -> NDArray[np.float32]:
            (part,) = wait()
            return part.numpy()

        return finish

    return TileLoop(sheet.plan, sheet.size, result, job_for, host, sheet.ahead).run(begin)


def _inside(crop: Rect, rect: Rect) -> tuple[EllipsisType, slice, slice]:
    """Where a rectangle of the picture lies in what was made of a crop."""
    return ..., *rect.moved(-crop.left, -crop.top).slices


def _runs(sheet: Sheet, run: _Run, planes: int, place: Place | None) -> Run:
    """Runs a model once on what it sees; its answer is (1, planes, h, w) float32."""

    def once(image: Tensor, precision: Precision) -> Tensor:
        height, width = image.shape[-2:]
        seen = padded(image, sheet.multiple_of)
        with torch.inference_mode(), precision.active(sheet.device), placed(place):
            made = run(seen)
        return check_form(made, (1, planes, *seen.shape[-2:]))[..., :height, :width].float()

    return once
