"""Numbers about a picture from models that see only tiles of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from imagetool.kit.part_job import PartJob

if TYPE_CHECKING:
    from imagetool.core.geometry import Rect
    from imagetool.plugin.job import Job


BITS = "bits_per_dim"
"""Figures whose names begin so are averages over values: those of tiles are averaged again."""


class TileFigures:
    """What has been told of the tiles of one picture."""

    def __init__(self) -> None:
        self._told: dict[str, dict[Rect, float]] = {}

    def told(self, name: str, core: Rect, value: float) -> float:
        """Keeps what a tile says of its core, the last of a name; returns the figure of the tiles so far."""
        tiles = self._told.setdefault(name, {})
        tiles[core] = value
        whole = _mean if name.startswith(BITS) else _median
        return whole([(value, core.size.pixels) for core, value in tiles.items()])


class TileJob(PartJob):
    """The job of the model for one tile: the figures that it passes on are those of all tiles so far."""

    def __init__(self, job: Job, figures: TileFigures, core: Rect) -> None:
        super().__init__(job, 0.0, 1.0)
        self._figures, self._core = figures, core

    def figure(self, name: str, value: float) -> None:
        """Passes the median over tiles on, or the mean of bits, weighed by area; what is no number as it is."""
        number = float(value)
        whole = self._figures.told(name, self._core, number) if math.isfinite(number) else number
        self._job.figure(name, whole)


def _mean(values: Sequence[tuple[float, int]]) -> float:
    """Of values and their weights; the same in whatever order they come."""
    return math.fsum(value * weight for value, weight in values) / sum(weight for _, weight in values)


def _median(values: Sequence[tuple[float, int]]) -> float:
    """Of values and their weights: the least that has half of the weight at or below it."""
    ordered = sorted(values)
    half, below = sum(weight for _, weight in ordered) / 2, 0
    for value, weight in ordered:
        below += weight
        if below >= half:
            return value
    return ordered[-1][0]
