"""Recipes of jobs that never ran."""

from __future__ import annotations

import numpy as np

from imagetool.core.geometry import Rect
from imagetool.core.picture import Pixels
from imagetool.jobs.recipe import Recipe
from imagetool.jobs.request import Report, Request, Result


def result_of(asked: Request, pixels: Pixels | None = None, *, tiles: int = 1, tile_px: int = 0) -> Result:
    """A result in one shade, or these pixels, over what the request asks for."""
    assert asked.source is not None
    whole = Rect.of_size(asked.target or asked.source.size)
    rect = asked.mask.content_rect() if asked.mask else whole
    shade = np.full((rect.height, rect.width, 4), 200, asked.source.dtype)
    report = Report("cpu", "fp32", 1.5, tiles, 100.0, tile_px=tile_px)
    return Result(rect, shade if pixels is None else pixels, report)


def recipe_of(asked: Request, pixels: Pixels | None = None) -> Recipe:
    """The recipe of such a result."""
    return Recipe.of(asked, result_of(asked, pixels))
