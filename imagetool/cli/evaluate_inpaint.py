"""`evaluate inpaint`: holes drawn into photos, filled by the model and by its rivals."""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from imagetool.catalog.catalog import Catalog, CatalogModel
from imagetool.catalog.places import Places
from imagetool.cli.photos import Image, as_picture, chosen_photos, read_photos
from imagetool.cli.session import Session, session
from imagetool.core.compositing import Flattened, blend
from imagetool.core.document import Document
from imagetool.core.files import write_picture
from imagetool.core.masks import feathered_rect
from imagetool.core.tiles import TiledImage
from imagetool.jobs.request import Request
from imagetool.plugin.parameters import Params
from imagetool.plugin.tasks import Task
from imagetool.training.inpainting_evaluation import (
    RIVALS,
    Method,
    contact_sheet,
    evaluate,
    mask_for,
    means,
    table,
    wins,
)


def evaluate_inpainting(options: argparse.Namespace) -> None:
    """Measures an inpainting model against OpenCV's methods and prints a table or JSON."""
    places = Places.find()
    model = Catalog.scan(places).find(Task.INPAINT, options.model)
    photos = chosen_photos(options.data, options.photos)
    with session(places) as running:
        methods: dict[str, Method] = {**RIVALS, model.entry.id: _method(running, model, options.seed)}
        rows = evaluate(methods, read_photos(photos), options.masks, options.seed)
        if options.sheet:
            sheet = _sheet(photos, options.masks, options.seed, methods)
            write_picture(Path(options.sheet), as_picture(sheet))
    averages = means(rows)
    closest = {kind: list(wins(rows, model.entry.id, kind)) for kind in options.masks}
    if options.json:
        print(json.dumps(_report(model, rows, averages, closest)))
        return
    print(table(averages))
    for kind, (won, of) in closest.items():
        print(f"\n{kind}: {model.entry.id} has the texture closest to the truth on {won} of {of} photos", end="")
    print()


def _method(running: Session, model: CatalogModel, seed: int) -> Method:
    """The model as the command line runs it: real worker, crop, paste."""
    params = Params.parsed(model.entry.parameters, {})

    def fill(image: Image, mask: Image) -> Image:
        document = Document(as_picture(image))
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
    for name, image in read_photos(photos):
        rows += [contact_sheet(image, mask_for(kind, name, image, seed), methods) for kind in kinds]
    width = max(row.shape[1] for row in rows)
    return np.vstack(
        [np.pad(row, ((0, 8), (0, width - row.shape[1]), (0, 0)), constant_values=255) for row in rows]
    )


def _report(model: CatalogModel, rows: list[Any], averages: list[Any], closest: dict[str, Any]) -> dict[str, Any]:
    return {
        "model": model.id,
        "means": [dataclasses.asdict(row) for row in averages],
        "closest_texture": closest,
        "rows": [dataclasses.asdict(row) for row in rows],
    }
