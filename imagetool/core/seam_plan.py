"""Where the borders of tiles are kept until all that share them are there, so that the order of tiles never shows.

Two tiles share a zone along their border, four share one around a corner. What each of them makes of its zones
lies in strips along its sides, one behind the other in a flat buffer, tile by tile.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from imagetool.core.geometry import Rect
from imagetool.core.tile_plan import Tile, TilePlan


@dataclass(frozen=True, slots=True)
class Strip:
    """What lies along one side of a tile: where in the result, and from which pixel on in the seams."""

    rect: Rect
    begin_px: int

    @property
    def end_px(self) -> int:
        """Behind its last pixel in the seams."""
        return self.begin_px + self.rect.size.pixels


@dataclass(frozen=True, slots=True)
class Zone:
    """What several tiles reach: where in the result, and which tiles, in so many rows and columns, row by row."""

    rect: Rect
    tiles: tuple[int, ...]
    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class SeamPlan:
    """The layout of the seams of a plan; `begins_px` are the places of the tiles' strips, and the end of all."""

    plan: TilePlan
    begins_px: tuple[int, ...]

    @classmethod
    def of(cls, plan: TilePlan) -> SeamPlan:
        """One strip behind the other, row by row."""
        sizes = (tile.part.size.pixels - tile.interior.size.pixels for tile in plan.tiles)
        return cls(plan, tuple(itertools.accumulate(sizes, initial=0)))

    def length(self, channels: int) -> int:
        """How many numbers the seams of a result with that many channels hold; 0 for a single tile."""
        return self.begins_px[-1] * channels

    def strips(self, index: int) -> tuple[Strip, ...]:
        """The strips of a tile: above, below, left and right of its interior; without those that are empty."""
        sides = _sides(self.plan.tiles[index])
        return tuple(self.strip_of(index, side) for side in sides if not side.empty)

    def strip_of(self, index: int, rect: Rect) -> Strip:
        """The strip of a tile that holds a rectangle, which lies inside of one of them."""
        begin_px = self.begins_px[index]
        for side in _sides(self.plan.tiles[index]):
            if _holds(side, rect):
                break
            begin_px += side.width * side.height
        return Strip(side, begin_px)

    def zones(self, index: int) -> tuple[Zone, ...]:
        """All zones that a tile shares, row by row."""
        row, column = divmod(index, self.plan.columns)
        rows, columns = _stretches(row, self.plan.rows), _stretches(column, self.plan.columns)
        zones = (self._zone(down, along) for down in rows for along in columns if len(down) + len(along) > 2)
        return tuple(zone for zone in zones if not zone.rect.empty)

    def _zone(self, rows: tuple[int, ...], columns: tuple[int, ...]) -> Zone:
        """The pixels that the tiles of those rows and columns reach, and no others."""
        tiles = tuple(row * self.plan.columns + column for row in rows for column in columns)
        first, last = self.plan.tiles[tiles[0]], self.plan.tiles[tiles[-1]]
        inner, shared = first.interior, first.part.restrict(last.part)
        wide, high = (inner if len(columns) == 1 else shared), (inner if len(rows) == 1 else shared)
        return Zone(Rect(wide.left, high.top, wide.right, high.bottom), tiles, len(rows), len(columns))


def _sides(tile: Tile) -> Iterator[Rect]:
    part, inner = tile.part, tile.interior
    yield Rect(part.left, part.top, part.right, inner.top)
    yield Rect(part.left, inner.bottom, part.right, part.bottom)
    yield Rect(part.left, inner.top, inner.left, inner.bottom)
    yield Rect(inner.right, inner.top, part.right, inner.bottom)


def _holds(side: Rect, rect: Rect) -> bool:
    across = side.left <= rect.left and rect.right <= side.right
    return across and side.top <= rect.top and rect.bottom <= side.bottom


def _stretches(place: int, count: int) -> list[tuple[int, ...]]:
    """Which rows, or columns, share something along one axis: with the one before, alone, with the one after."""
    pairs = ((place - 1, place), (place,), (place, place + 1))
    return [pair for pair in pairs if pair[0] >= 0 and pair[-1] < count]
