"""The model of this plugin: where a photo is damaged."""

from __future__ import annotations

import torch
from torch import Tensor

from imagetool.kit.halo import HaloReuse
from imagetool.kit.weights import load_into, read_layout
from imagetool.plugin import Job, Params, Scorer, Weights
from plugins.damage.network import Layout, Network


class DamageFinder(Scorer):
    """Tells of every pixel the probability that it is damaged."""

    def load(self, weights: Weights, device: torch.device) -> None:
        """Builds the network and fills it."""
        network = Network(Layout.read(read_layout(weights.only)))
        load_into(network, weights.only)
        network.fold_norms()
        network = network.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._odds = HaloReuse(network.eval())

    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:  # noqa: ARG002 - it has no form, and is done at once
        """Probabilities in [0, 1]."""
        return torch.sigmoid(self._odds(image.contiguous(memory_format=torch.channels_last)))
