"""Several pictures of one size as one picture, row by row: how those that are being made are shown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imagetool.core.geometry import Rect, Size

MISSING = 128
"""The gray of cells that hold no picture."""


def columns_for(count: int) -> int:
    """How many pictures stand beside each other where there are `count`, at least 1."""
    return math.isqrt(count - 1) + 1


def rows_for(count: int) -> int:
    """How many rows `count` pictures, at least 1, take."""
    return -(-count // columns_for(count))


def cells_of(size: Size, count: int) -> tuple[Rect, ...] | None:
    """Where `count` pictures lie in a grid of that size; None where they would not be of one size."""
    columns, rows = columns_for(count), rows_for(count)
    width, height = size.width // columns, size.height // rows
    if not width or not height or size != Size(width * columns, height * rows):
        return None
    places = (divmod(number, columns) for number in range(count))
    return tuple(
        Rect(column * width, row * height, (column + 1) * width, (row + 1) * height) for row, column in places
    )


def composed(pictures: Sequence[NDArray[Any]]) -> NDArray[np.uint8]:
    """One picture (rows·h, columns·w, C) of at least one (h, w, C) uint8; cells that are missing are gray."""
    count = len(pictures)
    height, width, channels = pictures[0].shape
    size = Size(columns_for(count) * width, rows_for(count) * height)
    grid = np.full((size.height, size.width, channels), MISSING, np.uint8)
    for picture, cell in zip(pictures, cells_of(size, count) or (), strict=True):
        grid[cell.slices] = picture
    return grid


def cut(grid: NDArray[Any], count: int) -> list[NDArray[Any]]:
    """The `count` pictures (h, w, C) of a grid, as views.

    Raises:
        ValueError: where the grid does not hold so many pictures of one size.
    """
    cells = cells_of(Size(grid.shape[1], grid.shape[0]), count)
    if cells is None:
        raise ValueError(f"a grid of {grid.shape[1]} × {grid.shape[0]} does not hold {count} pictures of one size")
    return [grid[cell.slices] for cell in cells]
