"""The model that puts film grain back: measured in another picture, or set by hand."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from imagetool.core.files import read_picture
from imagetool.core.picture import Pixels
from imagetool.kit.tensors import to_tensor
from imagetool.plugin import CannotRun, Filter, Job, Params
from plugins.denoising.film_grain import Grain

LOOKED_AT_PX = 1024
"""Side of the middle of the other picture that is measured."""


class Regrainer(Filter):
    """Adds grain that is new and looks like that of another picture."""

    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        """The picture with grain on it.

        Raises:
            CannotRun: where the other picture is not fit to be measured.
        """
        like = str(params["like"])
        if like:
            grain = _grain_of(Path(like), image.device)
        else:
            grain = Grain.plain(float(params["strength"]) / 255, float(params["size"]), float(params["colour"]))
        job.figure("grain strength", grain.strength_255)
        job.figure("grain size", grain.size_px)
        job.check()
        return grain.added_to(image, float(params["amount"]), job.generator())


def _grain_of(path: Path, device: torch.device) -> Grain:
    with torch.autocast(device.type, enabled=False):
        grain = Grain.measured(to_tensor(_middle(read_picture(path).pixels), device)[:, :3])
    if grain is None:
        raise CannotRun("In that picture no grain can be measured. Choose one that has grain in plain areas.")
    return grain


def _middle(pixels: Pixels) -> Pixels:
    top, left = (max(0, side - LOOKED_AT_PX) // 2 for side in pixels.shape[:2])
    return pixels[top : top + LOOKED_AT_PX, left : left + LOOKED_AT_PX]
