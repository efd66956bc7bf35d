"""How far a picture is from the truth, as a network is told."""

from __future__ import annotations

import torch
from torch import Tensor


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
