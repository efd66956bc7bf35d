"""The models of this plugin: one class, several files of weights."""

from __future__ import annotations

import torch
from torch import Tensor

from imagetool.kit.luminance import luma
from imagetool.kit.self_ensemble import mean_over_positions
from imagetool.kit.weights import load_into, read_layout
from imagetool.plugin import Denoiser, Job, Params, Weights
from plugins.denoising.grain import grain_of
from plugins.denoising.network import Layout, Network
from plugins.denoising.noise_level import noise_level_255

NOISE_LEVEL = "noise level"
"""The figure that is told: the standard deviation of the noise that was found, in steps of 1/255."""

SHOWN_GAIN = 4.0
"""How many times what was removed is shown, around middle gray."""


class BlindDenoiser(Denoiser):
    """Takes Gaussian noise of any level away with the network that its file of weights describes."""

    def load(self, weights: Weights, device: torch.device) -> None:
        """Builds the network and fills it."""
        network = Network(Layout.read(read_layout(weights.only)))
        load_into(network, weights.only)
        network = network.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._network = network.eval()

    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        """As much of what the network takes away as is wanted, and the grain put back."""
        level_255 = noise_level_255(image)
        if level_255 is not None:
            job.figure(NOISE_LEVEL, level_255)
        strength = float(params["strength"])
        gains = strength * float(params["luma"]), strength * float(params["chroma"])
        if gains == (0, 0):
            return torch.full_like(image, 0.5) if params["show_removed"] else image
        result = _blended(image, self._denoised(image, params, job), *gains)
        grain = float(params["grain"])
        if grain > 0:
            result = result + grain * grain_of(image - result)
        return 0.5 + SHOWN_GAIN * (image - result) if params["show_removed"] else result

    def _denoised(self, image: Tensor, params: Params, job: Job) -> Tensor:
        return mean_over_positions(image, self._once, job) if params["best"] else self._once(image)

    def _once(self, image: Tensor) -> Tensor:
        changes: Tensor = self._network(image.contiguous(memory_format=torch.channels_last))  # (1, parts, 3, H, W)
        return image + changes.sum(dim=1)


def _blended(image: Tensor, made: Tensor, luma_gain: float, chroma_gain: float) -> Tensor:
    """The picture with its luma and its chroma changed by these shares of what the network changes.

    Noise is added to encoded values, so these are blended: at a share of s its amplitude is 1 - s of what it was.
    """
    if luma_gain == chroma_gain:
        return torch.lerp(image, made, luma_gain)  # exactly the network's result at 1
    change = made - image
    light = luma(change)
    return image + luma_gain * light + chroma_gain * (change - light)
