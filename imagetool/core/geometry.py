"""Sizes and places in whole pixels: x to the right, y down, the origin at the top left corner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Size(NamedTuple):
    """Width and height in pixels."""

    width: int
    height: int

    @property
    def pixels(self) -> int:
        """The number of pixels."""
        return self.width * self.height

    def __str__(self) -> str:
        return f"{self.width} × {self.height}"


class Point(NamedTuple):
    """A position in pixels; fractions allowed, (0, 0) is the outer corner of the first pixel."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Rect:
    """A half-open rectangle of pixels: `left <= x < right`, `top <= y < bottom`. May be empty."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def of_size(cls, size: Size) -> Rect:
        """The rectangle that covers a picture of that size."""
        return cls(0, 0, size.width, size.height)

    @property
    def width(self) -> int:
        """Pixels from left to right, at least 0."""
        return max(0, self.right - self.left)

    @property
    def height(self) -> int:
        """Pixels from top to bottom, at least 0."""
        return max(0, self.bottom - self.top)

    @property
    def size(self) -> Size:
        """Width and height."""
        return Size(self.width, self.height)

    @property
    def empty(self) -> bool:
        """Whether no pixel lies inside."""
        return self.right <= self.left or self.bottom <= self.top

    @property
    def slices(self) -> tuple[slice, slice]:
        """Index for an array whose first two axes are rows and columns."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def restrict(self, other: Rect) -> Rect:
        """The part inside `other`: cuts, so the size may shrink to nothing."""
        return Rect(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    def clamp(self, other: Rect) -> Rect:
        """The rectangle moved into `other`: keeps the size where it fits, else covers `other` on that axis."""
        width, height = min(self.width, other.width), min(self.height, other.height)
        left = min(max(self.left, other.left), other.right - width)
        top = min(max(self.top, other.top), other.bottom - height)
        return Rect(left, top, left + width, top + height)

    def union(self, other: Rect) -> Rect:
        """The smallest rectangle around both; an empty one adds nothing."""
        if self.empty:
            return other
        if other.empty:
            return self
        return Rect(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def grown(self, margin_x: int, margin_y: int | None = None) -> Rect:
        """Larger by a margin on every side; `margin_y` is `margin_x` where it is not given."""
        vertical = margin_x if margin_y is None else margin_y
        return Rect(self.left - margin_x, self.top - vertical, self.right + margin_x, self.bottom + vertical)

    def moved(self, dx: int, dy: int) -> Rect:
        """The same size somewhere else."""
        return Rect(self.left + dx, self.top + dy, self.right + dx, self.bottom + dy)

    def overlaps(self, other: Rect) -> bool:
        """Whether the two share a pixel."""
        return not self.restrict(other).empty
