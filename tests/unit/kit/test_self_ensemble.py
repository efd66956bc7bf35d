"""The mean over eight positions does not depend on the position."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from imagetool.kit.self_ensemble import POSITIONS, mean_over_positions
from tests.fakes.models import FakeJob


def shifted(image: Tensor) -> Tensor:
    """Does something else in each direction, and doubles the size."""
    made = image + 0.5 * image.roll(1, -1) - 0.25 * image.roll(2, -2)
    return made.repeat_interleave(2, -1).repeat_interleave(2, -2)


@pytest.fixture
def image() -> Tensor:
    return torch.rand(1, 3, 5, 7, generator=torch.Generator().manual_seed(1)).double()


def turned(image: Tensor, number: int) -> Tensor:
    straight = image.transpose(-1, -2) if number >= 4 else image
    return straight.flip([axis for axis, bit in ((-1, 1), (-2, 2)) if number & bit])


@pytest.mark.parametrize("number", range(1, 8))
def test_a_turned_picture_gives_the_turned_result(image: Tensor, number: int) -> None:
    whole = mean_over_positions(image, shifted, FakeJob())
    made = mean_over_positions(turned(image, number), shifted, FakeJob())
    torch.testing.assert_close(made, turned(whole, number))
    assert not torch.allclose(shifted(turned(image, number)), turned(shifted(image), number))


def test_what_does_nothing_gives_the_picture(image: Tensor) -> None:
    job = FakeJob()
    torch.testing.assert_close(mean_over_positions(image, lambda turned: turned, job), image)
    assert [share for share, _ in job.progressed] == [number / POSITIONS for number in range(POSITIONS)]
