"""Changing a mask as a whole, and the soft edge with which a result is laid in."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from imagetool.core.geometry import Rect, Size
from imagetool.core.tiles import TiledImage

Plane = NDArray[np.uint8]

MAX_SOFTNESS_PX = 50.0


def inverted(mask: TiledImage) -> TiledImage:
    """Masked becomes unmasked and the other way round."""
    return TiledImage.from_array(255 - mask.read(mask.bounds))


def full(mask: TiledImage) -> TiledImage:
    """Everything masked."""
    return TiledImage.from_array(np.full((mask.size.height, mask.size.width, 1), 255, np.uint8))


def empty(mask: TiledImage) -> TiledImage:
    """Nothing masked."""
    return TiledImage.blank(mask.size, 1)


def resized(mask: TiledImage, size: Size) -> TiledImage:
    """The mask of a picture that has become larger."""
    if not mask.tiles:
        return TiledImage.blank(size, 1)
    import cv2

    plane = cv2.resize(mask.read(mask.bounds)[..., 0], (size.width, size.height), interpolation=cv2.INTER_LINEAR)
    return TiledImage.from_array(np.asarray(plane, np.uint8))


def feathered(mask: Plane, softness_px: float) -> Plane:
    """How visible a result is at each pixel, 0 to 255, of a mask (H, W): 0 wherever the mask is 0.

    The edge of each region becomes a ramp of `softness_px` towards the inside, and never more than
    an eighth of the thickness there, so that a thin scratch is still covered in its middle. Grays of the
    mask itself (a soft brush) are kept. The mask's border on the picture's edge is no edge and stays hard.
    """
    if softness_px <= 0 or not mask.any():
        return mask.copy()
    import cv2

    inside = (mask > 0).astype(np.uint8)
    reach_px = 4 * softness_px
    padded = np.pad(inside, 1, mode="edge")
    distance = cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_5)[1:-1, 1:-1]  # (H, W), 1 at the rim
    distance = np.minimum(distance, reach_px)
    side = 2 * int(np.ceil(reach_px)) + 1
    deepest = cv2.dilate(distance, np.ones((side, side), np.uint8))  # half the thickness around each pixel
    ramp_px = np.minimum(softness_px, deepest / 4)
    visible = np.clip(distance / (ramp_px + 1e-6), 0, 1) * inside
    soft: Plane = (mask * visible + 0.5).astype(np.uint8)
    return soft


def feathered_rect(mask: TiledImage, softness_px: float) -> tuple[Rect, Plane]:
    """The rectangle around a mask's content and `feathered` inside it, without reading the rest."""
    rect = mask.content_rect()
    seen = rect.grown(1).restrict(mask.bounds)  # one pixel more, so that the rim is known to be a rim
    soft = feathered(mask.read(seen)[..., 0], softness_px)
    return rect, soft[rect.moved(-seen.left, -seen.top).slices]


def hard_where_clear(soft: Plane, mask: Plane, alpha: NDArray[Any]) -> Plane:
    """A soft mask (H, W), and the mask itself where the picture's `alpha` (H, W) is 0.

    Nothing is there that a soft edge could fade into, so a result laid in with one would stay half transparent.
    """
    return np.where(alpha == 0, mask, soft)


def bounding_rect(mask: Plane) -> Rect:
    """The smallest rectangle around all pixels of a mask (H, W) that are not 0; empty where there are none."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return Rect(0, 0, 0, 0)
    return Rect(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
