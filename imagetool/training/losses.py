"""How far a picture is from the truth, as a network is told."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from imagetool.kit.luminance import luma

PSNR_LOSS_FLOOR = 1e-4
"""Mean squared error of 40 dB: without it the pictures that hardly had any noise would decide everything."""


def pixel_and_frequency(image: Tensor, truth: Tensor, frequency: float) -> Tensor:
    """Mean absolute error of the pixels, plus `frequency` times that of the Fourier coefficients.

    The second term asks for every frequency alike (Sun et al. 2023, Spatially-Adaptive Feature Modulation for
    Efficient Image Super-Resolution). Both are (B, C, H, W) float; the transform is not normalised.
    """
    difference = image.float() - truth.float()
    loss = difference.abs().mean()
    if frequency:
        spectrum = torch.view_as_real(torch.fft.rfft2(difference))
        loss = loss + frequency * spectrum.abs().mean()
    return loss


def psnr_loss(image: Tensor, truth: Tensor) -> Tensor:
    """Minus the mean of the pictures' PSNR in decibels (Chen et al. 2021, HINet), for values from 0 to 1.

    Every picture weighs alike, however strong its noise was; mean errors learn from the worst ones. Both are
    (B, C, H, W) float. Pictures that are better than `PSNR_LOSS_FLOOR` count less and less.
    """
    squared = (image.float() - truth.float()).square().mean(dim=(1, 2, 3))
    return 10 / math.log(10) * torch.log(squared + PSNR_LOSS_FLOOR).mean()


def dissimilarity(image: Tensor, truth: Tensor) -> Tensor:
    """One minus the structural similarity of the luma (Wang et al. 2004, Image Quality Assessment), by pixel.

    Args:
        image: (B, 3, H, W) in [0, 1].
        truth: The same.

    Returns:
        (B, 1, H, W) float32, from 0 to 2; at the border the window sees nothing beyond.
    """
    a, b = luma(image.float()), luma(truth.float())
    with torch.autocast(image.device.type, enabled=False):  # differences of squares need all their digits
        planes = _window(torch.cat([a, b, a * a, b * b, a * b], dim=1))
    mean_a, mean_b, square_a, square_b, product = torch.split(planes, 1, dim=1)
    light, contrast = 0.01**2, 0.03**2
    covariance = product - mean_a * mean_b
    spread = square_a - mean_a.square() + square_b - mean_b.square()
    alike = (2 * mean_a * mean_b + light) / (mean_a.square() + mean_b.square() + light)
    similarity: Tensor = alike * (2 * covariance + contrast) / (spread + contrast)
    return 1 - similarity


def _window(planes: Tensor) -> Tensor:
    """Means of (B, C, H, W) over a Gaussian of sigma 1.5 px, 11 px wide."""
    steps = torch.arange(-5, 6, device=planes.device, dtype=planes.dtype)
    kernel = torch.exp(-0.5 * (steps / 1.5).square())
    kernel = (kernel / kernel.sum()).expand(planes.shape[1], 1, -1)
    across = functional.conv2d(planes, kernel[:, :, None], padding=(0, 5), groups=planes.shape[1])
    return functional.conv2d(across, kernel[..., None], padding=(5, 0), groups=planes.shape[1])
