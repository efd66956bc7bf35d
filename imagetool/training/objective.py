"""What a plugin brings to a training: a network, a loss, a measure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Randomness:
    """The random choices of one step of one process.

    They depend on these numbers alone: a run that was interrupted goes on with the choices it would have made.
    """

    seed: int
    step: int
    rank: int
    device: torch.device

    @cached_property
    def host(self) -> torch.Generator:
        """For choices made on the CPU."""
        return torch.Generator().manual_seed(self._number())

    @cached_property
    def local(self) -> torch.Generator:
        """For choices made on the device."""
        return torch.Generator(self.device).manual_seed(self._number() ^ 1)

    def _number(self) -> int:
        words = np.random.SeedSequence([self.seed, self.step, self.rank]).generate_state(2, np.uint32)
        return int(words[0]) << 31 | int(words[1]) >> 1


@dataclass(frozen=True, eq=False, slots=True)
class Validation:
    """How well a network does: figures by name, the most telling first, and a picture (H, W, 3) uint8."""

    figures: Mapping[str, float]
    sheet: npt.NDArray[np.uint8]
    unit: str = "dB"


Batch = TypeVar("Batch")


class Objective(Protocol[Batch]):
    """Made by a plugin's `train.objective(recipe, data, device)`, with its network on the device."""

    @property
    def network(self) -> nn.Module:
        """What is trained."""
        ...

    @property
    def layout(self) -> Mapping[str, Any]:
        """What rebuilds the network, for the header of its file."""
        ...

    def batch(self, randomness: Randomness) -> Batch:
        """What one step learns from, on the device, in full precision."""
        ...

    def loss(self, network: nn.Module, batch: Batch) -> Tensor:
        """The batch's loss, a scalar; `network` is the objective's own, perhaps wrapped."""
        ...

    def validate(self, network: nn.Module) -> Validation:
        """Measures `network`, which has the averaged weights, on photos that were held back."""
        ...
