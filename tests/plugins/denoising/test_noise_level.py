"""The noise that is found is the noise that was added."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from plugins.denoising.noise_level import LEAST_PATCHES, PATCH_PX, noise_level_255

GRAY = torch.full((1, 3, 96, 96), 0.5)


def rng(seed: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def with_noise(image: Tensor, sigma_255: float, seed: int = 1) -> Tensor:
    return image + torch.randn(image.shape, generator=rng(seed)) * sigma_255 / 255


def soft_colours(height: int = 192, width: int = 160) -> Tensor:
    """Blotches with edges between them."""
    small = torch.rand(1, 3, 12, 10, generator=rng(7))
    image = functional.interpolate(small, (height, width), mode="bicubic").clamp(0, 1)
    image[..., : width // 2] = 1 - image[..., : width // 2]
    return image


def found(image: Tensor) -> float:
    level = noise_level_255(image)
    assert level is not None
    return level


@pytest.mark.parametrize("sigma_255", [0.0, 1.0, 5.0, 15.0, 25.0, 50.0, 100.0])
@pytest.mark.parametrize("image", [GRAY, soft_colours()], ids=["plain", "colours"])
def test_the_noise_is_found(image: Tensor, sigma_255: float) -> None:
    assert found(with_noise(image, sigma_255)) == pytest.approx(sigma_255, rel=0.06, abs=0.5)


def test_of_a_gray_picture_too() -> None:
    gray = with_noise(soft_colours()[:, :1], 20).expand(-1, 3, -1, -1)
    assert found(gray) == pytest.approx(20, rel=0.06)


def test_noise_that_was_cut_off_is_not_counted_as_little_noise() -> None:
    image = torch.cat([torch.zeros_like(GRAY), GRAY], dim=3)
    assert found(with_noise(image, 25).clamp(0, 1)) == pytest.approx(25, rel=0.06)


def test_noise_in_a_dark_picture_is_found_where_it_was_spared() -> None:
    """So strong a noise leaves few patches of it untouched."""
    noisy = with_noise(soft_colours(384, 320) * 0.5, 50).clamp(0, 1)
    assert found(noisy) == pytest.approx(50, rel=0.03)
    assert found(noisy[:, :1].expand(-1, 3, -1, -1)) == pytest.approx(50, rel=0.03), "the same in gray"


def test_where_all_is_cut_off_there_is_still_an_answer() -> None:
    assert 0 <= found(with_noise(torch.zeros_like(GRAY), 25).clamp(0, 1)) < 25
    assert found(torch.ones_like(GRAY)) == 0


def test_autocast_does_not_make_it_rough() -> None:
    noisy = with_noise(soft_colours(), 2)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert found(noisy) == found(noisy.clone())
        rough = found(noisy)
    assert rough == found(noisy)


def test_it_is_not_written() -> None:
    noisy = with_noise(GRAY, 5)
    before = noisy.clone()
    found(noisy)
    assert torch.equal(noisy, before)


@pytest.mark.parametrize("size", [(1, 1), (PATCH_PX - 1, 400), (PATCH_PX, PATCH_PX), (60, 60)], ids=str)
def test_a_picture_that_is_too_small_to_say(size: tuple[int, int]) -> None:
    assert (size[0] - PATCH_PX + 1) * (size[1] - PATCH_PX + 1) < LEAST_PATCHES
    assert noise_level_255(torch.rand(1, 3, *size, generator=rng())) is None


def test_a_long_picture_is_large_enough() -> None:
    assert noise_level_255(torch.rand(1, 3, PATCH_PX, 3100, generator=rng())) is not None


def test_a_large_picture_is_sampled() -> None:
    assert found(with_noise(torch.full((1, 3, 900, 700), 0.4), 10)) == pytest.approx(10, rel=0.05)
