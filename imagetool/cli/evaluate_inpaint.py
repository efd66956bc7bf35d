"""`evaluate inpaint`: holes in photos, filled by models and by their rivals."""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from imagetool.catalog.catalog import Catalog
from imagetool.catalog.places import Places
from imagetool.cli.errors import UsageError
from imagetool.cli.inpainting_methods import Entrant, entrants_of, methods_of
from imagetool.cli.photos import as_picture, chosen_photos, read_photos
from imagetool.cli.session import session
from imagetool.core.files import check_target, write_picture
from imagetool.core.geometry import Size
from imagetool.training.inpainting_evaluation import RIVALS, Method, Row, means, measured, table, trials, wins
from imagetool.training.inpainting_sheet import sheet_row, stacked
from imagetool.training.mask_sets import Masks, as_png, drawn, mask_path, of_folder
from imagetool.training.perceptual import check_measures


def evaluate_inpainting(options: argparse.Namespace) -> None:
    """Measures inpainting models against OpenCV's methods and prints a table or JSON; or writes masks alone."""
    photos = chosen_photos(options.data, options.photos)
    if options.write_masks:
        _write_masks(photos, options.masks, options.seed, Path(options.write_masks))
        return
    check_measures()
    places = Places.find()
    entrants = entrants_of(Catalog.scan(places), options)
    masks = of_folder(Path(options.mask_set)) if options.mask_set else drawn(options.seed)
    if options.sheet:
        check_target(Path(options.sheet))
    with session(places) as running:
        methods = {**RIVALS, **methods_of(running, entrants, options.seed)}
        rows = _rows(methods, photos, masks, options)
    averages = means(rows)
    first = next(iter(entrants))
    closest = {kind: list(wins(rows, first, kind)) for kind in options.masks}
    if options.json:
        print(json.dumps(_report(entrants, rows, averages, closest)))
        return
    print(table(averages))
    for kind, (won, of) in closest.items():
        print(f"\n{kind}: {first} has the texture closest to the truth on {won} of {of} photos", end="")
    print()


def _rows(
    methods: dict[str, Method], photos: Sequence[Path], masks: Masks, options: argparse.Namespace
) -> list[Row]:
    """Measures, and keeps the pictures of every trial where a sheet is wanted."""
    rows, pictures = [], []
    for done in trials(methods, read_photos(photos), options.masks, masks):
        rows += measured(done)
        if options.sheet:
            pictures.append(sheet_row(done))
    if options.sheet:
        write_picture(Path(options.sheet), as_picture(stacked(pictures)))
    return rows


def _write_masks(photos: Sequence[Path], kinds: Sequence[str], seed: int, folder: Path) -> None:
    """One file for each photo; nothing that is there is replaced."""
    there = next((path for photo in photos if (path := mask_path(folder, photo.stem)).exists()), None)
    if there:
        raise UsageError(f"“{there}” is there already; name an empty folder, or a new one.")
    masks = drawn(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for photo, image in read_photos(photos):
        size = Size(image.shape[1], image.shape[0])
        mask_path(folder, photo).write_bytes(as_png({kind: masks(kind, photo, size) for kind in kinds}))
    print(f"Masks for {len(photos)} photos: {folder}")


def _report(
    entrants: dict[str, Entrant], rows: Sequence[Row], averages: Sequence[Row], closest: dict[str, Any]
) -> dict[str, Any]:
    """The facts for `--json`; `model` is the first one, of which `closest_texture` tells."""
    ids = [entrant.model.id for entrant in entrants.values()]
    return {
        "model": ids[0],
        "models": ids,
        "means": [dataclasses.asdict(row) for row in averages],
        "closest_texture": closest,
        "rows": [dataclasses.asdict(row) for row in rows],
    }
