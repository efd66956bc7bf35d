"""The models of this plugin: one class, several files of weights."""

from __future__ import annotations

import torch
from torch import Tensor

from imagetool.kit.halo import HaloReuse
from imagetool.kit.self_ensemble import mean_over_positions
from imagetool.kit.weights import load_into, read_layout
from imagetool.plugin import Job, Params, Upscaler, Weights
from plugins.super_resolution.crispness import crisper
from plugins.super_resolution.network import Layout, Network


class Enlarger(Upscaler):
    """Enlarges with the network that its file of weights describes."""

    def load(self, weights: Weights, device: torch.device) -> None:
        """Builds the network and fills it."""
        layout = Layout.read(read_layout(weights.only))
        network = Network(layout)
        load_into(network, weights.only)
        network = network.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._network = network.eval()
        self._reuse = HaloReuse(self._network)

    @property
    def scales(self) -> tuple[int, ...]:
        """Those of the weights."""
        scales: tuple[int, ...] = self._network.layout.scales
        return scales

    def run(self, image: Tensor, scale: int, params: Params, job: Job) -> Tensor:
        """Once, or for the best quality in all eight positions; then crisper, where that is wanted."""
        if params["best"]:
            result = mean_over_positions(image, lambda turned: self._once(turned, scale), job)
        else:
            result = self._once(image, scale)
        strength = float(params["crispness"])
        return crisper(result, scale, strength) if strength > 0 else result

    def _once(self, image: Tensor, scale: int) -> Tensor:
        return self._reuse(image.contiguous(memory_format=torch.channels_last), scale)
