"""A job that has captured everything it needs, and what comes of it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
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
        source: The picture; None for models that generate.
        mask: Where to paint, for models that fill.
        device: "auto" or a device's name.
        target: Size of the result, for models that enlarge or generate.
        hints: (H, W, 4) uint8, opaque where the user gave a colour, for models that colour.
        prompt: What the user pointed at, for models that select.
        count: How many pictures, for models that generate.
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
    job_id: str = field(default_factory=lambda: uuid.uuid4().hex)


@dataclass(frozen=True, slots=True)
class Report:
    """How a job was done."""

    device: str
    precision: str
    seconds: float
    tiles: int
    peak_rss_mb: float
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, slots=True)
class Result:
    """What a model made: `pixels` (h, w, 4) in the document's depth.

    They cover `rect` of the picture, or of the larger picture where the model was to enlarge it. A score is
    (H, W, 1) float32, a selection (H, W, 1) uint8, generated pictures are (count, H, W, 4) uint8.
    """

    rect: Rect
    pixels: NDArray[Any]
    report: Report
