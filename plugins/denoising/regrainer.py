"""The model that puts film grain back: measured in another picture, or set by hand."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from imagetool.core.files import read_picture
from imagetool.core.picture import Pixels
from imagetool.kit.tensors import to_tensor
from imagetool.kit.weights import load_into, read_layout
from imagetool.plugin import CannotRun, Filter, Job, Params, Weights
from plugins.denoising.film_grain import Grain
from plugins.denoising.network import Layout, Network

LOOKED_AT_PX = 1024
"""Side of the middle of the other picture that is measured."""


class Regrainer(Filter):
    """Adds grain that is new and looks like that of another picture."""

    def load(self, weights: Weights, device: torch.device) -> None:
        """Builds the network that tells grain from picture."""
        self._device = device
        self._network = Network(Layout.read(read_layout(weights.only)))
        load_into(self._network, weights.only)
        self._network.to(device).eval()

    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        """The picture with grain on it.

        Raises:
            CannotRun: where the other picture is not fit to be measured.
        """
        like = str(params["like"])
        if like:
            grain = self._grain_of(Path(like))
        else:
            grain = Grain.plain(float(params["strength"]) / 255, float(params["size"]), float(params["colour"]))
        job.figure("grain strength", grain.strength_255)
        job.figure("grain size", grain.size_px)
        job.check()
        return grain.added_to(image, float(params["amount"]), job.generator())

    def _grain_of(self, path: Path) -> Grain:
        pixels = _middle(read_picture(path).pixels)
        seen = to_tensor(pixels, self._device)[:, :3]
        with torch.autocast(self._device.type, enabled=False):
            removed = -self._network(seen).sum(dim=1)
        grain = Grain.measured(seen - removed, removed)
        if grain is None:
            raise CannotRun("In that picture no grain can be measured. Choose one that has grain in plain areas.")
        return grain


def _middle(pixels: Pixels) -> Pixels:
    top, left = (max(0, side - LOOKED_AT_PX) // 2 for side in pixels.shape[:2])
    return pixels[top : top + LOOKED_AT_PX, left : left + LOOKED_AT_PX]
