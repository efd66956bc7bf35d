"""Gaussian noise as papers on denoising add it: to floats, and never clipped."""

from __future__ import annotations

import torch
from torch import Tensor

MOST_SIGMA_255 = 55.0
"""The strongest noise that is learned: its standard deviation, in steps of 1/255."""

CLEAN = 0.04
"""Share of the pictures that get no noise at all, so that clean ones stay as they are."""


def random_sigmas_255(count: int, rng: torch.Generator) -> Tensor:
    """Noise levels (count,) float32 in steps of 1/255: a few are 0, the rest uniform up to the strongest."""
    clean = torch.rand(count, generator=rng) < CLEAN
    return torch.where(clean, 0.0, torch.rand(count, generator=rng) * MOST_SIGMA_255)


def with_noise(image: Tensor, sigmas_255: Tensor, rng: torch.Generator) -> Tensor:
    """Adds white Gaussian noise.

    Args:
        image: (B, C, H, W) float32.
        sigmas_255: Noise level of each picture, (B,) in steps of 1/255, on any device.
        rng: On the image's device.

    Returns:
        As the image; values leave [0, 1] where the noise takes them.
    """
    noise = torch.randn(image.shape, generator=rng, device=image.device)
    return image + noise * (sigmas_255.to(image.device) / 255)[:, None, None, None]
