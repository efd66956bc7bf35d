"""A job that has captured everything it needs, and what comes of it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from imagetool.catalog.catalog import CatalogModel
from imagetool.core.geometry import Rect, Size
from imagetool.core.picture import Pixels
from imagetool.core.tiles import TiledImage
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
        source: The picture.
        mask: Where to paint, for models that fill.
        device: "auto" or a device's name.
        target: Size of the result, for models that enlarge.
        job_id: Unique.
    """

    model: CatalogModel
    params: Params
    seed: int
    source: PixelSource
    mask: TiledImage | None = None
    device: str = "auto"
    target: Size | None = None
    job_id: str = field(default_factory=lambda: uuid.uuid4().hex)


@dataclass(frozen=True, slots=True)
class Report:
    """How a job was done."""

    device: str
    precision: str
    seconds: float
    tiles: int
    peak_rss_mb: float


@dataclass(frozen=True, eq=False, slots=True)
class Result:
    """What a model made: `pixels` (h, w, 4) in the document's depth.

    They cover `rect` of the picture, or of the larger picture where the model was to enlarge it.
    """

    rect: Rect
    pixels: Pixels
    report: Report
