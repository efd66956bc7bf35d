"""Pictures at several sizes: every second pixel of one is the next smaller one.

Van den Oord, Kalchbrenner and Kavukcuoglu 2016, Pixel Recurrent Neural Networks, draw the small picture first and
the larger one around it. As the small one's pixels are pixels of the large one, the probabilities of all sizes
multiply to that of the picture.
"""

from __future__ import annotations

import torch
from torch import Tensor


def at_scale(values: Tensor, scale: int, scales: int) -> Tensor:
    """(…, H, W) with only the pixels that are there at a scale, of which 0 is the smallest."""
    step = step_of(scale, scales)
    return values[..., ::step, ::step]


def step_of(scale: int, scales: int) -> int:
    """From one pixel of a scale to the next, in pixels of the largest."""
    return int(2 ** (scales - 1 - scale))


def known_at(known: Tensor, scale: int, scales: int) -> Tensor:
    """(B, h, w) bool of (B, H, W): what is known at a scale beforehand, with all of the smaller one."""
    there = at_scale(known, scale, scales).clone()
    if scale:
        there[:, ::2, ::2] = True
    return there


def enlarged(pixels: Tensor, height: int, width: int) -> Tensor:
    """Pictures (B, C, h, w) of a scale as they would look at the largest, (B, C, H, W): for looking at only."""
    rows = torch.arange(height, device=pixels.device) * pixels.shape[2] // height
    columns = torch.arange(width, device=pixels.device) * pixels.shape[3] // width
    return pixels[:, :, rows][..., columns]
