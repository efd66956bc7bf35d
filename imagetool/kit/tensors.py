"""Pictures as tensors and back: the one place where integers become floats."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from imagetool.core.picture import Pixels
from imagetool.kit.errors import InvalidResult

PREVIEW_PX = 512
"""The longer side of a preview, at most."""

NO_NUMBERS = "values that are not numbers"
"""What came instead of finite numbers."""

Fetch: TypeAlias = Callable[[], Tensor]
"""Waits for a tensor that is being copied to the computer's memory; gives it."""

_WHOLE = {np.dtype(np.uint8): torch.uint8, np.dtype(np.uint16): torch.uint16}


def to_tensor(pixels: Pixels, device: torch.device) -> Tensor:
    """(H, W, C) uint8 or uint16 as (1, C, H, W) float32 in [0, 1]."""
    top = float(np.iinfo(pixels.dtype).max)
    if device.type == "cuda":  # as few bytes as there are, from memory that the card reads by itself
        whole = torch.from_numpy(pixels.copy()).pin_memory()
        floats = whole.to(device, non_blocking=True).to(torch.float32)  # (H, W, C)
    else:
        floats = torch.from_numpy(pixels.astype(np.float32)).to(device)
    return floats.permute(2, 0, 1).unsqueeze(0).contiguous() / top  # (1, C, H, W)


def to_pixels(image: Tensor, dtype: np.dtype[Any]) -> Pixels:
    """(1, C, H, W) float in [0, 1], clipped and rounded, as (H, W, C) of `dtype`."""
    pixels: Pixels = to_whole(image, dtype).cpu().numpy()
    return pixels


def to_whole(image: Tensor, dtype: np.dtype[Any]) -> Tensor:
    """The same on the image's own device."""
    top = float(np.iinfo(dtype).max)
    whole = image[0].float().mul(top).add_(0.5).clamp_(0, top).to(_WHOLE[np.dtype(dtype)])  # (C, H, W)
    return whole.permute(1, 2, 0).contiguous()  # (H, W, C)


def coarse(image: Tensor, most_px: int = PREVIEW_PX) -> Tensor:
    """(N, C, H, W) as a preview of itself: made smaller where it is larger than anybody looks at."""
    shrink = max(image.shape[-2:]) / most_px
    if shrink <= 1:
        return image
    return functional.interpolate(image, [max(1, int(side / shrink)) for side in image.shape[-2:]], mode="area")


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


def fetched(tensor: Tensor) -> Fetch:
    """Begins to copy a tensor to the computer's memory; what is returned waits for it, and for it alone.

    What a graphics card is given to do meanwhile goes on.
    """
    if tensor.device.type != "cuda":
        return tensor.cpu
    here = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=True)
    here.copy_(tensor, non_blocking=True)
    copied = torch.cuda.Event()  # type: ignore[no-untyped-call]
    copied.record()

    def wait() -> Tensor:
        copied.synchronize()
        return here

    return wait


def check_form(image: object, shape: tuple[int, ...]) -> Tensor:
    """`image` itself, if it is a float tensor of that shape; its values are not looked at.

    Raises:
        InvalidResult: with what was expected and what came.
    """
    if not isinstance(image, Tensor):
        raise InvalidResult(expected(shape), type(image).__name__)
    if tuple(image.shape) != shape or not image.is_floating_point():
        raise InvalidResult(expected(shape), f"{image.dtype} of shape {tuple(image.shape)}".replace("torch.", ""))
    return image


def check_result(image: object, shape: tuple[int, ...]) -> Tensor:
    """`image` itself, if it is a finite float tensor of that shape.

    Raises:
        InvalidResult: with what was expected and what came.
    """
    formed = check_form(image, shape)
    if not bool(torch.isfinite(formed.sum(dtype=torch.float32))):  # one value that is none spoils the sum
        raise InvalidResult(expected(shape), NO_NUMBERS)
    return formed


def expected(shape: tuple[int, ...]) -> str:
    """What an invalid result should have been."""
    return f"finite numbers of shape {shape}"
