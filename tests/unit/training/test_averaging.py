from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel

from imagetool.training.averaging import moving_mean


def averaged(keep: float, values: list[float]) -> float:
    network = nn.Linear(1, 1, bias=False)
    mean = AveragedModel(network, multi_avg_fn=moving_mean(keep))
    for value in values:
        nn.init.constant_(network.weight, value)
        mean.update_parameters(network)
    return float(next(mean.module.parameters()).detach())


def test_the_first_weights_are_soon_forgotten() -> None:
    assert averaged(0.999, [100.0] + [1.0] * 300) == pytest.approx(1, abs=1e-3)


def test_later_the_mean_keeps_what_it_is_told_to() -> None:
    assert averaged(0.9, [1.0] * 200 + [2.0]) == pytest.approx(1.1, abs=1e-5)


def test_without_a_mean_the_last_weights_count() -> None:
    assert averaged(0.0, [5.0, 3.0, 7.0]) == 7


def test_whole_numbers_are_taken_over() -> None:
    mean, value = torch.tensor([3]), torch.tensor([5])
    moving_mean(0.9)([mean], [value], 4)
    assert mean.tolist() == [5]
