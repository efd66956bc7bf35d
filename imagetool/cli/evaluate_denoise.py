"""`evaluate denoise`: pictures made noisy, denoised again by the models and by their rivals."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

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
from imagetool.jobs.request import Request
from imagetool.plugin.parameters import Params
from imagetool.plugin.tasks import Task
from imagetool.training.denoising_evaluation import (
    CameraNoise,
    Compression,
    Damage,
    Floats,
    Method,
    Noise,
    as_eight_bit,
    as_floats,
    contact_sheet,
    evaluate,
    means,
    table,
    without_colour,
)
from imagetool.training.denoising_rivals import rival
from imagetool.training.noise_estimates import estimate_table, estimates
from imagetool.training.on_floats import OnFloats

SIGMAS_255 = (15.0, 25.0, 50.0)
"""What papers report."""

ESTIMATED_SIGMAS_255 = (0.0, 5.0, 10.0, 20.0, 30.0, 40.0, 50.0)
"""At which estimates of the noise are compared with it."""


CAMERA_QUALITY = 80
"""Of the JPEG that a simulated camera saves."""


def evaluate_denoising(options: argparse.Namespace) -> None:
    """Measures all models that denoise, or one of them, beside the classics and other people's checkpoints."""
    places = Places.find()
    chosen = _chosen(Catalog.scan(places), options)
    photos = chosen_photos(options.data, options.photos)
    settings = settings_of(options.set)
    if options.estimate:
        _print_estimates(chosen, settings, photos, options)
        return
    damages = _damages(options)
    rivals = {Path(name).name: rival(name) for name in options.rival}
    with _methods(places, chosen, settings, options) as ours:
        methods = {**rivals, **ours}
        rows = evaluate(methods, _truths(photos, options), damages)
        if options.sheet:
            sheets = [contact_sheet(name, photo, damages[-1], methods) for name, photo in _truths(photos, options)]
            write_picture(Path(options.sheet), as_picture(_stacked(sheets)))
    if options.json:
        print(_json({"means": means(rows), "rows": rows}))
    else:
        print(table(means(rows)))


def _chosen(catalog: Catalog, options: argparse.Namespace) -> tuple[CatalogModel, ...]:
    """The model that was asked for, or all that can be measured; other people's code runs in workers alone."""
    if not options.model:
        able = catalog.models_for(Task.DENOISE)
        return able if options.as_files else tuple(model for model in able if model.plugin.bundled)
    model = catalog.find(Task.DENOISE, options.model)
    if not (options.as_files or model.plugin.bundled):
        raise UsageError(
            f"“{model.id}” is not a part of imagetool and runs apart from it, where only files go. Add --as-files."
        )
    return (model,)


def _truths(photos: list[Path], options: argparse.Namespace) -> Iterator[tuple[str, Image]]:
    """The pictures that are to come out, by name."""
    for name, photo in read_photos(photos):
        yield name, without_colour(photo) if options.gray else photo


def _damages(options: argparse.Namespace) -> list[Damage]:
    named = options.sigmas or options.jpeg or options.camera
    noise = [Noise(sigma, options.as_files, options.gray) for sigma in (options.sigmas if named else SIGMAS_255)]
    camera = [CameraNoise(), CameraNoise(CAMERA_QUALITY)] if options.camera else []
    return [*noise, *(Compression(quality) for quality in options.jpeg), *camera]


@contextlib.contextmanager
def _methods(
    places: Places, models: Sequence[CatalogModel], settings: dict[str, str], options: argparse.Namespace
) -> Iterator[dict[str, Method]]:
    """The models by their ids, in workers or in this process."""
    ready = [(model, Params.parsed(model.entry.parameters, settings)) for model in models]
    if not options.as_files:
        yield {model.entry.id: OnFloats(model, params, "auto") for model, params in ready}
        return
    with session(places) as running:
        yield {model.entry.id: _in_worker(running, model, params, options.seed) for model, params in ready}


def _in_worker(running: Session, model: CatalogModel, params: Params, seed: int) -> Method:
    """The model as the command line runs it, on a picture of 8 bit."""

    def denoise(noisy: Floats, sigma_255: float | None) -> Floats:  # noqa: ARG001 - it is not told
        document = Document(as_picture(as_eight_bit(noisy)))
        result = running.run(Request(model, params, seed, Flattened(document.state)))
        return as_floats(np.ascontiguousarray(result.pixels[..., :3]))

    return denoise


def _print_estimates(
    models: Sequence[CatalogModel], settings: dict[str, str], photos: list[Path], options: argparse.Namespace
) -> None:
    """How far the noise levels that the models tell of are from the truth."""
    if not all(model.plugin.bundled for model in models):
        raise UsageError("--estimate measures models that are a part of imagetool. Name one with --model.")
    rows = []
    for model in models:
        told = OnFloats(model, _nothing_removed(model, settings), "auto")
        noises = [Noise(sigma, options.as_files) for sigma in options.sigmas or ESTIMATED_SIGMAS_255]
        rows += estimates(model.entry.id, told, read_photos(photos), noises)
    print(_json({"rows": rows}) if options.json else estimate_table(rows))


def _nothing_removed(model: CatalogModel, settings: dict[str, str]) -> Params:
    """What makes the model tell the noise level and do nothing else."""
    known = {parameter.id for parameter in model.entry.parameters}
    return Params.parsed(
        model.entry.parameters, {**settings, **{name: "0" for name in ("strength", "traces") if name in known}}
    )


def _json(report: dict[str, Sequence[Any]]) -> str:
    """Of parts with rows; what is infinite becomes null, because JSON has no word for it."""
    return json.dumps(
        {
            name: [
                {key: None if isinstance(it, float) and math.isinf(it) else it for key, it in row.items()}
                for row in map(dataclasses.asdict, part)
            ]
            for name, part in report.items()
        }
    )


def _stacked(sheets: list[Image]) -> Image:
    width = max(sheet.shape[1] for sheet in sheets)
    return np.vstack(
        [np.pad(sheet, ((0, 8), (0, width - sheet.shape[1]), (0, 0)), constant_values=255) for sheet in sheets]
    )
