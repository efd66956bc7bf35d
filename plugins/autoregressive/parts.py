"""Parts of a picture that are drawn anew."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

SEAM = 1 / 8
"""Half the width of a seam that is closed, as a share of the picture's side."""

_BLOTS = 5  # along a side


def blots(height: int, width: int, share: float, rng: torch.Generator) -> Tensor:
    """(H, W) bool, True in a few smooth blots that cover about `share` of the picture, from 0 to 1.

    At least one pixel is True. `rng` is on the CPU.
    """
    coarse = torch.rand(1, 1, _BLOTS, _BLOTS, generator=rng)
    heights = functional.interpolate(coarse, (height, width), mode="bicubic", align_corners=True)[0, 0]
    wanted = heights > heights.flatten().quantile(1 - share)
    wanted.view(-1)[int(heights.argmax())] = True
    return wanted


def seam(height: int, width: int) -> Tensor:
    """(H, W) bool, True in the cross where the borders of a picture meet that was rolled by half its sides."""
    rows, columns = _band(height), _band(width)
    return rows[:, None] | columns[None]


def _band(side: int) -> Tensor:
    half = max(1, round(side * SEAM))
    places = torch.arange(side)
    return (places >= side // 2 - half) & (places < side // 2 + half)
