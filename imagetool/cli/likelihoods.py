"""What a model tells of small pictures, one job for each, as `run score` would do it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imagetool.catalog.catalog import Catalog, CatalogModel
from imagetool.cli.photos import as_picture
from imagetool.cli.session import Session
from imagetool.core.compositing import Flattened
from imagetool.core.document import Document
from imagetool.core.picture import Picture
from imagetool.jobs.request import Request
from imagetool.plugin.parameters import Params
from imagetool.plugin.tasks import Task

_SCORE = "-score"
"""Behind the id of a model that generates: the id of the one that scores, of the same plugin and weights."""


def scorer_of(catalog: Catalog, model: CatalogModel) -> CatalogModel | None:
    """The model of task score that belongs to one of task generate; None where there is none."""
    return next((it for it in catalog.models_for(Task.SCORE) if it.id == model.id + _SCORE), None)


def generator_of(catalog: Catalog, model: CatalogModel) -> CatalogModel | None:
    """The model of task generate that belongs to one of task score; None where there is none."""
    return next((it for it in catalog.models_for(Task.GENERATE) if it.id + _SCORE == model.id), None)


@dataclass(frozen=True, slots=True)
class Likelihoods:
    """A model of task score in its worker."""

    running: Session
    model: CatalogModel
    params: Params

    def of(self, pictures: NDArray[np.uint8]) -> Iterator[dict[str, float]]:
        """The figures of each of the pictures (N, H, W, 3 or 4), while a line says how many are done."""
        for place, pixels in enumerate(pictures):
            _say(f"{place + 1} of {len(pictures)}: {self.model.entry.id}")
            yield self._told(pixels)
        _say("")

    def _told(self, pixels: NDArray[np.uint8]) -> dict[str, float]:
        picture = Picture.of(pixels.copy(), has_alpha=True) if pixels.shape[-1] == 4 else as_picture(pixels)
        request = Request(self.model, self.params, 0, Flattened(Document(picture).state))
        return dict(self.running.run(request).report.figures)


def _say(words: str) -> None:
    print(f"\r{words}\x1b[K", end="", file=sys.stderr, flush=True)
