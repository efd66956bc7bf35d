"""`evaluate inpaint --removals`: real things taken out of photos, in one picture to be looked at."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from imagetool.catalog.catalog import Catalog
from imagetool.catalog.places import Places
from imagetool.cli.errors import UsageError
from imagetool.cli.inpainting_methods import entrants_of, methods_of
from imagetool.cli.photos import Image, as_picture, read_photo
from imagetool.cli.session import session
from imagetool.core.files import check_target, read_mask, write_picture
from imagetool.core.geometry import Size
from imagetool.training.inpainting_evaluation import RIVALS, Method, Trial, trial
from imagetool.training.inpainting_sheet import sheet_row, shown_rect, stacked
from imagetool.training.removals import Removal, read_removals


def show_removals(options: argparse.Namespace) -> None:
    """Writes a sheet of what models make of the removals, and prints how long each took."""
    if not options.sheet:
        raise UsageError("What a removal looks like is not measured but seen. Name a picture with --sheet FILE.")
    check_target(Path(options.sheet))
    removals = read_removals(Path(options.removals))
    places = Places.find()
    entrants = entrants_of(Catalog.scan(places), options)
    with session(places) as running:
        methods = {**RIVALS, **methods_of(running, entrants, options.seed)}
        shown = list(_shown(methods, Path(options.data), removals))
    write_picture(Path(options.sheet), as_picture(stacked([row for row, _ in shown])))
    _print([done for _, done in shown], removals, as_json=options.json)


def _shown(methods: dict[str, Method], data: Path, removals: Iterable[Removal]) -> Iterator[tuple[Image, Trial]]:
    for number, removal in enumerate(removals, 1):
        print(f"\r{number}: {removal.name}\x1b[K", end="", file=sys.stderr, flush=True)
        image = read_photo(data / removal.photo)
        mask = read_mask(removal.mask, Size(image.shape[1], image.shape[0]))
        done = trial(methods, removal.name, removal.difficulty, image, mask)
        title = f"{number}. {removal.what} ({removal.difficulty}), {removal.photo}"
        yield sheet_row(done, title, shown_rect(mask)), done
    print("\r\x1b[K", end="", file=sys.stderr)


def _print(trials: list[Trial], removals: tuple[Removal, ...], *, as_json: bool) -> None:
    if as_json:
        rows = [
            {"name": it.name, "what": it.what, "difficulty": it.difficulty, "seconds": dict(done.seconds)}
            for it, done in zip(removals, trials, strict=True)
        ]
        print(json.dumps({"removals": rows}))
        return
    names = list(trials[0].seconds)
    print("| removal | what | difficulty |" + "".join(f" {name} s |" for name in names))
    print("|---" * (3 + len(names)) + "|")
    for removal, done in zip(removals, trials, strict=True):
        seconds = "".join(f" {done.seconds[name]:.2f} |" for name in names)
        print(f"| {removal.name} | {removal.what} | {removal.difficulty} |{seconds}")
