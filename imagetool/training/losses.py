"""How far a picture is from the truth, as a network is told."""

from __future__ import annotations

import math

import torch
from torch import Tensor

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
