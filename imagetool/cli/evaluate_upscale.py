"""`evaluate upscale`: pictures made smaller, enlarged again by the models and by their rivals."""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path

import numpy as np

from imagetool.catalog.catalog import Catalog, CatalogModel
from imagetool.catalog.places import Places
from imagetool.cli.errors import UsageError
from imagetool.cli.photos import Image, as_picture, chosen_photos, read_photos
from imagetool.cli.run import settings_of
from imagetool.cli.session import Session, session
from imagetool.core.compositing import Flattened
from imagetool.core.document import Document
from imagetool.core.files import write_picture
from imagetool.core.geometry import Size
from imagetool.jobs.request import Request
from imagetool.plugin.parameters import Params
from imagetool.plugin.tasks import Task
from imagetool.training.rivals import third_party
from imagetool.training.upscaling_evaluation import (
    RIVALS,
    Method,
    contact_sheet,
    enlarged_sheet,
    evaluate,
    means,
    table,
)


def evaluate_upscaling(options: argparse.Namespace) -> None:
    """Measures all models that enlarge, or one of them, beside the classics and other people's checkpoints."""
    places = Places.find()
    catalog = Catalog.scan(places)
    chosen = [catalog.find(Task.UPSCALE, options.model)] if options.model else catalog.models_for(Task.UPSCALE)
    photos = chosen_photos(options.data, options.photos)
    methods: dict[str, Method] = {**RIVALS, **{Path(file).name: third_party(Path(file)) for file in options.rival}}
    if options.as_is and not options.sheet:
        raise UsageError(
            "--as-is measures nothing, because there is no truth. Add --sheet FILE to see the pictures."
        )
    with session(places) as running:
        for model in chosen:
            params = Params.parsed(model.entry.parameters, settings_of(options.set))
            methods[model.entry.id] = _method(running, model, params, options.seed)
        rows = (
            [] if options.as_is else evaluate(methods, read_photos(photos), options.scales, as_worn=options.worn)
        )
        if options.sheet:
            scale = max(options.scales)
            draw = enlarged_sheet if options.as_is else contact_sheet
            sheets = [draw(photo, scale, methods) for _, photo in read_photos(photos)]
            write_picture(Path(options.sheet), as_picture(_stacked(sheets)))
    if options.as_is:
        print(f"From left to right: the picture, {', '.join(methods)}.")
        return
    if options.json:
        report = {"means": means(rows), "rows": rows}
        print(json.dumps({name: [dataclasses.asdict(row) for row in part] for name, part in report.items()}))
    else:
        print(table(means(rows)))


def _method(running: Session, model: CatalogModel, params: Params, seed: int) -> Method:
    """The model as the command line runs it: in its worker."""

    def enlarge(image: Image, scale: int) -> Image:
        document = Document(as_picture(image))
        target = Size(image.shape[1] * scale, image.shape[0] * scale)
        result = running.run(Request(model, params, seed, Flattened(document.state), target=target))
        return np.ascontiguousarray(result.pixels[..., :3])

    return enlarge


def _stacked(sheets: list[Image]) -> Image:
    width = max(sheet.shape[1] for sheet in sheets)
    return np.vstack(
        [np.pad(sheet, ((0, 8), (0, width - sheet.shape[1]), (0, 0)), constant_values=255) for sheet in sheets]
    )
