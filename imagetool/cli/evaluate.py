"""`evaluate TASK --data DIR`: the figures of a model card, measured beside its rivals in one run."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imagetool.catalog.catalog import Catalog, CatalogModel
from imagetool.catalog.places import Places
from imagetool.cli.errors import UsageError
from imagetool.cli.session import Session, session
from imagetool.core.compositing import Flattened, blend
from imagetool.core.document import Document
from imagetool.core.files import read_picture, write_picture
from imagetool.core.masks import feathered_rect
from imagetool.core.picture import Picture
from imagetool.core.tiles import TiledImage
from imagetool.jobs.request import Request
from imagetool.plugin.parameters import Params
from imagetool.plugin.tasks import Task
from imagetool.training.inpainting_evaluation import (
    RIVALS,
    Method,
    contact_sheet,
    mask_for,
    means,
    table,
    wins,
)
from imagetool.training.inpainting_evaluation import (
    evaluate as evaluate_methods,
)

Image = NDArray[np.uint8]
_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff"})


def evaluate(options: argparse.Namespace) -> None:
    """Measures an inpainting model against OpenCV's methods and prints a table or JSON."""
    places = Places.find()
    model = Catalog.scan(places).find(Task(options.task), options.model)
    photos = _chosen(Path(options.data), options.photos)
    with session(places) as running:
        methods: dict[str, Method] = {**RIVALS, model.entry.id: _method(running, model, options.seed)}
        rows = evaluate_methods(methods, _read(photos), options.masks, options.seed)
        if options.sheet:
            sheet = _sheet(photos, options.masks, options.seed, methods)
            write_picture(Path(options.sheet), _picture(sheet))
    averages = means(rows)
    closest = {kind: list(wins(rows, model.entry.id, kind)) for kind in options.masks}
    if options.json:
        print(json.dumps(_report(model, rows, averages, closest)))
        return
    print(table(averages))
    for kind, (won, of) in closest.items():
        print(f"\n{kind}: {model.entry.id} has the texture closest to the truth on {won} of {of} photos", end="")
    print()


def _chosen(folder: Path, count: int) -> list[Path]:
    """`count` photos of a folder, evenly spread over their sorted names; 0 takes all."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES)
    if not paths:
        raise UsageError(f"There are no photos in “{folder}”. Give a folder with PNG, JPEG, WebP or TIFF files.")
    if not 0 < count < len(paths):
        return paths
    return [paths[index * len(paths) // count] for index in range(count)]


def _read(paths: list[Path]) -> Iterator[tuple[str, Image]]:
    for place, path in enumerate(paths):
        print(f"\r{place + 1} of {len(paths)}: {path.name}\x1b[K", end="", file=sys.stderr, flush=True)
        yield path.stem, _rgb(path)
    print("\r\x1b[K", end="", file=sys.stderr)


def _rgb(path: Path) -> Image:
    pixels = read_picture(path).pixels[..., :3]
    eight = pixels if pixels.dtype == np.uint8 else (pixels >> 8).astype(np.uint8)
    return np.ascontiguousarray(eight)


def _method(running: Session, model: CatalogModel, seed: int) -> Method:
    """The model as the command line runs it: real worker, crop, paste."""
    params = Params.parsed(model.entry.parameters, {})

    def fill(image: Image, mask: Image) -> Image:
        document = Document(_picture(image))
        plane = TiledImage.from_array(mask.copy())
        request = Request(model, params, seed, Flattened(document.state), plane)
        result = running.run(request)
        rect, coverage = feathered_rect(plane, softness_px=0)
        pixels = document.picture.pixels.copy()
        pixels[rect.slices] = blend(pixels[rect.slices], result.pixels, coverage)
        filled: Image = np.ascontiguousarray(pixels[..., :3])
        return filled

    return fill


def _sheet(photos: list[Path], kinds: list[str], seed: int, methods: Mapping[str, Method]) -> Image:
    """One row of pictures per photo and kind of mask, all as wide as the narrowest fits."""
    rows = []
    for name, image in _read(photos):
        rows += [contact_sheet(image, mask_for(kind, name, image, seed), methods) for kind in kinds]
    width = max(row.shape[1] for row in rows)
    return np.vstack(
        [np.pad(row, ((0, 8), (0, width - row.shape[1]), (0, 0)), constant_values=255) for row in rows]
    )


def _picture(image: Image) -> Picture:
    opaque = np.full((*image.shape[:2], 1), 255, np.uint8)
    return Picture.of(np.concatenate([image, opaque], axis=2))


def _report(model: CatalogModel, rows: list[Any], averages: list[Any], closest: dict[str, Any]) -> dict[str, Any]:
    return {
        "model": model.id,
        "means": [dataclasses.asdict(row) for row in averages],
        "closest_texture": closest,
        "rows": [dataclasses.asdict(row) for row in rows],
    }
