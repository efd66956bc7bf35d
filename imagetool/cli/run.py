"""`run TASK INPUT -o OUTPUT`: one job on one picture."""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from pathlib import Path
from typing import Any

from imagetool.catalog.catalog import Catalog, CatalogModel
from imagetool.catalog.places import Places
from imagetool.cli.adopting import adopt_dropped
from imagetool.cli.errors import UsageError
from imagetool.cli.preflight import Preflight
from imagetool.cli.recipes import AfterJob, Again, check_recipe_target, without_what_is_missing
from imagetool.cli.session import session
from imagetool.cli.tasks import ACTS, Choice, Made, picture_paths
from imagetool.core.errors import ImagetoolError
from imagetool.core.files import check_target, write_picture
from imagetool.core.picture import Picture
from imagetool.jobs.figures import BITS, figure_words
from imagetool.jobs.forecast import TILED
from imagetool.jobs.journal import Journals
from imagetool.jobs.measures import Measures
from imagetool.jobs.preparing import Equipment
from imagetool.plugin.parameters import Params
from imagetool.plugin.tasks import WORDS, Task


def run_task(options: argparse.Namespace) -> None:
    """Runs the model and writes the result; on any error no output file is left."""
    began = time.monotonic()
    places = Places.find()
    adopt_dropped(places)
    catalog = Catalog.scan(places)
    again = Again.read(options, catalog)
    model = catalog.find(Task(options.task), options.model)
    settings = settings_of(options.set)
    params = again.params(model, settings) if again else Params.parsed(model.entry.parameters, settings)
    check_options(options, model.entry.task)
    check_recipe_target(options)
    output = Path(options.output)
    many = options.count > 1
    _check_folder(output, options.count) if many else check_target(output)
    measures = Measures(places.home)
    preflight = Preflight(measures)
    equipment = Equipment(Journals(places.home / "jobs"), measures)
    with session(places, preflight, equipment) as running:
        act = ACTS[model.entry.task]
        made = without_what_is_missing(options, lambda: act(options, Choice(model, params), running))
    recipes = AfterJob(options, again, made)
    made = made.without_source()
    _write_folder(output, made.files) if many else write_picture(*made.files[0])
    report = {**_report(made, time.monotonic() - began, many=many), "expected": preflight.expected}
    report |= recipes.told() | {"log": [str(line) for line in running.logs.lines(made.request.job_id)]}
    print(json.dumps(report) if options.json else _sentence(model, report, output))


def check_options(options: argparse.Namespace, task: Task) -> None:
    """An option that the task does not know would be ignored in silence.

    Raises:
        UsageError: where one is missing or of another task.
    """
    if WORDS[task].needs_mask and not options.mask:
        raise UsageError(f"{task} needs --mask FILE, a picture that is white where it may paint.")
    for name, (able, why) in _OPTIONS_OF.items():
        if task not in able and _is_given(getattr(options, name)):
            raise UsageError(f"{task} takes no --{name.replace('_', '-')}{why}")
    if options.like and options.size:
        raise UsageError("What --like makes has the size of its picture. Leave --size out.")


def _is_given(value: object) -> bool:
    return value is True or value not in (None, [], 1, False)


_SIZE_STAYS = "; the size stays as it is."
_OPTIONS_OF: dict[str, tuple[tuple[Task, ...], str]] = {
    "mask": ((Task.INPAINT,), "."),
    "feather": ((Task.INPAINT,), "."),
    "scale": ((Task.UPSCALE,), _SIZE_STAYS),
    "size": ((Task.UPSCALE, Task.GENERATE), _SIZE_STAYS),
    "print": ((Task.UPSCALE,), _SIZE_STAYS),
    "hints": ((Task.COLORIZE, Task.INPAINT), "."),
    "count": ((Task.GENERATE,), "; it makes one picture."),
    "like": ((Task.GENERATE,), "."),
    "point": ((Task.SEGMENT,), "."),
    "not_point": ((Task.SEGMENT,), "."),
    "box": ((Task.SEGMENT,), "."),
    "resume": (tuple(TILED), "; it is not computed in tiles."),
}


def _check_folder(folder: Path, count: int) -> None:
    """Asked before a long job: nothing in the folder would be replaced.

    Raises:
        UsageError: where it is no folder, or a picture of such a name is there.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"“{folder}” is no folder; several pictures need one.")
    for path in picture_paths(folder, count):
        if path.exists():
            raise UsageError(f"“{path}” is there already; name an empty folder, or a new one.")


def _write_folder(folder: Path, files: tuple[tuple[Path, Picture], ...]) -> None:
    """All pictures or none; a folder that was not there goes again."""
    was_there = folder.is_dir()
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, picture in files:
            check_target(path)
            write_picture(path, picture)
            written.append(path)
    except (OSError, ImagetoolError) as error:
        for path in written:
            path.unlink(missing_ok=True)
        if not was_there and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
        if isinstance(error, ImagetoolError):
            raise
        raise UsageError(f"“{folder}” cannot be a folder for the pictures ({error.strerror or error}).") from None


def settings_of(texts: list[str]) -> dict[str, str]:
    """The values of `--set KEY=VALUE`, as texts."""
    settings = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f"--set takes KEY=VALUE, not “{text}”.")
        settings[key] = value
    return settings


def _report(made: Made, seconds: float, *, many: bool) -> dict[str, Any]:
    request, result = made.request, made.result
    paths = [str(path) for path, _ in made.files]
    hashes = [hashlib.sha256(path.read_bytes()).hexdigest() for path, _ in made.files]
    return {
        "model": request.model.id,
        "plugin": request.model.plugin.manifest.id,
        "plugin_version": str(request.model.plugin.manifest.version),
        "weights_sha256": request.model.weights_sha256,
        "device": result.report.device,
        "precision": result.report.precision,
        "seed": request.seed,
        "params": dict(request.params),
        "seconds": round(seconds, 3),
        "model_seconds": round(result.report.seconds, 3),
        "tiles": result.report.tiles,
        "resumed_tiles": result.report.resumed,
        "peak_rss_mb": round(result.report.peak_rss_mb, 1),
        "size": [result.rect.width, result.rect.height],
        "figures": dict(result.report.figures),
        **{name: value for name, value in result.report.figures.items() if name.startswith(BITS)},
        **made.extra,
        "output": paths if many else paths[0],
        "output_sha256": hashes if many else hashes[0],
    }


def _sentence(model: CatalogModel, report: dict[str, Any], output: Path) -> str:
    words = WORDS[model.entry.task]
    told = "".join(f", {words}" for words in figure_words(report["figures"]))
    again = f"\nAgain: {report['again']['said']}" if "again" in report else ""
    return f"{words.past} with {model.entry.name} in {report['seconds']:.1f} s{told}: {output}{again}"
