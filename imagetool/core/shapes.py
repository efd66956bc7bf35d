"""Masks of simple shapes, and how a shape is combined with the mask that is there."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from imagetool.core.geometry import Point, Rect
from imagetool.core.tiles import TiledImage

_SUBPIXEL_BITS = 4
_BAND_PX = 256


class Combine(Enum):
    """What a new shape does to the mask."""

    REPLACE = "new"
    ADD = "add"
    SUBTRACT = "subtract"
    INTERSECT = "intersect"


def with_polygon(mask: TiledImage, corners: Sequence[Point], how: Combine) -> TiledImage:
    """The mask combined with a polygon, given by its corners in image pixels; its edge is antialiased."""
    rect = _around(corners).restrict(mask.bounds)
    if how in (Combine.REPLACE, Combine.INTERSECT):
        base = TiledImage.blank(mask.size, 1)
    else:
        base = mask
    if rect.empty:
        return base if how is not Combine.ADD else mask
    shape = _filled(corners, rect)
    there = mask.read(rect)[..., 0]
    combined = {
        Combine.REPLACE: shape,
        Combine.ADD: np.maximum(there, shape),
        Combine.SUBTRACT: np.minimum(there, 255 - shape),
        Combine.INTERSECT: np.minimum(there, shape),
    }[how]
    return base.with_pixels(rect.left, rect.top, combined[..., None])


def rectangle(start: Point, end: Point) -> list[Point]:
    """The corners of a rectangle of whole pixels between two positions."""
    left, right = sorted((round(start.x), round(end.x)))
    top, bottom = sorted((round(start.y), round(end.y)))
    return [Point(left, top), Point(right, top), Point(right, bottom), Point(left, bottom)]


def _around(corners: Sequence[Point]) -> Rect:
    xs, ys = [corner.x for corner in corners], [corner.y for corner in corners]
    return Rect(int(min(xs)) - 1, int(min(ys)) - 1, int(max(xs)) + 2, int(max(ys)) + 2)


def _filled(corners: Sequence[Point], rect: Rect) -> NDArray[np.uint8]:
    """Coverage (h, w), 0 to 255, of the polygon inside `rect`, drawn in bands: its samples are 16 times larger."""
    coverage = np.empty((rect.height, rect.width), np.uint8)
    for top in range(rect.top, rect.bottom, _BAND_PX):
        band = Rect(rect.left, top, rect.right, min(top + _BAND_PX, rect.bottom))
        coverage[band.moved(-rect.left, -rect.top).slices] = _filled_band(corners, band)
    return coverage


def _filled_band(corners: Sequence[Point], rect: Rect) -> NDArray[np.uint8]:
    import cv2

    side = 4  # samples per pixel and axis
    grid = [((corner.x - rect.left) * side, (corner.y - rect.top) * side) for corner in corners]
    # Pixel centres of OpenCV lie on whole numbers, ours on halves.
    points = np.round((np.array(grid) - 0.5) * (1 << _SUBPIXEL_BITS)).astype(np.int32)
    fine = np.zeros((rect.height * side, rect.width * side), np.uint8)
    cv2.fillPoly(fine, [points], 255, shift=_SUBPIXEL_BITS)
    coverage = cv2.resize(fine, rect.size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    return np.minimum(coverage, _box(corners, rect))  # OpenCV also fills the pixels that its edges run through


def _box(corners: Sequence[Point], rect: Rect) -> NDArray[np.uint8]:
    """Coverage (h, w), 0 to 255, of the upright box around the corners: no polygon covers more."""
    across = _overlap([corner.x for corner in corners], rect.left, rect.width)
    down = _overlap([corner.y for corner in corners], rect.top, rect.height)
    box: NDArray[np.uint8] = np.rint(255 * np.outer(down, across)).astype(np.uint8)
    return box


def _overlap(positions: Sequence[float], start: int, count: int) -> NDArray[np.float64]:
    """How much of each of `count` pixels from `start` lies between the outermost positions, 0 to 1."""
    pixels = np.arange(start, start + count, dtype=np.float64)
    inside: NDArray[np.float64] = np.minimum(pixels + 1, max(positions)) - np.maximum(pixels, min(positions))
    return inside.clip(0, 1)
