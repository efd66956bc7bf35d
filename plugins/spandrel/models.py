"""The models of this plugin: a recognised network in the dress of each task."""

from __future__ import annotations

import torch
from torch import Tensor

from imagetool.core.geometry import Size
from imagetool.kit.resampling import resize
from imagetool.plugin import Denoiser, Filter, Inpainter, Job, Params, Task, Upscaler, Weights
from imagetool.plugin.models import Model
from plugins.spandrel.networks import NOISE_LEVEL, Network

MOST_FILLED_PX = 1024
"""Crops whose longer side is above this are filled at this size: networks learn on small ones."""


class CheckpointUpscaler(Upscaler):
    """Enlarges by the one factor that its network knows."""

    def load(self, weights: Weights, device: torch.device) -> None:
        """Builds the network and fills it."""
        self._network = Network.read(weights.only, device)

    @property
    def scales(self) -> tuple[int, ...]:
        """That factor."""
        return (self._network.scale,)

    def run(self, image: Tensor, scale: int, params: Params, job: Job) -> Tensor:  # noqa: ARG002 - there is one
        """Once."""
        return self._network.enlarged(image, job)


class CheckpointDenoiser(Denoiser):
    """Takes noise away, wholly or in part."""

    def load(self, weights: Weights, device: torch.device) -> None:
        """Builds the network and fills it."""
        self._network = Network.read(weights.only, device)

    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        """Between the picture and what the network makes of it."""
        return _partly(self._network, image, params, job)


class CheckpointFilter(Filter):
    """Sharpens, removes traces of JPEG, lightens, or whatever the network learned, wholly or in part."""

    def load(self, weights: Weights, device: torch.device) -> None:
        """Builds the network and fills it."""
        self._network = Network.read(weights.only, device)

    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        """Between the picture and what the network makes of it."""
        return _partly(self._network, image, params, job)


class CheckpointInpainter(Inpainter):
    """Fills holes."""

    def load(self, weights: Weights, device: torch.device) -> None:
        """Builds the network and fills it."""
        self._network = Network.read(weights.only, device)

    def run(self, image: Tensor, hole: Tensor, params: Params, job: Job) -> Tensor:  # noqa: ARG002 - it has none
        """At the crop's own size, or where that is large, smaller and enlarged again."""
        height, width = image.shape[-2:]
        longest = max(height, width)
        if longest <= MOST_FILLED_PX:
            return self._network.filled(image, hole, job)
        size = Size(*(max(1, side * MOST_FILLED_PX // longest) for side in (width, height)))
        small_hole = resize(hole.float(), size) > 0.01
        small = self._network.filled(resize(image, size).clamp(0, 1), small_hole, job)
        return resize(small.float(), Size(width, height))


_CLASSES: dict[Task, type[Model]] = {
    Task.UPSCALE: CheckpointUpscaler,
    Task.DENOISE: CheckpointDenoiser,
    Task.FILTER: CheckpointFilter,
    Task.INPAINT: CheckpointInpainter,
}


def model_for(task: Task) -> Model:
    """A model of the task's class, not loaded yet."""
    return _CLASSES[task]()


def _partly(network: Network, image: Tensor, params: Params, job: Job) -> Tensor:
    strength = float(params["strength"])
    if strength == 0:
        return image
    made = network.filtered(image, job, float(params.get("noise_level", NOISE_LEVEL)))
    return made if strength == 1 else torch.lerp(image, made.to(image.dtype), strength)
