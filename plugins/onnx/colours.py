"""Colour pictures through graphs that know one channel, or another order of three."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TypeAlias

import torch
from torch import Tensor

from imagetool.core.geometry import Size
from imagetool.kit.luminance import luma
from imagetool.kit.resampling import resize

Compute: TypeAlias = Callable[[Tensor], Tensor]


class Colours(StrEnum):
    """How a graph of one channel is used on three."""

    LUMA = "luma"
    EACH = "each"


class Order(StrEnum):
    """Which channel a graph of three channels takes for red."""

    RGB = "rgb"
    BGR = "bgr"


def in_colour(image: Tensor, channels: int, colours: Colours, order: Order, compute: Compute) -> Tensor:
    """The result (1, 3, h', w') for a picture (1, 3, h, w) in [0, 1].

    `compute` takes and returns (1, channels, …), where 4 channels are RGB and opacity. With `Colours.LUMA` only
    the luma goes through it; Cb and Cr (BT.601, full range) are enlarged by cubic convolution.
    """
    if channels == 1:
        return _luma_only(image, compute) if colours is Colours.LUMA else _each(image, compute)
    seen = image.flip(1) if order is Order.BGR else image
    if channels == 4:
        seen = torch.cat([seen, torch.ones_like(seen[:, :1])], dim=1)
    made = compute(seen)[:, :3]
    return made.flip(1) if order is Order.BGR else made


def _luma_only(image: Tensor, compute: Compute) -> Tensor:
    made = compute(luma(image))  # (1, 1, h', w')
    rgb = resize(image, Size(made.shape[-1], made.shape[-2]))
    return rgb + (made - luma(rgb))  # the same as exchanging Y in YCbCr, because both ways are linear


def _each(image: Tensor, compute: Compute) -> Tensor:
    return torch.cat([compute(channel) for channel in torch.split(image, 1, dim=1)], dim=1)
