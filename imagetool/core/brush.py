"""The mask brush: strokes as coverage planes, with size, hardness and pressure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from imagetool.core.geometry import Point, Rect
from imagetool.core.tiles import TiledImage


class StrokeMode(Enum):
    """What a stroke does to the mask."""

    ADD = "add"
    SUBTRACT = "subtract"


@dataclass(frozen=True, slots=True)
class Brush:
    """A round brush: its diameter in image pixels, and its hardness from 0 (all slope) to 1 (sharp edge)."""

    size_px: float = 60.0
    hardness: float = 0.8


@dataclass(frozen=True, slots=True)
class Dab:
    """One position of the pen in image pixels, with its pressure from 0 to 1."""

    at: Point
    pressure: float = 1.0


class Stroke:
    """A stroke being drawn over a mask: the mask as it would be is `mask`, updated segment by segment.

    Each segment is the exact hull of two discs, so fast strokes have no gaps and no beads; coverage is the
    maximum over all segments, so going over the same place twice does not darken its soft edge.
    """

    def __init__(self, base: TiledImage, brush: Brush, mode: StrokeMode) -> None:
        self.mask = base
        self.mode = mode
        self._base = base
        self._brush = brush
        self._coverage = TiledImage.blank(base.size, 1)
        self._last: Dab | None = None

    def extend(self, dab: Dab) -> Rect:
        """Draws on to `dab`; returns the rectangle of the mask that may have changed."""
        start = self._last or dab
        self._last = dab
        radius = self._brush.size_px / 2
        radii = (max(0.5, radius * start.pressure), max(0.5, radius * dab.pressure))
        rect = _hull(start.at, dab.at, max(radii)).restrict(self.mask.bounds)
        if rect.empty:
            return rect
        segment = _segment_coverage(rect, (start.at, dab.at), radii, self._brush.hardness)
        coverage = np.maximum(self._coverage.read(rect)[..., 0], segment)
        self._coverage = self._coverage.with_pixels(rect.left, rect.top, coverage[..., None])
        base = self._base.read(rect)[..., 0]
        if self.mode is StrokeMode.ADD:
            changed = np.maximum(base, coverage)
        else:
            changed = np.minimum(base, 255 - coverage)
        self.mask = self.mask.with_pixels(rect.left, rect.top, changed[..., None])
        return rect


def _hull(start: Point, end: Point, radius: float) -> Rect:
    margin = radius + 1
    return Rect(
        int(np.floor(min(start.x, end.x) - margin)),
        int(np.floor(min(start.y, end.y) - margin)),
        int(np.ceil(max(start.x, end.x) + margin)),
        int(np.ceil(max(start.y, end.y) + margin)),
    )


def _segment_coverage(
    rect: Rect, ends: tuple[Point, Point], radii: tuple[float, float], hardness: float
) -> NDArray[np.uint8]:
    """Coverage (h, w), 0 to 255, of the hull of two discs, falling off from the hard core to the rim."""
    (start, end), (first, second) = ends, radii
    x = np.arange(rect.left, rect.right, dtype=np.float32)[None, :] + np.float32(0.5 - start.x)
    y = np.arange(rect.top, rect.bottom, dtype=np.float32)[:, None] + np.float32(0.5 - start.y)
    dx, dy = end.x - start.x, end.y - start.y
    length_squared = dx * dx + dy * dy
    if length_squared > 0:
        along = np.clip((x * np.float32(dx) + y * np.float32(dy)) / np.float32(length_squared), 0, 1)
        distance = np.hypot(x - along * np.float32(dx), y - along * np.float32(dy))
        radius = first + along * np.float32(second - first)
    else:
        distance = np.hypot(x, y)
        radius = np.full((1, 1), max(first, second))
    slope = np.maximum(radius * np.float32(1 - hardness), 1)  # one pixel of slope is antialiasing
    ramp = np.clip((radius + np.float32(0.5) - distance) / slope, 0, 1)
    smooth = ramp if hardness >= 1 else ramp * ramp * (3 - 2 * ramp)
    coverage: NDArray[np.uint8] = (smooth * 255 + np.float32(0.5)).astype(np.uint8)
    return coverage
