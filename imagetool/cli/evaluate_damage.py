"""`evaluate score --damaged`: how well a model finds the damage of photos that have been made old."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Iterator
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
from imagetool.core.files import check_target, write_picture
from imagetool.jobs.request import Request
from imagetool.plugin.parameters import Params
from imagetool.plugin.tasks import Task
from imagetool.training.ageing.aged import aged_by_name
from imagetool.training.ageing.marks import Plane
from imagetool.training.damage_evaluation import Finder, beside_what_was_found, evaluate, example, stacked, table
from imagetool.training.held_back import is_held_back
from imagetool.training.photos import load_photos

DEFAULT_MODEL = "damage"

MOST_SHOWN = 8
"""Photos on a sheet where --count does not say it."""


def evaluate_damage(options: argparse.Namespace) -> None:
    """Prints a table or JSON; with `--as-is` it only shows what is found in photos as they are."""
    places = Places.find()
    model = Catalog.scan(places).find(Task.SCORE, options.model or DEFAULT_MODEL)
    params = Params.parsed(model.entry.parameters, settings_of(options.set))
    if options.as_is and not options.sheet:
        raise UsageError("--as-is shows what is found and measures nothing. Say with --sheet where to write it.")
    if options.sheet:
        check_target(Path(options.sheet))
    photos = None if options.as_is else _held_back(options)
    with session(places) as running:
        find = _finder(running, model, params)
        if photos is None:
            shown = read_photos(chosen_photos(options.data, options.count or 0))
            _write(options.sheet, [beside_what_was_found(find, photo) for _, photo in shown])
            return
        figures = evaluate(find, _told(photos), options.seed)
        if options.sheet:
            chosen = _spread(photos, options.count or MOST_SHOWN)
            old = [aged_by_name(name, photo, options.seed) for name, photo in chosen]
            _write(options.sheet, [example(find, each) for each in old])
    facts = {"model": model.id, "seed": options.seed}
    print(json.dumps(facts | dataclasses.asdict(figures)) if options.json else table(figures))


def _held_back(options: argparse.Namespace) -> list[tuple[str, Image]]:
    """The photos of a folder that no damage is learned from, or some of them, evenly spread."""
    photos = [pair for pair in load_photos(Path(options.data), options.shards, 1) if is_held_back(pair[0])]
    if not photos:
        raise UsageError(
            f"No photo in “{options.data}” was held back from training. Give a folder with more photos."
        )
    return _spread(photos, options.count or len(photos))


def _spread(photos: list[tuple[str, Image]], count: int) -> list[tuple[str, Image]]:
    count = min(count, len(photos))
    return [photos[index * len(photos) // count] for index in range(count)]


def _told(photos: list[tuple[str, Image]]) -> Iterator[tuple[str, Image]]:
    """The same, while a line says how many are measured."""
    for place, (name, photo) in enumerate(photos):
        print(f"\r{place + 1} of {len(photos)}: {name}\x1b[K", end="", file=sys.stderr, flush=True)
        yield name, photo
    print("\r\x1b[K", end="", file=sys.stderr)


def _finder(running: Session, model: CatalogModel, params: Params) -> Finder:
    """The model as the command line runs it."""

    def find(photo: Image) -> Plane:
        document = Document(as_picture(photo))
        result = running.run(Request(model, params, 0, Flattened(document.state)))
        return np.clip(np.asarray(result.pixels[..., 0], np.float32), 0, 1)

    return find


def _write(path: str, rows: list[Image]) -> None:
    write_picture(Path(path), as_picture(stacked(rows)))
