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

from imagetool.core.geometry import Size

Weights: TypeAlias = tuple[Tensor, Tensor]

DENSE_LIMIT = 1 << 20
"""Axes whose input and output length multiply to at most this are resized by one matrix product."""


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


def taps(length: int, target: int, kernel: Kernel) -> Weights:
    """Which inputs make an output along one axis, and how much of each.

    Returns:
        Indices (target, T) int64 into 0…length-1 and weights (target, T) float64 whose rows add up to 1.
    """
    scale = target / length
    stretch = min(scale, 1.0)  # below 1 the kernel is widened
    centre = (torch.arange(target, dtype=torch.float64) + 0.5) / scale - 0.5
    radius = kernel.radius_px / stretch
    first = (centre - radius).floor().long()
    places = first[:, None] + torch.arange(math.ceil(2 * radius) + 2)  # (target, T)
    weights = kernel.weigh((centre[:, None] - places) * stretch)
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
    indices, weights = (part.to(image.device) for part in taps(length, width, kernel))
    parts = zip(indices.unbind(1), weights.to(image.dtype).unbind(1), strict=True)
    result = image.new_zeros(*image.shape[:-1], width)
    for index, weight in parts:
        result.addcmul_(image.index_select(-1, index), weight)
    return result


def _along_height(image: Tensor, height: int, kernel: Kernel) -> Tensor:
    length = image.shape[-2]
    if length == height:
        return image
    if length * height <= DENSE_LIMIT:
        return _matrix(length, height, kernel).to(image) @ image
    indices, weights = (part.to(image.device) for part in taps(length, height, kernel))
    parts = zip(indices.unbind(1), weights.to(image.dtype).unbind(1), strict=True)
    result = image.new_zeros(*image.shape[:-2], height, image.shape[-1])
    for index, weight in parts:
        result.addcmul_(image.index_select(-2, index), weight[:, None])
    return result


@lru_cache(maxsize=64)
def _matrix(length: int, target: int, kernel: Kernel) -> Tensor:
    indices, weights = taps(length, target, kernel)
    return torch.zeros(target, length, dtype=torch.float64).scatter_add_(1, indices, weights)
