"""Which tile is computed next: what the user looks at, then the rest in columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from imagetool.core.geometry import Rect
from imagetool.core.tile_plan import TilePlan

_LARGE_VIEW = 0.25
"""A view of more than this share of all tiles is worked through in columns, too: that is less to compute."""


class TileOrder:
    """Hands out each tile once.

    Below the last tile comes the next one, where it is free: models that keep what they have computed at a crop's
    lower border then need not compute it again.
    """

    def __init__(self, plan: TilePlan, done: Iterable[int]) -> None:
        self._plan = plan
        self._taken = [False] * len(plan.tiles)
        for index in done:
            self._taken[index] = True
        self._view: Rect | None = None
        self._seen: Iterator[int] = iter(())
        self._all = iter(range(len(plan.tiles)))
        self._last: int | None = None

    def next(self, view: Rect | None) -> int | None:
        """The tile that is to be computed now; None where all are taken. `view` is in pixels of the result."""
        if view != self._view:
            self._view, self._seen = view, iter(() if view is None else in_view(self._plan, view))
        self._last = next((index for index in self._candidates() if not self._taken[index]), None)
        if self._last is not None:
            self._taken[self._last] = True
        return self._last

    def _candidates(self) -> Iterator[int]:
        yield from self._seen
        if self._last is not None and self._last + self._plan.columns < len(self._taken):
            yield self._last + self._plan.columns
        yield from self._all


def in_view(plan: TilePlan, view: Rect) -> list[int]:
    """The tiles that meet a rectangle of the result, nearest to its middle first.

    Where they are many, it is their columns that come in this order, each from above to below.
    """
    firsts, lefts = plan.tiles[:: plan.columns], plan.tiles[: plan.columns]
    rows = [row for row, tile in enumerate(firsts) if view.top < tile.core.bottom and tile.core.top < view.bottom]
    columns = [at for at, tile in enumerate(lefts) if view.left < tile.core.right and tile.core.left < view.right]
    is_large = len(rows) * len(columns) > _LARGE_VIEW * len(plan.tiles)

    def nearness(index: int) -> tuple[int, ...]:
        row, column = divmod(index, plan.columns)
        core = plan.tiles[index].core
        across = abs(core.left + core.right - view.left - view.right)
        down = abs(core.top + core.bottom - view.top - view.bottom)
        return (across, column, row) if is_large else (across**2 + down**2, row, column)

    return sorted((row * plan.columns + column for row in rows for column in columns), key=nearness)
