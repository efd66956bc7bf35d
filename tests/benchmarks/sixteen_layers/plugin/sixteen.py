"""Sixteen convolutions with 64 channels, as a model: most small networks that restore pictures are like it."""

from __future__ import annotations

import itertools

import torch
from torch import Tensor, nn

from imagetool.kit.halo import HaloReuse
from imagetool.plugin import Filter, Job, Params, Weights

CHANNELS, LAYERS = 64, 16
SHARE = 0.1
"""Of what the network makes; random weights shall leave a picture a picture."""


class Network(nn.Sequential):
    """(B, 3, H, W) to (B, 3, H, W); a pixel depends on `layers` pixels around it."""

    def __init__(self, layers: int = LAYERS) -> None:
        super().__init__()
        sides = [3, *[CHANNELS] * (layers - 1), 3]
        generator = torch.Generator().manual_seed(layers)
        for number, (before, after) in enumerate(itertools.pairwise(sides)):
            layer = nn.Conv2d(before, after, 3, padding=1)
            nn.init.kaiming_normal_(layer.weight, generator=generator)
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
            self.append(layer)
            if number < layers - 1:
                self.append(nn.ReLU(inplace=True))


class Sixteen(Filter):
    """Adds a little of what the network makes of the picture."""

    def load(self, weights: Weights, device: torch.device) -> None:
        """There are no weights to be read."""
        self._device = device
        self._networks: dict[int, HaloReuse] = {}

    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        """One pass."""
        layers = int(params["layers"])
        if layers not in self._networks:
            network = Network(layers).eval().to(self._device)
            network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
            self._networks[layers] = HaloReuse(network)
        made: Tensor = self._networks[layers](image.contiguous(memory_format=torch.channels_last))
        return image + SHARE * made.float()
