"""Cutting a picture into tiles that fit a network, and putting the results together without seams.

A tile is computed from a crop that reaches `overlap` pixels beyond what is kept of it. Where that is at least the
network's receptive field, every kept pixel is what the untiled network would give. Kept parts overlap by a few
pixels and are blended there, which hides what a smaller overlap leaves different; where they agree, blending
changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

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


def plan_tiles(size: Size, step: Size, blend_px: int = BLEND_PX) -> list[Tile]:
    """Covers a result with tiles of at most `step`, all about equally large, row by row.

    Tiles that are too small for it are blended over less than `blend_px`.
    """
    whole = Rect.of_size(size)
    cells = list(_cells(size, Size(max(1, step.width), max(1, step.height))))
    reach = min(blend_px, *(min(cell.size) // 2 for cell in cells))
    return [Tile(cell, cell.grown(reach).restrict(whole)) for cell in cells]


def lay(result: NDArray[Any], tile: Tile, pixels: NDArray[Any]) -> None:
    """Writes a tile's part (h, w, C) into the result, blended with the tiles that were laid before it.

    Tiles must come in the order of `plan_tiles`. Every pixel becomes the mean of the tiles that know it, weighed
    by ramps that add up to 1; what lies in the result is their mean so far.
    """
    part, core = tile.part, tile.core
    down, above = _weights(part.top, core.top, core.bottom, part.bottom)
    along, before = _weights(part.left, core.left, core.right, part.right)
    weight = down[:, None] * along
    share = weight / (above[:, None] + down[:, None] * before + weight)  # of the mean after this tile
    target = result[part.slices]
    top, left = (int(np.count_nonzero(earlier)) for earlier in (above, before))
    target[top:, left:] = pixels[top:, left:]
    for rows, columns in ((slice(0, top), slice(None)), (slice(top, None), slice(0, left))):
        _blend(target[rows, columns], pixels[rows, columns], share[rows, columns])


def for_each_tile(
    tiles: list[Tile], compute: Callable[[Tile, float, float], NDArray[Any]], result: NDArray[Any]
) -> int:
    """Computes every tile and lays it into the result (H, W, C); returns how many there were.

    `compute` takes a tile and the shares of the whole, 0 to 1, before and after it; returns the part's pixels.
    """
    total = sum(tile.core.size.pixels for tile in tiles)
    done = 0
    for tile in tiles:
        after = done + tile.core.size.pixels
        lay(result, tile, compute(tile, done / total, after / total))
        done = after
    return len(tiles)


def _cells(size: Size, step: Size) -> Iterator[Rect]:
    rows, columns = -(-size.height // step.height), -(-size.width // step.width)
    for row in range(rows):
        for column in range(columns):
            yield Rect(
                column * size.width // columns,
                row * size.height // rows,
                (column + 1) * size.width // columns,
                (row + 1) * size.height // rows,
            )


def _weights(
    begin: int, core_begin: int, core_end: int, end: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Along one axis: the weight of a tile, and that of the tile before it, at each pixel of its part."""
    own = np.ones(end - begin, np.float32)
    earlier = np.zeros(end - begin, np.float32)
    rise, fall = 2 * (core_begin - begin), 2 * (end - core_end)
    if rise:
        own[:rise] = (np.arange(rise) + 0.5) / rise
        earlier[:rise] = 1 - own[:rise]
    if fall:
        own[-fall:] = 1 - (np.arange(fall) + 0.5) / fall
    return own, earlier


def _blend(old: NDArray[Any], new: NDArray[Any], weight: NDArray[np.float32]) -> None:
    mixed = old + (new.astype(np.float32) - old) * weight[..., None]
    old[...] = (mixed + 0.5).astype(old.dtype) if np.issubdtype(old.dtype, np.integer) else mixed
