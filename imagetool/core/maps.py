"""Maps of numbers, one for each pixel, as pictures that can be looked at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imagetool.core.picture import Pixels

_TOP = np.iinfo(np.uint16).max


@dataclass(frozen=True, eq=False, slots=True)
class GrayMap:
    """A map as a gray picture: `pixels` (H, W, 4) uint16, opaque, black at `low` and white at `high`."""

    pixels: Pixels
    low: float
    high: float


def as_gray(values: NDArray[np.float32]) -> GrayMap:
    """A map (H, W, 1) of finite floats; one that is the same everywhere becomes black."""
    low, high = float(values.min()), float(values.max())
    span = high - low
    share = (values.astype(np.float64) - low) / span if span > 0 else np.zeros_like(values, np.float64)
    pixels = np.full((*values.shape[:2], 4), _TOP, np.uint16)
    pixels[..., :3] = np.rint(share * _TOP).astype(np.uint16)
    return GrayMap(pixels, low, high)


def mask_as_gray(mask: NDArray[np.uint8]) -> Pixels:
    """A mask (H, W, 1) as an opaque gray picture (H, W, 4) uint8, white where it is 255."""
    pixels = np.full((*mask.shape[:2], 4), 255, np.uint8)
    pixels[..., :3] = mask
    return pixels
