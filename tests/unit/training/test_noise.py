from __future__ import annotations

import math

import pytest
import torch

from imagetool.training.noise import CLEAN, MOST_SIGMA_255, random_sigmas_255, with_noise


def rng(seed: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_levels_are_spread_evenly_and_some_are_none() -> None:
    sigmas = random_sigmas_255(20_000, rng())
    assert sigmas.shape == (20_000,)
    assert sigmas.dtype == torch.float32
    assert float(sigmas.min()) >= 0
    assert float(sigmas.max()) <= MOST_SIGMA_255
    assert float((sigmas == 0).float().mean()) == pytest.approx(CLEAN, abs=0.006)
    noisy = sigmas[sigmas > 0]
    counts = torch.histc(noisy, bins=5, min=0, max=MOST_SIGMA_255) / len(noisy)
    torch.testing.assert_close(counts, torch.full((5,), 0.2), rtol=0, atol=0.015)


@pytest.mark.parametrize("sigma_255", [5.0, 25.0, 50.0])
def test_noise_is_white_gaussian_of_the_level_that_is_asked_for(sigma_255: float) -> None:
    image = torch.full((1, 3, 128, 128), 0.5)
    noise = (with_noise(image, torch.tensor([sigma_255]), rng()) - image) * 255
    count = noise.numel()
    assert float(noise.mean()) == pytest.approx(0, abs=4 * sigma_255 / math.sqrt(count))
    assert float(noise.std()) == pytest.approx(sigma_255, rel=0.015)
    kurtosis = float((noise / sigma_255).pow(4).mean())
    assert kurtosis == pytest.approx(3, abs=0.15), "not as a normal distribution has it"
    for beside in (noise.roll(1, dims=-1), noise.roll(1, dims=-2), noise.roll(1, dims=1)):
        assert float((noise * beside).mean()) / sigma_255**2 == pytest.approx(0, abs=0.02)


def test_each_picture_has_its_own_level_and_none_leaves_it_as_it_is() -> None:
    image = torch.rand(3, 3, 64, 64, generator=rng())
    noise = with_noise(image, torch.tensor([0.0, 10.0, 40.0]), rng(2)) - image
    assert not bool(noise[0].any())
    assert float(noise[1].std()) * 255 == pytest.approx(10, rel=0.05)
    assert float(noise[2].std()) * 255 == pytest.approx(40, rel=0.05)


def test_noise_is_not_clipped() -> None:
    noisy = with_noise(torch.ones(1, 3, 32, 32), torch.tensor([50.0]), rng())
    assert float(noisy.max()) > 1.2
    assert float(noisy.mean()) == pytest.approx(1.0, abs=0.02)


def test_the_image_is_not_written_and_the_same_seed_gives_the_same() -> None:
    image = torch.rand(2, 3, 8, 8, generator=rng())
    before, sigmas = image.clone(), torch.tensor([5.0, 20.0])
    first, same, other = (with_noise(image, sigmas, rng(seed)) for seed in (3, 3, 4))
    assert torch.equal(image, before)
    assert torch.equal(first, same)
    assert not torch.equal(first, other)
