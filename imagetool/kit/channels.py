"""Opacity and grayness of a picture, handled once for every model that knows only opaque RGB."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from imagetool.core.picture import Pixels
from imagetool.kit.tensors import to_tensor

BLEED_PX = 4
"""How far colours are continued into what is fully transparent."""

HINT_OPACITY = 128
"""A hint of colour counts where it is at least half opaque, in steps of 1/255."""

_ROWS = 1024

Run: TypeAlias = Callable[[Tensor], Tensor]


@dataclass(frozen=True, slots=True)
class Channels:
    """What all of a picture's pixels have in common: fully opaque, or R, G and B equal."""

    opaque: bool
    gray: bool

    @classmethod
    def of(cls, pixels: Pixels) -> Channels:
        """Looks at (H, W, 4) uint8 or uint16, some rows at a time."""
        top = np.iinfo(pixels.dtype).max
        opaque = gray = True
        for begin in range(0, len(pixels), _ROWS):
            rows = pixels[begin : begin + _ROWS]
            opaque = opaque and bool((rows[..., 3] == top).all())
            gray = gray and bool((rows[..., :1] == rows[..., 1:3]).all())
            if not (opaque or gray):
                break
        return cls(opaque, gray)


def run_on_channels(
    pixels: Pixels, channels: Channels, device: torch.device, colours: Run, opacity: Run
) -> Tensor:
    """What a model makes of a picture with opacity.

    A gray picture stays gray: its result is the mean of the three channels. Opacity goes through the model as a
    gray picture of its own. Where pixels are fully transparent, their colour means nothing; the visible colours
    around them are put there first, so that none of it bleeds into the edge.

    Args:
        pixels: (h, w, 4) uint8 or uint16, straight alpha.
        channels: Of the picture that the pixels are a part of.
        device: Where the tensors go.
        colours: Takes and returns (1, 3, …) float32; the result may have another height and width.
        opacity: The same, for the opacity.

    Returns:
        (1, 4, …) float32, not clipped; (1, 3, …) where the picture is opaque.
    """
    image = to_tensor(pixels, device)  # (1, 4, h, w)
    rgb, alpha = image[:, :3], image[:, 3:]
    if not channels.opaque:
        rgb = bled(rgb, alpha)
    result = colours(rgb)
    if channels.gray:
        result = result.mean(dim=1, keepdim=True).expand(-1, 3, -1, -1)
    return result if channels.opaque else torch.cat([result, _opacity(alpha, result, opacity)], dim=1)


def with_opacity(pixels: Pixels) -> Pixels:
    """(h, w, 4) from (h, w, 3), fully opaque, or from (h, w, 4) as it is; uint8 or uint16."""
    if pixels.shape[2] == 4:
        return pixels
    whole: Pixels = np.full((*pixels.shape[:2], 4), np.iinfo(pixels.dtype).max, pixels.dtype)
    whole[..., :3] = pixels
    return whole


def to_rgba(pixels: Pixels, device: torch.device) -> Tensor:
    """(h, w, 4) uint8 or uint16 as (1, 4, h, w) float32, for models that are given the opacity.

    What is fully transparent has colour 0: whatever lies there in the picture, the model sees the same.
    """
    image = to_tensor(pixels, device)  # (1, 4, h, w)
    image[:, :3] *= image[:, 3:] > 0
    return image


def bled(rgb: Tensor, alpha: Tensor) -> Tensor:
    """Colours (1, 3, h, w) with those of visible pixels carried `BLEED_PX` into the fully transparent."""
    known = (alpha > 0).to(rgb.dtype)
    rgb = rgb * known
    for _ in range(BLEED_PX):
        near = functional.avg_pool2d(functional.pad(known, (1, 1, 1, 1)), 3, stride=1)
        mean = functional.avg_pool2d(functional.pad(rgb * known, (1, 1, 1, 1)), 3, stride=1)
        reached = (near > 1e-6) & (known == 0)
        rgb = torch.where(reached, mean / near.clamp_min(1e-6), rgb)
        known = torch.where(reached, 1.0, known)
    return rgb


def _opacity(alpha: Tensor, like: Tensor, run: Run) -> Tensor:
    first = alpha[..., :1, :1]
    if bool((alpha == first).all()):
        return first.expand_as(like[:, :1])
    return run(alpha.repeat(1, 3, 1, 1)).mean(dim=1, keepdim=True)
