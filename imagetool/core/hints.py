"""Hints: strokes and points of colour that the user draws for a model, over the picture and never in it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from imagetool.core.geometry import Point, Rect, Size
from imagetool.core.tiles import TiledImage

Colour: TypeAlias = tuple[int, int, int]
"""Red, green and blue as they lie in the picture's eight-bit pixels, 0 to 255."""

_SHIFT = 4  # OpenCV draws at sixteenths of a pixel
_FARTHEST_PX = 1e6  # beyond that it is cut; nobody draws there

_hint_ids = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Hint:
    """A line through `points`, as wide as twice `radius_px`, with round ends; of one point it is a disc."""

    id: int
    colour: Colour
    radius_px: float
    points: tuple[Point, ...]

    def __post_init__(self) -> None:
        if not self.points:
            raise ValueError("a hint has at least one point")
        if not self.radius_px > 0:
            raise ValueError(f"the radius of a hint is above 0, not {self.radius_px}")

    @classmethod
    def new(cls, colour: Colour, radius_px: float, points: Iterable[Point]) -> Hint:
        """A hint with an id that no other hint of this process has."""
        return cls(next(_hint_ids), colour, radius_px, tuple(points))

    @property
    def rect(self) -> Rect:
        """The pixels that it may cover."""
        reach = self.radius_px + 1
        xs, ys = [point.x for point in self.points], [point.y for point in self.points]
        return Rect(
            int(min(xs) - reach) - 1, int(min(ys) - reach) - 1, int(max(xs) + reach) + 1, int(max(ys) + reach) + 1
        )

    def touches(self, at: Point, reach_px: float = 0.0) -> bool:
        """Whether a disc of radius `reach_px` around `at` meets it."""
        far = self.radius_px + reach_px
        ends = zip(self.points, self.points[1:] or self.points, strict=False)
        return any(_distance(at, start, end) <= far for start, end in ends)

    def is_in(self, picture: NDArray[np.uint8]) -> bool:
        """Whether `drawn` has put it into that picture, as far as the place shows where it begins."""
        x, y = int(self.points[0].x // 1), int(self.points[0].y // 1)
        height, width = picture.shape[:2]
        return 0 <= x < width and 0 <= y < height and bool(picture[y, x, 3] > 0)

    def extended(self, at: Point) -> Hint:
        """The same one, drawn on to a place."""
        return replace(self, points=(*self.points, at))

    def moved(self, dx: float, dy: float) -> Hint:
        """The same one somewhere else."""
        return replace(self, points=tuple(Point(point.x + dx, point.y + dy) for point in self.points))

    def scaled(self, factor_x: float, factor_y: float) -> Hint:
        """The same one in a picture that has become so many times larger."""
        points = tuple(Point(point.x * factor_x, point.y * factor_y) for point in self.points)
        return replace(self, points=points, radius_px=self.radius_px * (factor_x * factor_y) ** 0.5)


def drawn(hints: Iterable[Hint], size: Size) -> NDArray[np.uint8]:
    """The hints as a picture, (H, W, 4) uint8: opaque where there is one, the last on top; else 0.

    Every hint within the picture covers at least one pixel of it.
    """
    made = np.zeros((size.height, size.width, 4), np.uint8)
    for hint in hints:
        _draw(made, hint, Point(0, 0), (*hint.colour, 255))
    return made


def inside(hints: Iterable[Hint], mask: TiledImage) -> tuple[Hint, ...]:
    """The hints that cover a pixel where the mask is above 0; no more of it is read than what they lie on."""
    found = []
    for hint in hints:
        part = hint.rect.restrict(mask.bounds)
        if not part.empty and bool((_covered(hint, part) & (mask.read(part)[..., 0] > 0)).any()):
            found.append(hint)
    return tuple(found)


def _covered(hint: Hint, part: Rect) -> NDArray[np.bool_]:
    """The pixels (h, w) of `part` that a hint covers."""
    plane = np.zeros((part.height, part.width, 1), np.uint8)
    _draw(plane, hint, Point(part.left, part.top), (255,))
    covered: NDArray[np.bool_] = plane[..., 0] > 0
    return covered


def _draw(target: NDArray[np.uint8], hint: Hint, corner: Point, value: tuple[int, ...]) -> None:
    """Writes `value` to the pixels of `target` (h, w, C), whose corner lies there, that a hint covers."""
    import cv2

    spots = np.array(hint.points, np.float64) - (corner.x + 0.5, corner.y + 0.5)  # centres of pixels are whole
    places = np.rint(spots.clip(-_FARTHEST_PX, _FARTHEST_PX) * (1 << _SHIFT)).astype(np.int32)
    if len(places) > 1:
        width = max(1, round(2 * hint.radius_px))
        cv2.polylines(target, [places], False, value, width, cv2.LINE_8, _SHIFT)
    else:
        radius = max(1, round(hint.radius_px * (1 << _SHIFT)))
        cv2.circle(target, (int(places[0, 0]), int(places[0, 1])), radius, value, cv2.FILLED, cv2.LINE_8, _SHIFT)
    x, y = np.rint(spots[0]).astype(int)
    if 0 <= x < target.shape[1] and 0 <= y < target.shape[0]:
        target[y, x] = value  # where it is thinner than a pixel


def _distance(at: Point, start: Point, end: Point) -> float:
    """From a point to a piece of a line."""
    dx, dy = end.x - start.x, end.y - start.y
    length_squared = dx * dx + dy * dy
    along = ((at.x - start.x) * dx + (at.y - start.y) * dy) / length_squared if length_squared else 0.0
    along = min(max(along, 0.0), 1.0)
    return math.hypot(at.x - start.x - along * dx, at.y - start.y - along * dy)
