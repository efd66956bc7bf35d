"""Pictures as tensors and back: the one place where integers become floats."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from imagetool.core.picture import Pixels
from imagetool.kit.errors import InvalidResult

_WHOLE = {np.dtype(np.uint8): torch.uint8, np.dtype(np.uint16): torch.uint16}


def to_tensor(pixels: Pixels, device: torch.device) -> Tensor:
    """(H, W, C) uint8 or uint16 as (1, C, H, W) float32 in [0, 1]."""
    top = float(np.iinfo(pixels.dtype).max)
    floats = torch.from_numpy(pixels.astype(np.float32)).to(device)  # (H, W, C)
    return floats.permute(2, 0, 1).unsqueeze(0).contiguous() / top  # (1, C, H, W)


def to_pixels(image: Tensor, dtype: np.dtype[Any]) -> Pixels:
    """(1, C, H, W) float in [0, 1], clipped and rounded, as (H, W, C) of `dtype`."""
    top = float(np.iinfo(dtype).max)
    whole = image[0].float().mul(top).add_(0.5).clamp_(0, top).to(_WHOLE[np.dtype(dtype)])  # (C, H, W)
    pixels: Pixels = whole.permute(1, 2, 0).contiguous().cpu().numpy()  # (H, W, C)
    return pixels


def padded(image: Tensor, multiple: int) -> Tensor:
    """(…, H, W) mirrored to the right and below until the sides are multiples."""
    height, width = image.shape[-2:]
    return mirrored(image, height + -height % multiple, width + -width % multiple)


def mirrored(image: Tensor, height: int, width: int) -> Tensor:
    """(…, H, W) continued to the right and below, forth and back, to a size that is not smaller."""
    for axis, side in ((-2, height), (-1, width)):
        length = image.shape[axis]
        if side > length:
            places = torch.arange(side, device=image.device) % (2 * length)
            image = image.index_select(axis, torch.where(places < length, places, 2 * length - 1 - places))
    return image


def check_result(image: object, shape: tuple[int, ...]) -> Tensor:
    """`image` itself, if it is a finite float tensor of that shape.

    Raises:
        InvalidResult: with what was expected and what came.
    """
    expected = f"finite numbers of shape {shape}"
    if not isinstance(image, Tensor):
        raise InvalidResult(expected, type(image).__name__)
    if tuple(image.shape) != shape or not image.is_floating_point():
        raise InvalidResult(expected, f"{image.dtype} of shape {tuple(image.shape)}".replace("torch.", ""))
    if not bool(torch.isfinite(image.sum(dtype=torch.float32))):  # one value that is none spoils the sum
        raise InvalidResult(expected, "values that are not numbers")
    return image
