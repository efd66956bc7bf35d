"""Computes a result tile by tile, what the user looks at first, and goes on where an earlier run has stopped."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from imagetool.core.geometry import Rect, Size
from imagetool.core.tile_plan import Tile, TilePlan, scaled
from imagetool.kit.crops import CropJobs
from imagetool.kit.patchwork import Patchwork
from imagetool.kit.tile_order import TileOrder
from imagetool.plugin.job import Job


def nowhere() -> Rect | None:
    """Nobody looks at the picture."""
    return None


@dataclass(frozen=True, eq=False, slots=True)
class Host:
    """What whoever wants the result lends to the loop; all of it may be missing.

    Attributes:
        seams: As for `Patchwork`.
        ledger: As for `Patchwork`.
        view: Tells what the user looks at now, in pixels of the source.
    """

    seams: NDArray[Any] | None = None
    ledger: NDArray[np.uint32] | None = None
    view: Callable[[], Rect | None] = nowhere


NOBODY = Host()
"""Lends nothing and looks nowhere."""


@dataclass(frozen=True, eq=False, slots=True)
class Turn:
    """The turn of one tile, the job that its model sees, and the words that its progress has meanwhile."""

    tile: Tile
    job: Job
    text: str


Finish: TypeAlias = Callable[[], NDArray[Any]]
"""Waits for a tile that is being computed; gives its part (h, w, C) of the result."""

Begin: TypeAlias = Callable[[Turn], Finish]
"""Begins to compute a tile."""


@dataclass(frozen=True, eq=False, slots=True)
class TileLoop:
    """All tiles of a result (H, W, C) that is made of a picture of size `source`.

    `ahead` is how many tiles are begun before the first of them is waited for: on a graphics card the next one is
    computed while this one is put in its place.
    """

    plan: TilePlan
    source: Size
    result: NDArray[Any]
    job_for: CropJobs
    host: Host = NOBODY
    ahead: int = 0

    def run(self, begin: Begin) -> int:
        """Computes the tiles that are still to come; returns how many there are in all.

        Before each tile its job is asked whether to go on, which also waits while the user holds it.

        Raises:
            UnfitBuffer: where what the host lends does not fit the plan.
        """
        work = _Work(self, Patchwork(self.plan, self.result, self.host.seams, self.host.ledger))
        work.recall()
        order = TileOrder(self.plan, work.patchwork.done)
        under_way: deque[tuple[int, Turn, Finish]] = deque()
        while (index := order.next(self._view())) is not None:
            turn = work.turn(index)
            under_way.append((index, turn, begin(turn)))
            if len(under_way) > self.ahead:
                work.put(*under_way.popleft())
        for each in under_way:
            work.put(*each)
        return len(self.plan.tiles)

    def _view(self) -> Rect | None:
        view = self.host.view()
        return None if view is None or view.empty else scaled(view, self.source, self.plan.size)


class _Work:
    """A loop under way."""

    def __init__(self, of: TileLoop, patchwork: Patchwork) -> None:
        self.patchwork = patchwork
        self._of = of
        self._begun_px = 0
        self._finished = 0

    def recall(self) -> None:
        """Takes what is left of an earlier run."""
        for index, tile in enumerate(self._of.plan.tiles):
            if self.patchwork.is_promised(index):
                self._job(tile, 0, 0).check()
                if self.patchwork.recall(index):
                    self._begun_px += tile.core.size.pixels
                    self._finished += 1

    def turn(self, index: int) -> Turn:
        """Says that a tile's turn has come."""
        tile = self._of.plan.tiles[index]
        begin_px, self._begun_px = self._begun_px, self._begun_px + tile.core.size.pixels
        turn = Turn(tile, self._job(tile, begin_px, self._begun_px), self._text)
        turn.job.progress(0.0, turn.text)
        return turn

    def put(self, index: int, turn: Turn, finish: Finish) -> None:
        """Puts a tile that has been begun in its place."""
        self.patchwork.lay(index, finish())
        text = self._text
        self._finished += 1
        turn.job.progress(1.0, text)

    def _job(self, tile: Tile, begin_px: int, end_px: int) -> Job:
        size = self._of.plan.size
        crop = scaled(tile.core, size, self._of.source)
        return self._of.job_for(crop, begin_px / size.pixels, end_px / size.pixels)

    @property
    def _text(self) -> str:
        """Counts those that are finished, and the one that is next to be."""
        count = len(self._of.plan.tiles)
        return f"tile {self._finished + 1} of {count}" if count > 1 else ""
