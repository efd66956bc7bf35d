"""`run TASK INPUT -o OUTPUT`: one job on one picture."""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from imagetool.catalog.catalog import Catalog, CatalogModel
from imagetool.catalog.places import Places
from imagetool.cli.errors import UsageError
from imagetool.cli.session import Session, session
from imagetool.cli.sizes import target_of
from imagetool.core.compositing import Flattened, blend
from imagetool.core.document import Document
from imagetool.core.files import check_target, read_mask, read_picture, resized_picture, write_picture
from imagetool.core.masks import feathered_rect
from imagetool.core.picture import Picture
from imagetool.core.tiles import TiledImage
from imagetool.jobs.request import Request, Result
from imagetool.plugin.parameters import Params
from imagetool.plugin.tasks import WORDS, Task


def run_task(options: argparse.Namespace) -> None:
    """Runs the model and writes the result; on any error no output file is left."""
    began = time.monotonic()
    places = Places.find()
    model = Catalog.scan(places).find(Task(options.task), options.model)
    params = Params.parsed(model.entry.parameters, settings_of(options.set))
    _check_options(options, model.entry.task)
    output = Path(options.output)
    check_target(output)
    picture = read_picture(Path(options.input))
    act = _enlarge if model.entry.task is Task.UPSCALE else _fill
    with session(places) as running:
        made, request, result = act(options, Choice(model, params), picture, running)
    write_picture(output, made)
    report = _report(request, result, output, time.monotonic() - began)
    print(json.dumps(report) if options.json else _sentence(model, report))


@dataclass(frozen=True, slots=True)
class Choice:
    """The model and its parameters."""

    model: CatalogModel
    params: Params


_Made: TypeAlias = tuple[Picture, Request, Result]


def _check_options(options: argparse.Namespace, task: Task) -> None:
    """An option that the task does not know would be ignored in silence."""
    if WORDS[task].needs_mask and not options.mask:
        raise UsageError(f"{task} needs --mask FILE, a picture that is white where it may paint.")
    if not WORDS[task].needs_mask and options.mask:
        raise UsageError(f"{task} takes no --mask.")
    if not WORDS[task].needs_mask and options.feather is not None:
        raise UsageError(f"{task} takes no --feather.")
    for name in ("scale", "size", "print"):
        if task is not Task.UPSCALE and getattr(options, name) is not None:
            raise UsageError(f"{task} takes no --{name}; the size stays as it is.")


def _fill(options: argparse.Namespace, choice: Choice, picture: Picture, running: Session) -> _Made:
    document = Document(picture)
    mask = TiledImage.from_array(read_mask(Path(options.mask), document.size))
    source = Flattened(document.state)
    request = Request(choice.model, choice.params, options.seed, source, mask, options.device)
    result = running.run(request)
    return _merged(document.picture, mask, options.feather or 0.0, result), request, result


def _enlarge(options: argparse.Namespace, choice: Choice, picture: Picture, running: Session) -> _Made:
    target = target_of(options, picture.size)
    check_target(Path(options.output), target.size)
    source = Flattened(Document(picture).state)
    request = Request(choice.model, choice.params, options.seed, source, device=options.device, target=target.size)
    result = running.run(request)
    return resized_picture(picture, result.pixels, target.dpi), request, result


def _merged(picture: Picture, mask: TiledImage, softness_px: float, result: Result) -> Picture:
    """The picture with the result laid in under the feathered mask; every other pixel is as it was."""
    rect, coverage = feathered_rect(mask, softness_px)
    pixels = picture.pixels.copy()
    pixels[rect.slices] = blend(pixels[rect.slices], result.pixels, coverage)
    return picture.with_pixels(pixels)


def settings_of(texts: list[str]) -> dict[str, str]:
    """The values of `--set KEY=VALUE`, as texts."""
    settings = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f"--set takes KEY=VALUE, not “{text}”.")
        settings[key] = value
    return settings


def _report(request: Request, result: Result, output: Path, seconds: float) -> dict[str, Any]:
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
        "peak_rss_mb": round(result.report.peak_rss_mb, 1),
        "size": [result.rect.width, result.rect.height],
        "output": str(output),
        "output_sha256": hashlib.sha256(output.read_bytes()).hexdigest(),
    }


def _sentence(model: CatalogModel, report: dict[str, Any]) -> str:
    words = WORDS[model.entry.task]
    return f"{words.past} with {model.entry.name} in {report['seconds']:.1f} s: {report['output']}"
