"""A recipe: all that made one result, so that it can be made again and compared."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imagetool import __version__
from imagetool.core.geometry import Rect, Size
from imagetool.core.tile_plan import TilePlan, Tiling
from imagetool.core.tiles import TiledImage
from imagetool.jobs.request import PixelSource, Report, Request, Result
from imagetool.plugin.models import Prompt
from imagetool.plugin.parameters import Value
from imagetool.plugin.tasks import Task

_BAND_ROWS = 256  # as many as a tile of a document has


@dataclass(frozen=True, slots=True)
class RecipeTiles:
    """How the picture was cut; all 0 where it was not, columns and rows also where it took several rounds."""

    tile_px: int = 0
    overlap_px: int = 0
    multiple_of: int = 0
    columns: int = 0
    rows: int = 0


@dataclass(frozen=True, slots=True)
class RecipeFile:
    """A file that the result was written to: its path, seen from the recipe's folder, and its SHA-256."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that one result depends on, and how to tell whether another one is the same.

    Attributes:
        imagetool: The version that ran.
        task: What was done.
        plugin: Id of the plugin.
        plugin_version: Its version.
        model: The model's id, with the plugin's before it.
        weights_sha256: As `CatalogModel.weights_sha256`.
        params: The values of the form.
        seed: Of every random choice.
        device: What it was computed on, such as `cpu`.
        precision: What it was computed in.
        tiles: How the picture was cut.
        size: Of the result, in pixels.
        count: How many pictures.
        feather_px: Softness of the mask's edge, where the result is laid in.
        prompt: What the user pointed at.
        input_sha256: Of the picture's decoded RGBA bytes; None where there is no picture to begin with.
        mask_sha256: Of the mask's bytes.
        hints_sha256: Of the hints' bytes.
        output_sha256: Of the decoded bytes of what the model made.
        files: Where it was written.
    """

    imagetool: str
    task: Task
    plugin: str
    plugin_version: str
    model: str
    weights_sha256: str | None
    params: Mapping[str, Value]
    seed: int
    device: str
    precision: str
    size: Size
    output_sha256: str
    tiles: RecipeTiles = field(default_factory=RecipeTiles)
    count: int = 1
    feather_px: float = 0.0
    prompt: Prompt | None = None
    input_sha256: str | None = None
    mask_sha256: str | None = None
    hints_sha256: str | None = None
    files: tuple[RecipeFile, ...] = ()

    @classmethod
    def of(cls, request: Request, result: Result, *, feather_px: float = 0.0) -> Recipe:
        """The recipe of a result; reads all pixels, so not for the window's thread."""
        model, report = request.model, result.report
        return cls(
            imagetool=__version__,
            task=model.entry.task,
            plugin=model.plugin.manifest.id,
            plugin_version=str(model.plugin.manifest.version),
            model=model.id,
            weights_sha256=model.weights_sha256,
            params=dict(request.params),
            seed=request.seed,
            device=report.device,
            precision=report.precision,
            size=result.rect.size,
            output_sha256=sha256_of(result.pixels),
            tiles=_tiles(request, result.rect.size, report),
            count=request.count,
            feather_px=feather_px,
            prompt=request.prompt,
            input_sha256=sha256_of_source(request.source) if request.source else None,
            mask_sha256=_sha256_of_mask(request.mask) if request.mask else None,
            hints_sha256=sha256_of(request.hints) if request.hints is not None else None,
        )


def sha256_of(pixels: NDArray[Any]) -> str:
    """Of an array's bytes row by row, the lower byte of wide numbers first, whatever the processor."""
    return hashlib.sha256(_bytes_of(pixels)).hexdigest()


def sha256_of_source(source: PixelSource) -> str:
    """Of a picture's RGBA bytes, as `sha256_of` would have it; reads a band at a time."""
    size, found = source.size, hashlib.sha256()
    band = np.empty((min(_BAND_ROWS, size.height), size.width, 4), source.dtype)
    for top in range(0, size.height, _BAND_ROWS):
        rows = min(_BAND_ROWS, size.height - top)
        source.read_into(Rect(0, top, size.width, top + rows), band[:rows])
        found.update(_bytes_of(band[:rows]))
    return found.hexdigest()


def _sha256_of_mask(mask: TiledImage) -> str:
    found = hashlib.sha256()
    for top in range(0, mask.size.height, _BAND_ROWS):
        band = Rect(0, top, mask.size.width, top + _BAND_ROWS).restrict(mask.bounds)
        found.update(_bytes_of(mask.read(band)))
    return found.hexdigest()


def _bytes_of(pixels: NDArray[Any]) -> memoryview:
    ordered = np.ascontiguousarray(pixels)
    return (ordered if sys.byteorder == "little" else ordered.byteswap()).data


def _tiles(request: Request, size: Size, report: Report) -> RecipeTiles:
    if not report.tile_px or request.source is None:
        return RecipeTiles()
    tile = request.model.entry.tile
    plan = TilePlan.of(request.source.size, size, Tiling(report.tile_px, tile.overlap, tile.multiple_of))
    columns, rows = (plan.columns, plan.rows) if plan.columns * plan.rows == report.tiles else (0, 0)
    return RecipeTiles(report.tile_px, tile.overlap, tile.multiple_of, columns, rows)
