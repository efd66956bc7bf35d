"""At which size a pipeline works, for a picture of another size."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from imagetool.core.geometry import Size
from imagetool.kit.resampling import resize

_LONGEST = 4  # times the side of those pictures
_LEAST, _MOST = 0.25, 2.5  # of the pixels of the pictures that a model has learned from


def generated_size(wanted: Size, side_px: int, multiple_of: int, *, free: bool) -> Size:
    """The size at which a picture is made.

    Args:
        wanted: What it is to be in the end.
        side_px: The side of the pictures that the model has learned from.
        multiple_of: Of which both sides are multiples.
        free: Whether the model copes with somewhat smaller and larger pictures, too.

    Returns:
        The wanted size, rounded up, where that is near enough to what the model knows; else one of the same shape
        that has as many pixels as the pictures it has learned from.
    """
    share = wanted.pixels / side_px**2
    if free and _LEAST <= share <= _MOST:
        return Size(_up(wanted.width, multiple_of), _up(wanted.height, multiple_of))
    factor, longest = 1 / math.sqrt(share), side_px * _LONGEST
    width, height = (min(longest, side * factor) for side in wanted)
    return Size(_near(width, multiple_of), _near(height, multiple_of))


def inpainted_size(crop: Size, side_px: int, multiple_of: int) -> Size:
    """The size at which a crop is filled: its longer side is about `side_px`."""
    factor = side_px / max(crop)
    return Size(_near(crop.width * factor, multiple_of), _near(crop.height * factor, multiple_of))


def fitted(images: Tensor, wanted: Size) -> Tensor:
    """(B, C, h, w) in [0, 1] in the wanted size: cut where it is only a little larger, resized otherwise."""
    height, width = images.shape[-2:]
    above, left = height - wanted.height, width - wanted.width
    if 0 <= above < wanted.height and 0 <= left < wanted.width and max(above, left) < 64:
        top, start = above // 2, left // 2
        return images[..., top : top + wanted.height, start : start + wanted.width]
    return torch.clamp(resize(images.float(), wanted), 0, 1)


def _up(side: int, multiple_of: int) -> int:
    return -(-side // multiple_of) * multiple_of


def _near(side: float, multiple_of: int) -> int:
    return max(1, round(side / multiple_of)) * multiple_of
