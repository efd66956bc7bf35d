"""A step's random choices depend on its numbers alone."""

from __future__ import annotations

import pytest
import torch

from imagetool.training.objective import Randomness

CPU = torch.device("cpu")


def drawn(seed: int, step: int, rank: int) -> tuple[float, float]:
    randomness = Randomness(seed, step, rank, CPU)
    return float(torch.rand(1, generator=randomness.host)), float(torch.rand(1, generator=randomness.local))


def test_equal_numbers_give_equal_choices() -> None:
    assert drawn(1, 2, 3) == drawn(1, 2, 3)


@pytest.mark.parametrize("numbers", [(1, 2, 4), (1, 3, 3), (2, 2, 3), (3, 2, 1), (2**31 - 1, 10**7, 7)], ids=str)
def test_other_numbers_give_other_choices(numbers: tuple[int, int, int]) -> None:
    assert drawn(1, 2, 3)[0] != drawn(*numbers)[0]
    assert drawn(1, 2, 3)[1] != drawn(*numbers)[1]


def test_the_two_generators_are_not_alike_and_go_on() -> None:
    host, local = drawn(1, 2, 3)
    assert host != local
    randomness = Randomness(1, 2, 3, CPU)
    assert float(torch.rand(1, generator=randomness.host)) != float(torch.rand(1, generator=randomness.host))
