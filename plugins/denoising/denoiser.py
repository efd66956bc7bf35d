"""The models of this plugin: one class, several files of weights."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from imagetool.kit.halo import HaloReuse
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
    """Takes noise of any level away, and traces of JPEG, with the network that its file of weights describes."""

    def load(self, weights: Weights, device: torch.device) -> None:
        """Builds the network and fills it."""
        network = Network(Layout.read(read_layout(weights.only)))
        load_into(network, weights.only)
        network = network.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._network = network.eval()
        self._reuse = HaloReuse(self._network)

    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        """As much of what the network takes away as is wanted, and the grain put back."""
        level_255 = noise_level_255(image)
        if level_255 is not None:
            job.figure(NOISE_LEVEL, level_255)
        gains = Gains.of(params)
        if gains == NOTHING:
            return torch.full_like(image, 0.5) if params["show_removed"] else image
        result = image + gains.applied(self._changes(image, params, job))
        grain = float(params["grain"])
        if grain > 0:
            result = result + grain * grain_of(image - result)
        return 0.5 + SHOWN_GAIN * (image - result) if params["show_removed"] else result

    def _changes(self, image: Tensor, params: Params, job: Job) -> Tensor:
        """What is to be added, (1, 3·parts, H, W)."""
        return mean_over_positions(image, self._once, job) if params["best"] else self._once(image)

    def _once(self, image: Tensor) -> Tensor:
        changes = self._reuse(image.contiguous(memory_format=torch.channels_last))  # (1, parts, 3, H, W)
        return changes.flatten(1, 2)


@dataclass(frozen=True, slots=True)
class Gains:
    """How much of each change is wanted: of the noise in the light and in the colour, and of the traces of JPEG.

    Noise is added to encoded values, so these are blended: at a share of s its amplitude is 1 - s of what it was.
    """

    luma: float
    chroma: float
    traces: float

    @classmethod
    def of(cls, params: Params) -> Gains:
        """As the form is set; models that do not know traces of JPEG have no field for them."""
        strength = float(params["strength"])
        traces = float(params["traces"]) if "traces" in params else 0.0
        return cls(strength * float(params["luma"]), strength * float(params["chroma"]), traces)

    def applied(self, changes: Tensor) -> Tensor:
        """What is added to the picture (1, 3, H, W), of what the network says, (1, 3·parts, H, W)."""
        noise = changes[:, :3]
        if self.luma == self.chroma:
            change = self.luma * noise
        else:
            light = luma(noise)
            change = self.luma * light + self.chroma * (noise - light)
        return change + self.traces * changes[:, 3:] if changes.shape[1] > 3 else change


NOTHING = Gains(0, 0, 0)
