"""Requests to run some model on a small picture."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from imagetool.catalog.catalog import CatalogModel
from imagetool.catalog.plugins import Plugin
from imagetool.core.compositing import Flattened
from imagetool.core.document import Document
from imagetool.core.geometry import Rect, Size
from imagetool.core.picture import Picture, Pixels
from imagetool.core.tiles import TiledImage
from imagetool.jobs.request import Request
from imagetool.plugin.manifest import Manifest
from imagetool.plugin.parameters import Params, Value
from imagetool.plugin.tasks import Task

MANIFEST = """
manifest = 1
id       = "org.example.fake"
version  = "1.0"
name     = "Fake"
license  = "MIT"
kind     = "python"
[[model]]
id    = "fast"
name  = "Fast"
task  = "inpaint"
entry = "code:Model"
context_min_px = 8
"""
HOLE = Rect(20, 10, 30, 22)


MANIFEST_OF_AN_ENLARGER = (
    MANIFEST.replace("inpaint", "upscale") + "tile = { size = 96, overlap = 8, multiple_of = 4 }"
)


def fake_model(text: str = MANIFEST) -> CatalogModel:
    """A model that exists on paper only."""
    manifest = Manifest.parse(text, "The plugin “fake”")
    return CatalogModel(Plugin(manifest, Path("/nowhere/fake"), "", bundled=False), manifest.models[0])


def picture(dtype: Any = np.uint8, height: int = 48, width: int = 64) -> Pixels:
    """Opaque noise that is the same every time."""
    top = int(np.iinfo(dtype).max)
    pixels: Pixels = np.random.default_rng(5).integers(0, top, (height, width, 4), dtype, endpoint=True)
    pixels[..., 3] = top
    return pixels


def mask(hole: Rect = HOLE, height: int = 48, width: int = 64) -> TiledImage:
    """A mask with one rectangular hole."""
    plane = np.zeros((height, width), np.uint8)
    plane[hole.slices] = 255
    return TiledImage.from_array(plane)


def request(
    model: CatalogModel | None = None,
    params: Mapping[str, Value] | None = None,
    *,
    pixels: Pixels | None = None,
    hole: Rect = HOLE,
    seed: int = 1,
    device: str = "cpu",
) -> Request:
    """A request to fill a hole of a picture."""
    shown = picture() if pixels is None else pixels
    document = Document(Picture.of(shown))
    hidden = mask(hole, *shown.shape[:2])
    return Request(model or fake_model(), Params(params or {}), seed, Flattened(document.state), hidden, device)


def enlarging(
    model: CatalogModel | None = None,
    params: Mapping[str, Value] | None = None,
    *,
    pixels: Pixels | None = None,
    target: Size | None = None,
) -> Request:
    """A request to enlarge a picture, twice where nothing else is said."""
    shown = picture() if pixels is None else pixels
    source = Flattened(Document(Picture.of(shown)).state)
    wanted = target or Size(2 * source.size.width, 2 * source.size.height)
    return Request(
        model or fake_model(MANIFEST_OF_AN_ENLARGER), Params(params or {}), 1, source, None, "cpu", wanted
    )


def filtering(model: CatalogModel, params: Mapping[str, Value], pixels: Pixels, tile_px: int = 0) -> Request:
    """A request to filter a picture, with the model's own values where none are given."""
    values = Params.checked(model.entry.parameters, params)
    source = Flattened(Document(Picture.of(pixels)).state)
    return Request(model, values, 1, source, device="cpu", tile_px=tile_px)


def request_for(model: CatalogModel, params: Mapping[str, Value] | None = None) -> Request:
    """A request of the kind that a model is made for."""
    if model.entry.task is Task.UPSCALE:
        return enlarging(model, params)
    return request(model, params)  # noqa: S113 - ours, not the library of that name
