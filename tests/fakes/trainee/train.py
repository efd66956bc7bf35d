"""A plugin's `train` module for tests of the loop: a network so small that a step takes no time."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from imagetool.training.objective import Randomness, Validation
from imagetool.training.recipe import Recipe

LAYOUT = {"inputs": 4}


class Trainee:
    """Learns to double four numbers; `before` is called with each step's number before it, and may raise."""

    def __init__(self, seed: int, batch: int, before: Callable[[int], object] = lambda step: None) -> None:
        torch.manual_seed(seed)
        self.network = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 4))
        self.validated: list[Mapping[str, Tensor]] = []
        self.begun: list[Mapping[str, Tensor]] = []
        self.batches: list[Tensor] = []
        self.poison = False
        self._count, self._before = batch, before

    @property
    def layout(self) -> Mapping[str, Any]:
        """Something to look for in the file."""
        return LAYOUT

    def batch(self, randomness: Randomness) -> Tensor:
        """Random numbers."""
        self._before(randomness.step)
        self.begun.append({name: value.clone() for name, value in self.network.state_dict().items()})
        self.batches.append(torch.randn(self._count, 4, generator=randomness.host))
        return self.batches[-1]

    def loss(self, network: nn.Module, batch: Tensor) -> Tensor:
        """Mean squared error; no number once it is poisoned."""
        made: Tensor = network(batch)
        return (made - 2 * batch).square().mean() / (0.0 if self.poison else 1.0)

    def validate(self, network: nn.Module) -> Validation:
        """Keeps the weights it was shown."""
        self.validated.append({name: value.clone() for name, value in network.state_dict().items()})
        figures = {"x2": 30.0 + len(self.validated), "x3": 20.0}
        return Validation(figures, np.full((6, 8, 3), len(self.validated), np.uint8))


def objective(recipe: Recipe, data: Path, device: torch.device) -> Trainee:
    """The trainee; where the recipe's task names a step, it is interrupted or sent a signal there."""

    def before(step: int) -> None:
        if step == recipe.task.get("stop_at"):
            raise KeyboardInterrupt
        if step == recipe.task.get("signal_at"):
            signal.raise_signal(recipe.task["signal"])

    return Trainee(recipe.seed, recipe.batch, before)
