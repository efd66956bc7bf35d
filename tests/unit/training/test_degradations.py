from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from imagetool.core.geometry import Size
from imagetool.kit.resampling import resize
from imagetool.training.degradations import blur_kernels, worn
from imagetool.training.objective import Randomness
from tests.fakes.pictures import textured

CPU = torch.device("cpu")


def pictures(count: int, side: int = 64) -> Tensor:
    return torch.stack([torch.tensor(textured(side, side, seed)).permute(2, 0, 1) for seed in range(count)]) / 255


def randomness(step: int, seed: int = 1, rank: int = 0) -> Randomness:
    return Randomness(seed, step, rank, CPU)


@pytest.mark.parametrize("step", range(6))
@pytest.mark.parametrize(("side", "small"), [(64, 32), (96, 32), (128, 32), (32, 32)])
def test_a_worn_picture_is_a_picture_in_eight_bit(step: int, side: int, small: int) -> None:
    made = worn(pictures(3, side), Size(small, small), randomness(step))
    assert made.shape == (3, 3, small, small)
    assert made.dtype == torch.float32
    assert float(made.min()) >= 0
    assert float(made.max()) <= 1
    torch.testing.assert_close(made * 255, (made * 255).round(), rtol=0, atol=1e-4)


def test_sides_may_differ() -> None:
    image = torch.cat([pictures(2), pictures(2)], dim=-1)
    assert worn(image, Size(64, 32), randomness(1)).shape == (2, 3, 32, 64)


@pytest.mark.parametrize("step", range(4))
def test_equal_randomness_wears_alike(step: int) -> None:
    one, same = (worn(pictures(4), Size(32, 32), randomness(step)) for _ in range(2))
    assert torch.equal(one, same)


@pytest.mark.parametrize("other", [randomness(2), randomness(1, seed=2), randomness(1, rank=1)], ids=str)
def test_other_randomness_wears_otherwise(other: Randomness) -> None:
    assert not torch.equal(worn(pictures(8), Size(32, 32), randomness(1)), worn(pictures(8), Size(32, 32), other))


def test_the_picture_is_not_written() -> None:
    image = pictures(3)
    before = image.clone()
    worn(image, Size(32, 32), randomness(1))
    assert torch.equal(image, before)


def test_damage_is_there_but_the_picture_stays_recognisable() -> None:
    image, small = pictures(8), Size(32, 32)
    clean = (resize(image, small).clamp(0, 1) * 255).round() / 255
    errors = torch.cat(
        [(worn(image, small, randomness(step)) - clean).abs().mean(dim=(1, 2, 3)) for step in range(30)]
    )
    untouched = float((errors < 1e-6).float().mean())
    assert 0.08 < untouched < 0.25, "about one in seven is only made smaller"
    assert float(errors.median()) > 2 / 255
    assert float(errors.max()) < 60 / 255


def test_a_blur_kernel_adds_up_to_one_and_has_the_width_it_was_given() -> None:
    sigmas = torch.tensor([[0.0, 0.0], [1.0, 1.0], [2.0, 0.5], [2.0, 0.5]])
    kernels = blur_kernels(sigmas, torch.tensor([0.3, 1.0, 0.0, math.pi / 2]))
    torch.testing.assert_close(kernels.sum(dim=(1, 2)), torch.ones(4))
    only_middle = torch.zeros(13, 13)
    only_middle[6, 6] = 1
    torch.testing.assert_close(kernels[0], only_middle)
    at = torch.arange(-6.0, 7.0)
    spread_x = (kernels.sum(dim=1) * at**2).sum(dim=1).sqrt()
    spread_y = (kernels.sum(dim=2) * at**2).sum(dim=1).sqrt()
    torch.testing.assert_close(spread_x[1:], torch.tensor([1.0, 2.0, 0.5]), rtol=0.05, atol=0.02)
    torch.testing.assert_close(spread_y[1:], torch.tensor([1.0, 0.5, 2.0]), rtol=0.05, atol=0.02)
