"""Inpainting models as methods that an evaluation compares: by the real worker, crop and paste."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from imagetool.catalog.catalog import Catalog, CatalogModel
from imagetool.cli.photos import Image, as_picture
from imagetool.cli.run import settings_of
from imagetool.cli.session import Session
from imagetool.core.compositing import Flattened, blend
from imagetool.core.document import Document
from imagetool.core.masks import feathered_rect
from imagetool.core.tiles import TiledImage
from imagetool.jobs.request import Request
from imagetool.plugin.errors import UnknownParameter
from imagetool.plugin.parameters import Params
from imagetool.plugin.tasks import Task
from imagetool.training.inpainting_evaluation import Method


@dataclass(frozen=True, slots=True)
class Entrant:
    """A model that is measured, and its parameters."""

    model: CatalogModel
    params: Params


def entrants_of(catalog: Catalog, options: argparse.Namespace) -> dict[str, Entrant]:
    """The models of `--model`, or the default one, by the names they have in a table.

    Each takes from `--set` the parameters that it has.

    Raises:
        UnknownParameter: where a parameter is one of no model.
    """
    models = [catalog.find(Task.INPAINT, name) for name in options.model or [None]]
    settings = settings_of(options.set)
    known = {parameter.id for model in models for parameter in model.entry.parameters}
    for key in settings:
        if key not in known:
            raise UnknownParameter(key, tuple(sorted(known)))
    short = [model.entry.id for model in {model.id: model for model in models}.values()]
    return {
        model.id if short.count(model.entry.id) > 1 else model.entry.id: Entrant(model, _params(model, settings))
        for model in models
    }


def methods_of(running: Session, entrants: Mapping[str, Entrant], seed: int) -> dict[str, Method]:
    """What fills a hole with each of the models, in the same order."""
    return {name: _method(running, entrant, seed) for name, entrant in entrants.items()}


def _params(model: CatalogModel, settings: Mapping[str, str]) -> Params:
    own = {parameter.id for parameter in model.entry.parameters}
    return Params.parsed(model.entry.parameters, {key: text for key, text in settings.items() if key in own})


def _method(running: Session, entrant: Entrant, seed: int) -> Method:
    """The model as the command line runs it: real worker, crop, paste."""

    def fill(image: Image, mask: Image) -> Image:
        document = Document(as_picture(image))
        plane = TiledImage.from_array(mask.copy())
        request = Request(entrant.model, entrant.params, seed, Flattened(document.state), plane)
        result = running.run(request)
        rect, coverage = feathered_rect(plane, softness_px=0)
        pixels = document.picture.pixels.copy()
        pixels[rect.slices] = blend(pixels[rect.slices], result.pixels, coverage)
        filled: Image = np.ascontiguousarray(pixels[..., :3])
        return filled

    return fill
