from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from imagetool.training.adversary import Adversarial
from imagetool.training.checkpoint import Checkpoint
from imagetool.training.compute import OneDevice
from imagetool.training.loop import Training
from imagetool.training.objective import Randomness
from tests.fakes.trainee.train import Trainee
from tests.fakes.trainings import TickingClock, WrittenDown, recipe


class Opponent:
    """Learns to say one; tells what it was asked."""

    def __init__(self) -> None:
        self.network = nn.Linear(4, 1)
        self.steps: list[int] = []

    def loss(self, network: nn.Module, batch: Tensor, randomness: Randomness) -> Tensor:
        self.steps.append(randomness.step)
        made: Tensor = network(batch)
        return (made - 1).square().mean()


class Contested(Trainee):
    """A trainee whose loss asks an opponent."""

    def __init__(self) -> None:
        super().__init__(seed=1, batch=3)
        self.adversary = Opponent()
        self.learning_while_asked: list[bool] = []

    def loss(self, network: nn.Module, batch: Tensor) -> Tensor:
        self.learning_while_asked += [value.requires_grad for value in self.adversary.network.parameters()]
        told: Tensor = self.adversary.network(network(batch))
        return super().loss(network, batch) + 0.1 * told.mean()


def trained(folder: Path, seconds: float) -> tuple[Contested, dict[str, Any]]:
    objective = Contested()
    assert isinstance(objective, Adversarial)
    before = {name: value.clone() for name, value in objective.adversary.network.state_dict().items()}
    training = Training(recipe(), objective, OneDevice("cpu"), folder, WrittenDown(), clock=TickingClock())
    training.run(seconds)
    return objective, before


def test_the_adversary_learns_after_each_step_and_not_while_it_is_asked(tmp_path: Path) -> None:
    objective, before = trained(tmp_path, 8.0)
    assert objective.adversary.steps == list(range(8))
    assert not any(objective.learning_while_asked)
    after = objective.adversary.network.state_dict()
    assert all(not torch.equal(value, before[name]) for name, value in after.items())
    assert all(value.requires_grad for value in objective.adversary.network.parameters())


def test_its_state_is_in_the_checkpoint(tmp_path: Path) -> None:
    objective, _ = trained(tmp_path, 8.0)
    saved = Checkpoint.load(tmp_path, "a recipe").adversary
    for name, value in objective.adversary.network.state_dict().items():
        assert torch.equal(saved["network"][name], value)
    assert saved["optimiser"]["state"]


def test_objectives_without_one_have_nothing_to_keep(tmp_path: Path) -> None:
    objective = Trainee(1, 3)
    assert not isinstance(objective, Adversarial)
    Training(recipe(), objective, OneDevice("cpu"), tmp_path, WrittenDown(), clock=TickingClock()).run(2.0)
    assert Checkpoint.load(tmp_path, "a recipe").adversary == {}
