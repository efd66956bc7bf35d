from __future__ import annotations

import pytest
import torch

from imagetool.training.losses import pixel_and_frequency, psnr_loss


def noise(seed: int) -> torch.Tensor:
    return torch.rand(2, 3, 8, 10, generator=torch.Generator().manual_seed(seed))


def test_the_truth_costs_nothing() -> None:
    assert float(pixel_and_frequency(noise(1), noise(1), 0.1)) == 0


def test_without_frequencies_it_is_the_mean_absolute_error() -> None:
    expected = (noise(1) - noise(2)).abs().mean()
    torch.testing.assert_close(pixel_and_frequency(noise(1), noise(2), 0.0), expected)


def test_a_constant_error_is_one_coefficient() -> None:
    truth = noise(1)
    # Of 8 × 6 coefficients, each of two numbers, one number is 80 times the error; the others are 0.
    expected = 0.1 + 0.5 * (80 * 0.1) / (8 * 6 * 2)
    assert float(pixel_and_frequency(truth + 0.1, truth, 0.5)) == pytest.approx(expected, rel=1e-4)


def test_it_has_a_gradient_and_computes_in_full_precision() -> None:
    image = noise(1).bfloat16().requires_grad_()
    loss = pixel_and_frequency(image, noise(2), 0.1)
    assert loss.dtype == torch.float32
    (gradient,) = torch.autograd.grad(loss, image)
    assert bool(torch.isfinite(gradient).all())
    assert float(gradient.abs().min()) > 0


def test_the_psnr_loss_is_minus_the_mean_psnr_where_pictures_are_far_from_perfect() -> None:
    truth = torch.zeros(2, 3, 4, 4)
    image = truth + torch.tensor([0.1, 0.5])[:, None, None, None]
    assert float(psnr_loss(image, truth)) == pytest.approx(-(20 + 6.02) / 2, abs=0.05)


def test_a_nearly_perfect_picture_hardly_counts() -> None:
    image = torch.tensor([0.3, 1e-4])[:, None, None, None].expand(2, 1, 4, 4).clone().requires_grad_()
    psnr_loss(image, torch.zeros(2, 1, 4, 4)).backward()  # type: ignore[no-untyped-call]
    assert image.grad is not None
    strong, slight = image.grad.abs().amax(dim=(1, 2, 3)).tolist()
    assert 0 < slight < strong / 2
