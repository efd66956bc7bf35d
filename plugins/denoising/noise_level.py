"""How strong the noise of a picture is, told from the picture alone.

Chen, Zhu and Heng 2015, An Efficient Statistical Method for Image Noise Level Estimation: what a picture shows
fills few of the dimensions in which its patches can differ; white noise fills all of them alike. So the variance
along the many that are left over is the noise's. They are found by leaving out the largest variances until the
mean of the rest is no longer above their median.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

PATCH_PX = 7
"""Side of the patches; with three colours they differ in 147 dimensions."""

MOST_PATCHES = 30_000
"""Patches that are looked at, spread evenly: more of them do not change the result."""

LEAST_PATCHES = 3000
"""With fewer, of a picture below about 62 x 62, the variances are too uncertain, and the estimate too low."""

MOST_CUT = 1e-3
"""Where a larger share of the values is 0 or 1, noise may have been cut off, and what is left is not all of it."""

MOST_CUT_OF_PATCH = 0.1
"""Patches with a larger share are not looked at, where there are enough others."""

STRONG_255 = 15.0
"""Below this, cutting off changes the estimate less than looking for patches that were spared would."""

SPARED_PATCH_PX = 5
"""Side of patches of one colour, of which few may have been spared."""

ROOM = 2.2
"""Standard deviations of the noise that a patch needs above and below its mean to be spared."""

LEAST_SHARE = 0.04
"""Of the patches; those with the most room are looked at, where not so many have enough."""


def noise_level_255(image: Tensor) -> float | None:
    """Estimates the standard deviation of white Gaussian noise.

    Args:
        image: (1, 3, H, W) float; noise may leave [0, 1].

    Returns:
        Steps of 1/255; None where the picture is too small to say.
    """
    if min(image.shape[-2:]) < PATCH_PX:
        return None
    gray = bool((image[:, :1] == image[:, 1:]).all())
    planes = image[0, :1] if gray else image[0]
    patches = _patches(planes, PATCH_PX)
    if len(patches) < LEAST_PATCHES:
        return None
    with torch.autocast(image.device.type, enabled=False):
        level = _level(_without_cut(patches.flatten(1)))
        cut = float(((planes == 0) | (planes == 1)).float().mean())
        if cut > MOST_CUT and level * 255 > STRONG_255:
            level = max(_level_of_spared(plane) for plane in _patches(planes, SPARED_PATCH_PX).unbind(1))
    return 255 * level


def _patches(planes: Tensor, side_px: int) -> Tensor:
    """At most about `MOST_PATCHES` of (C, H, W), as (N, C, side_px²)."""
    every = planes.unfold(1, side_px, 1).unfold(2, side_px, 1)  # (C, h, w, side_px, side_px)
    step = max(1, math.ceil(math.sqrt(every.shape[1] * every.shape[2] / MOST_PATCHES)))
    return every[:, ::step, ::step].permute(1, 2, 0, 3, 4).flatten(3).flatten(0, 1)


def _without_cut(patches: Tensor) -> Tensor:
    """Those of (N, D) of which few values are 0 or 1; all, where that leaves too few."""
    cut = ((patches == 0) | (patches == 1)).float().mean(dim=1)
    kept = patches[cut <= MOST_CUT_OF_PATCH]
    return kept if len(kept) >= LEAST_PATCHES else patches


def _level_of_spared(patches: Tensor) -> float:
    """The standard deviation of the noise in patches of one colour, (N, D), those far from black and white alone.

    Which ones are, depends on the noise; the first levels are too low.
    """
    means = patches.mean(dim=1)
    room = torch.minimum(means, 1 - means)
    level = _level(patches)
    for _ in range(3):
        count = max(int((room >= ROOM * level).sum()), math.ceil(LEAST_SHARE * len(patches)))
        level = _level(patches[room.topk(count).indices])
    return level


def _level(patches: Tensor) -> float:
    """The standard deviation of the noise in patches (N, D)."""
    centred = (patches - patches.mean(dim=0)).double()
    variances = torch.linalg.eigvalsh(centred.T @ centred / len(centred)).flip(0).clamp_min(0)
    return math.sqrt(_left_over(variances))


def _left_over(variances: Tensor) -> float:
    """The mean of the variances, the largest first, without those that lift it above their median."""
    for first in range(len(variances) - 1):
        rest = variances[first:]
        if bool(rest.mean() <= rest.median()):
            return float(rest.mean())
    return float(variances[-1])
