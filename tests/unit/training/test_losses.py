from __future__ import annotations

import pytest
import torch

from imagetool.training.losses import dissimilarity, pixel_and_frequency, psnr_loss
from imagetool.training.measures import ssim_of


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


def test_dissimilarity_is_one_minus_what_the_measure_says() -> None:
    one, other = noise(1)[:1].repeat(1, 1, 5, 4), noise(2)[:1].repeat(1, 1, 5, 4)  # 40 × 40
    told = dissimilarity(one, other)[0, 0]
    planes = [0.299 * it[0, 0] + 0.587 * it[0, 1] + 0.114 * it[0, 2] for it in (one, other)]
    expected = 1 - ssim_of(*(plane.double().numpy() * 255 for plane in planes))
    inside = (slice(8, -8), slice(8, -8))
    torch.testing.assert_close(told[inside].double(), torch.from_numpy(expected[inside]), atol=1e-3, rtol=0)
    assert float(dissimilarity(one, one).abs().max()) < 1e-3


def test_dissimilarity_keeps_its_digits_under_autocast() -> None:
    flat = torch.full((1, 3, 24, 24), 0.97) + 0.002 * noise(1)[:1, :, :8, :8].repeat(1, 1, 3, 3)
    with torch.autocast("cpu", torch.bfloat16):
        told = dissimilarity(flat, flat.flip(-1))
    torch.testing.assert_close(told, dissimilarity(flat, flat.flip(-1)))
