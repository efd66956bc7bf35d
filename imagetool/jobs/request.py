"""A job that has captured everything it needs, and what comes of it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from imagetool.catalog.catalog import CatalogModel
from imagetool.core.geometry import Rect, Size
from imagetool.core.picture import Pixels
from imagetool.core.tiles import TiledImage
from imagetool.plugin.models import Prompt
from imagetool.plugin.parameters import Params


class PixelSource(Protocol):
    """A picture that can be read in pieces, from any thread."""

    @property
    def size(self) -> Size:
        """Width and height in pixels."""
        ...

    @property
    def dtype(self) -> np.dtype[Any]:
        """uint8 or uint16."""
        ...

    def read_into(self, rect: Rect, out: Pixels) -> None:
        """Writes the straight-alpha RGBA pixels of `rect` into `out` (h, w, 4)."""
        ...


@dataclass(frozen=True, eq=False, slots=True)
class Request:
    """One model to be run once. Made by the caller's thread, read by the runner's; nothing in it changes.

    Attributes:
        model: Who does it.
        params: The values of its form.
        seed: Of every random choice.
        source: The picture. None for models that generate, unless they are to make more like it (`variations`).
        mask: Where to paint, for models that fill.
        device: "auto" or a device's name.
        target: Size of the result, for models that enlarge or generate; more like a picture has its size.
        hints: (H, W, 4) uint8, opaque where the user gave a colour, for models that colour, and for those that
            fill and take `guides`.
        prompt: What the user pointed at, for models that select.
        count: How many pictures, for models that generate.
        precision: What to compute in, as `Report.precision` names it; empty for the best that is sound.
        tile_px: Side of the tiles; 0 for the largest that fits.
        resume: Whether to go on where an earlier process was killed with the same job; it is kept in any case.
        picture: The file that the picture was read from, for whoever goes on with the job after a crash.
        job_id: Unique.
    """

    model: CatalogModel
    params: Params
    seed: int
    source: PixelSource | None
    mask: TiledImage | None = None
    device: str = "auto"
    target: Size | None = None
    hints: NDArray[np.uint8] | None = None
    prompt: Prompt | None = None
    count: int = 1
    precision: str = ""
    tile_px: int = 0
    resume: bool = False
    picture: Path | None = None
    job_id: str = field(default_factory=lambda: uuid.uuid4().hex)


@dataclass(frozen=True, slots=True)
class Report:
    """How a job was done.

    Attributes:
        device: Kind of the device, such as `cpu`.
        precision: What it was computed in.
        seconds: Of the worker, from the job's arrival to its answer.
        tiles: How many, or how many crops.
        peak_rss_mb: The worker's largest resident set during the job, in 10**6 bytes.
        figures: Numbers that the model tells.
        base_rss_mb: The worker's resident set before the first tile, with the model loaded.
        gpu_peak_mb: The same of a graphics card's memory, at most.
        tile_px: Side of the tiles; 0 where there were none.
        notes: What was done otherwise than it was begun, each a sentence.
        resumed: How many of the tiles an earlier process had made.
    """

    device: str
    precision: str
    seconds: float
    tiles: int
    peak_rss_mb: float
    figures: Mapping[str, float] = field(default_factory=dict)
    base_rss_mb: float = 0.0
    gpu_peak_mb: float = 0.0
    tile_px: int = 0
    notes: tuple[str, ...] = ()
    resumed: int = 0


@dataclass(frozen=True, eq=False, slots=True)
class Result:
    """What a model made: `pixels` (h, w, 4) in the document's depth.

    They cover `rect` of the picture, or of the larger picture where the model was to enlarge it. A score is
    (H, W, 1) float32, a selection (H, W, 1) uint8, generated pictures are (count, H, W, 4) uint8.
    """

    rect: Rect
    pixels: NDArray[Any]
    report: Report


@dataclass(frozen=True, eq=False, slots=True)
class Partial:
    """What a job had made when it was stopped: of `pixels`, only the rectangles `done` hold anything.

    They count in pixels of the result, as `Result.pixels` does; `total` is how many tiles there were to be.
    """

    pixels: NDArray[Any]
    done: tuple[Rect, ...]
    total: int
