"""One model on the bench: what all of its checks share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from imagetool.catalog.catalog import CatalogModel
from imagetool.core.geometry import Size
from imagetool.jobs.conformance.pictures import USUAL, Sight, job_on
from imagetool.jobs.conformance.trials import Outcome, Trials
from imagetool.jobs.request import Request
from imagetool.plugin.tasks import Task

LONG_S = 0.7
"""A job that lasts so long is worth stopping, and owes its user some progress."""

_SIDES_PX = (128, 256, 512, 1024, 2048)
_COUNTS = (1, 4, 16, 64)
_LEAST_GENERATED_PX = 64
_TILED = (Task.UPSCALE, Task.DENOISE, Task.FILTER, Task.SCORE)


@dataclass(eq=False, slots=True)
class Bench:
    """Used by one thread; the outcomes of earlier checks are there for later ones.

    Attributes:
        model: On which the checks are made.
        trials: Where its jobs run.
        elsewhere: The same in another process.
        first, again: The outcomes of the usual job, run twice.
        timed: Those of larger and larger jobs, until one is long.
        failed: Checks that have failed, by their names.
        most_side_px: Of the largest picture that is tried.
    """

    model: CatalogModel
    trials: Trials
    elsewhere: Trials
    first: Outcome | None = None
    again: Outcome | None = None
    timed: list[Outcome] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)
    most_side_px: int = _SIDES_PX[-1]

    @property
    def task(self) -> Task:
        """What the model does."""
        return self.model.entry.task

    @property
    def tiled(self) -> bool:
        """Whether it is given tiles of a picture."""
        return self.task in _TILED and not self.model.entry.whole

    @property
    def usual(self) -> Sight:
        """A small picture; for models that generate the smallest size that is usual for them."""
        if self.task is not Task.GENERATE:
            return Sight()
        tile = self.model.entry.tile
        side = min(tile.size, max(_LEAST_GENERATED_PX, tile.multiple_of))
        return Sight(Size(side, side))

    def usual_job(self) -> Request:
        """The same job every time."""
        return job_on(self.model, self.usual)

    def growing(self) -> Iterator[Request]:
        """Larger and larger jobs; each has four times the pixels of the one before."""
        if self.task is Task.GENERATE:
            yield from (job_on(self.model, self.usual, count=count) for count in _COUNTS)
            return
        yield from (job_on(self.model, Sight(Size(side, side))) for side in _SIDES_PX if side <= self.most_side_px)


def same(one: Outcome, other: Outcome) -> bool:
    """Whether two jobs have given the same bytes."""
    return bool(np.array_equal(one.ended.pixels, other.ended.pixels))


def size_of(request: Request) -> Size:
    """Of the picture that a job works on, or makes."""
    return request.source.size if request.source else request.target or USUAL
