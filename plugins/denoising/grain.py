"""What of the noise is grain: its fine part, without colour."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from imagetool.kit.luminance import luma

SPREAD_PX = 1.5
"""Standard deviation of the blur whose result is no grain but blotches."""

REACH_PX = 5
"""How far a pixel's grain depends on what was removed."""


def grain_of(removed: Tensor) -> Tensor:
    """The grain (1, 1, H, W) in what has been removed from a picture, (1, 3, H, W)."""
    light = luma(removed)
    return light - _blurred(light)


def _blurred(plane: Tensor) -> Tensor:
    at = torch.arange(-REACH_PX, REACH_PX + 1, dtype=plane.dtype, device=plane.device)
    weights = torch.exp(-0.5 * (at / SPREAD_PX) ** 2)
    weights = weights / weights.sum()
    around = functional.pad(plane, (REACH_PX,) * 4, mode="replicate")
    with torch.autocast(plane.device.type, enabled=False):
        wide = functional.conv2d(around, weights[None, None, None, :])
        return functional.conv2d(wide, weights[None, None, :, None])
