"""Where a picture is damaged: a map of how likely that is, cut at a threshold and grown, as a mask."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imagetool.core.geometry import Size
from imagetool.core.tiles import TiledImage, TileKey

DEFAULT_SENSITIVITY = 0.5
MOST_GROWTH_PX = 64

_TOP = 255
_OCTAGON = math.sqrt(2) - 1  # half the side of a square which, grown by a diamond, makes an octagon of radius 1
_GROWTH_PX, _GROWTH_AREA_PX = 2, 1_000_000  # so much in a picture of so many pixels, and as it is larger, more


@dataclass(frozen=True, slots=True)
class Cut:
    """How a map becomes a mask.

    Attributes:
        sensitivity: From 0 to 1: what is damaged with a probability of at least 1 − `sensitivity` is masked.
        grow_px: By how much that grows on all sides, so that soft rims are covered, too.
    """

    sensitivity: float
    grow_px: int


def default_cut(size: Size) -> Cut:
    """What is asked for where nothing else is: 2 px more in a picture of a megapixel, 10 px in one of 25."""
    scale = math.sqrt(size.width * size.height / _GROWTH_AREA_PX)
    return Cut(DEFAULT_SENSITIVITY, min(max(round(_GROWTH_PX * scale), _GROWTH_PX), MOST_GROWTH_PX))


def likelihood(probabilities: NDArray[np.float32]) -> TiledImage:
    """Probabilities (H, W, 1) from 0 to 1 in 255 steps, one uint8 plane; what lies outside is taken as 0 or 1."""
    plane = np.multiply(np.clip(probabilities, 0, 1), np.float32(_TOP))
    return _trimmed(np.rint(plane, out=plane).astype(np.uint8))


def grown(plane: TiledImage, radius_px: int) -> TiledImage:
    """Each pixel as likely as the likeliest within `radius_px`, nearly a disc: an octagon, which is quicker.

    To cut what is grown is the same as to grow what is cut, so that a threshold can move without growing again.
    """
    if radius_px <= 0 or not plane.tiles:
        return plane
    import cv2

    half = round(radius_px * _OCTAGON)
    square, cross = (
        np.ones((2 * half + 1, 2 * half + 1), np.uint8),
        np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.uint8),
    )
    wider = cv2.dilate(plane.read(plane.bounds)[..., 0], square)
    return _trimmed(np.asarray(cv2.dilate(wider, cross, iterations=radius_px - half), np.uint8)[..., None])


def marked(plane: TiledImage, sensitivity: float, last: TiledImage | None = None) -> TiledImage:
    """The mask, 255 or 0, of what is likely enough; tiles that are as they were in `last` are the same objects."""
    least = max(1, math.ceil(round((1 - sensitivity) * _TOP, 6)))
    known = last.tiles if last is not None and last.size == plane.size else {}
    tiles: dict[TileKey, NDArray[np.uint8]] = {}
    for key, tile in plane.tiles.items():
        mask = (tile >= least).view(np.uint8) * np.uint8(_TOP)
        if mask.any():
            mask.flags.writeable = False
            former = known.get(key)
            tiles[key] = mask if former is None or not np.array_equal(former, mask) else former
    return TiledImage(plane.size, 1, np.dtype(np.uint8), tiles)


def masked_share(mask: TiledImage) -> float:
    """How much of the picture a mask covers, from 0 to 1."""
    return sum(int(np.count_nonzero(tile)) for tile in mask.tiles.values()) / (mask.size.width * mask.size.height)


def _trimmed(plane: NDArray[np.uint8]) -> TiledImage:
    """A plane (H, W, 1) without the tiles in which nothing is."""
    whole = TiledImage.from_array(plane)
    return TiledImage(whole.size, 1, whole.dtype, {key: tile for key, tile in whole.tiles.items() if tile.any()})
