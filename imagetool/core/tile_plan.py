"""How a picture is cut into tiles: the same plan for whoever makes room for them and whoever computes them.

A tile is computed from a crop that reaches `overlap_px` beyond what is kept of it. Where that is at least the
network's receptive field, every kept pixel is what the untiled network would give. Kept parts overlap by a few
pixels and are blended there (`core.seam_plan`), which hides what a smaller overlap leaves different; where they
agree, blending changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from imagetool.core.geometry import Rect, Size

BLEND_PX = 4
"""How far a kept part reaches over the border between two tiles, in pixels of the result."""


@dataclass(frozen=True, slots=True)
class Tiling:
    """How a model wants its tiles.

    Attributes:
        size_px: Side of the largest crop it is given.
        overlap_px: How far around a pixel its result depends on the picture.
        multiple_of: The sides of what it is given are multiples of this.
    """

    size_px: int
    overlap_px: int
    multiple_of: int = 1

    def step_px(self, side_px: int) -> int:
        """How much of a picture's side one tile computes: all of it where it fits, else what is kept of a tile.

        What is blended is computed twice, so that no crop is larger than `size_px`.
        """
        around = 2 * (self.overlap_px + BLEND_PX + self.multiple_of - 1)
        return side_px if side_px <= self.size_px else max(16, self.size_px - around)

    def crop(self, part: Rect, size: Size) -> Rect:
        """What of a picture of that size is seen to compute a part of it.

        It begins and ends at multiples, counted from the picture's corner: networks that look at blocks then see
        the same blocks as without tiles.
        """
        block = self.multiple_of
        around = part.grown(self.overlap_px)
        left, top = (side // block * block for side in (around.left, around.top))
        right, bottom = (-(-side // block) * block for side in (around.right, around.bottom))
        return Rect(left, top, right, bottom).restrict(Rect.of_size(size))


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile of the result: `core` is its own, `part` reaches over its borders inside the picture."""

    core: Rect
    part: Rect

    @property
    def interior(self) -> Rect:
        """What no other tile's part reaches; it may be empty."""
        core, part = self.core, self.part
        return Rect(
            2 * core.left - part.left,
            2 * core.top - part.top,
            2 * core.right - part.right,
            2 * core.bottom - part.bottom,
        )


@dataclass(frozen=True, slots=True)
class TilePlan:
    """All tiles of a result, row by row."""

    size: Size
    columns: int
    rows: int
    tiles: tuple[Tile, ...]

    @classmethod
    def of(cls, source: Size, target: Size, tiling: Tiling) -> TilePlan:
        """For a result of size `target`, made of a picture of size `source`."""
        step = Size(*(tiling.step_px(of) * to // of for of, to in zip(source, target, strict=True)))
        return cls.of_step(target, step)

    @classmethod
    def of_step(cls, size: Size, step: Size, blend_px: int = BLEND_PX) -> TilePlan:
        """Tiles of at most `step`, all about equally large.

        Tiles that are too small for it are blended over less than `blend_px`.
        """
        columns, rows = -(-size.width // max(1, step.width)), -(-size.height // max(1, step.height))
        cells = list(_cells(size, columns, rows))
        reach = min(blend_px, *(min(cell.size) // 2 for cell in cells))
        whole = Rect.of_size(size)
        return cls(size, columns, rows, tuple(Tile(cell, cell.grown(reach).restrict(whole)) for cell in cells))

    @property
    def middle(self) -> Tile:
        """The tile in the middle of the result."""
        return self.tiles[self.rows // 2 * self.columns + self.columns // 2]


def scaled(rect: Rect, from_size: Size, to_size: Size) -> Rect:
    """Where a rectangle of a picture lies in one of another size, rounded outwards; at least one pixel large."""
    left, right = _stretch(rect.left, rect.right, from_size.width, to_size.width)
    top, bottom = _stretch(rect.top, rect.bottom, from_size.height, to_size.height)
    return Rect(left, top, right, bottom)


def _stretch(begin: int, end: int, from_length: int, to_length: int) -> tuple[int, int]:
    first = begin * to_length // from_length
    return first, max(-(-end * to_length // from_length), first + 1)


def _cells(size: Size, columns: int, rows: int) -> Iterator[Rect]:
    for row in range(rows):
        for column in range(columns):
            yield Rect(
                column * size.width // columns,
                row * size.height // rows,
                (column + 1) * size.width // columns,
                (row + 1) * size.height // rows,
            )
