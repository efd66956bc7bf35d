"""Luminance and chroma of sRGB pictures: giving one picture's colours to another's light."""

from __future__ import annotations

import torch
from torch import Tensor

WEIGHTS = (0.299, 0.587, 0.114)
"""Of R, G and B in the luma of ITU-R BT.601."""


def luma(image: Tensor) -> Tensor:
    """(N, 1, H, W) from (N, 3, H, W): BT.601 luma of the encoded values, in the image's own range."""
    red, green, blue = WEIGHTS
    return red * image[:, :1] + green * image[:, 1:2] + blue * image[:, 2:3]


def with_luminance_of(colours: Tensor, light: Tensor) -> Tensor:
    """The chroma of `colours` with the luma of `light`, both (1, 3, H, W) in [0, 1].

    Where a colour does not exist at that luma, its chroma is made smaller until it does, so that cutting at 0 and
    1 does not change the luma.
    """
    target = luma(light).clamp(0, 1)  # (1, 1, H, W)
    chroma = colours - luma(colours)  # its own luma is 0
    low, high = chroma.amin(dim=1, keepdim=True), chroma.amax(dim=1, keepdim=True)
    room_below = torch.where(low < 0, target / (-low).clamp_min(1e-9), torch.ones_like(target))
    room_above = torch.where(high > 0, (1 - target) / high.clamp_min(1e-9), torch.ones_like(target))
    return target + chroma * torch.minimum(room_below, room_above).clamp(max=1.0)
