"""Pictures made larger or smaller by a kernel: what MATLAB's `imresize` computes, on any device.

Where a picture shrinks, the kernel is widened by the same factor, so that nothing aliases; beyond its border the
picture is mirrored. Kernels: cubic convolution (Keys 1981, Cubic Convolution Interpolation for Digital Image
Processing, a = -1/2) and Lanczos with three lobes (Duchon 1979, Lanczos Filtering in One and Two Dimensions).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import torch
from torch import Tensor

from imagetool.core.geometry import Rect, Size

Weights: TypeAlias = tuple[Tensor, Tensor]

DENSE_LIMIT = 1 << 20
"""Axes whose input and output length multiply to at most this are resized by one matrix product."""


NOTHING = 1e-12
"""Weights below this are rounding errors of a zero."""


@dataclass(frozen=True, slots=True)
class Kernel:
    """A symmetric window: `weigh` takes distances in pixels, float64; it is 0 beyond `radius_px`."""

    name: str
    radius_px: int
    weigh: Callable[[Tensor], Tensor]


def _cubic(distance: Tensor) -> Tensor:
    x = distance.abs()
    near = 1.5 * x**3 - 2.5 * x**2 + 1
    far = -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return torch.where(x <= 1, near, torch.where(x <= 2, far, 0.0))


def _lanczos3(distance: Tensor) -> Tensor:
    return torch.where(distance.abs() < 3, torch.sinc(distance) * torch.sinc(distance / 3), 0.0)


CUBIC = Kernel("cubic", 2, _cubic)
LANCZOS3 = Kernel("lanczos", 3, _lanczos3)


def resize(image: Tensor, size: Size, kernel: Kernel = CUBIC) -> Tensor:
    """Makes a picture larger or smaller.

    Args:
        image: (B, C, H, W) float32 or float64, any range.
        size: Of the result.
        kernel: `CUBIC` or `LANCZOS3`.

    Returns:
        (B, C, size.height, size.width) of the same dtype; sharp kernels overshoot, so values may leave the range.
    """
    height, width = image.shape[-2:]
    # The axis that shrinks the picture most comes first: the second pass then has less to do.
    if size.height * width <= size.width * height:
        return _along_width(_along_height(image, size.height, kernel), size.width, kernel)
    return _along_height(_along_width(image, size.width, kernel), size.height, kernel)


def resize_part(
    image: Tensor, seen: Rect, whole: Size, target: Size, part: Rect, kernel: Kernel = CUBIC
) -> Tensor:
    """The pixels in `part` of what `resize` would make of a whole picture, from a crop of it.

    Args:
        image: (B, C, seen.height, seen.width) float: the crop.
        seen: Where the crop lies in the whole; it must hold `needed_part` of each axis.
        whole: Size of the whole.
        target: Size of the whole result.
        part: Where the part lies in the result.
        kernel: As for `resize`.

    Returns:
        (B, C, part.height, part.width).
    """
    if whole == target:
        return image[(..., *part.moved(-seen.left, -seen.top).slices)]
    rows, row_weights = taps(whole.height, target.height, kernel, part.top, part.bottom)
    columns, column_weights = taps(whole.width, target.width, kernel, part.left, part.right)
    # Taps outside the crop weigh nothing, else they would have been needed.
    image = _weighed(image, -2, (rows - seen.top).clamp(0, seen.height - 1), row_weights)
    return _weighed(image, -1, (columns - seen.left).clamp(0, seen.width - 1), column_weights)


def needed_part(length: int, target: int, begin: int, end: int, kernel: Kernel = CUBIC) -> tuple[int, int]:
    """The stretch of an axis, from and to, that the outputs `begin` to `end` of `resize` are made of."""
    indices, weights = taps(length, target, kernel, begin, end)
    counting = indices[weights != 0]
    return int(counting.min()), int(counting.max()) + 1


def taps(length: int, target: int, kernel: Kernel, begin: int = 0, end: int | None = None) -> Weights:
    """Which inputs make the outputs from `begin` to `end` along one axis, and how much of each.

    Returns:
        Indices (end - begin, T) int64 into 0…length-1 and weights of that shape, float64, whose rows add up to 1.
    """
    scale = target / length
    stretch = min(scale, 1.0)  # below 1 the kernel is widened
    centre = (torch.arange(begin, target if end is None else end, dtype=torch.float64) + 0.5) / scale - 0.5
    radius = kernel.radius_px / stretch
    first = (centre - radius).floor().long()
    places = first[:, None] + torch.arange(math.ceil(2 * radius) + 2)  # (outputs, T)
    weights = kernel.weigh((centre[:, None] - places) * stretch)
    weights = torch.where(weights.abs() < NOTHING, 0.0, weights)
    weights = weights / weights.sum(dim=1, keepdim=True)
    wrapped = places.remainder(2 * length)
    mirrored = torch.where(wrapped < length, wrapped, 2 * length - 1 - wrapped)
    used = weights.abs().amax(dim=0) > 0
    return mirrored[:, used], weights[:, used]


def _along_width(image: Tensor, width: int, kernel: Kernel) -> Tensor:
    length = image.shape[-1]
    if length == width:
        return image
    if length * width <= DENSE_LIMIT:
        return image @ _matrix(length, width, kernel).to(image).T
    return _weighed(image, -1, *taps(length, width, kernel))


def _along_height(image: Tensor, height: int, kernel: Kernel) -> Tensor:
    length = image.shape[-2]
    if length == height:
        return image
    if length * height <= DENSE_LIMIT:
        return _matrix(length, height, kernel).to(image) @ image
    return _weighed(image, -2, *taps(length, height, kernel))


def _weighed(image: Tensor, axis: int, indices: Tensor, weights: Tensor) -> Tensor:
    """Sums of pixels along one axis, tap by tap: needs no more memory than the result twice."""
    shape = list(image.shape)
    shape[axis] = len(indices)
    result = image.new_zeros(shape)
    indices, weights = indices.to(image.device), weights.to(image.device, image.dtype)
    for index, weight in zip(indices.unbind(1), weights.unbind(1), strict=True):
        result.addcmul_(image.index_select(axis, index), weight if axis == -1 else weight[:, None])
    return result


@lru_cache(maxsize=64)
def _matrix(length: int, target: int, kernel: Kernel) -> Tensor:
    indices, weights = taps(length, target, kernel)
    return torch.zeros(target, length, dtype=torch.float64).scatter_add_(1, indices, weights)
