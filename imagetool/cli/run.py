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
from imagetool.cli.errors import UsageError
from imagetool.cli.session import session
from imagetool.core.compositing import Flattened, blend
from imagetool.core.document import Document
from imagetool.core.files import check_target, read_mask, read_picture, write_picture
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
    params = Params.parsed(model.entry.parameters, _settings(options.set))
    if WORDS[model.entry.task].needs_mask and not options.mask:
        raise UsageError(f"{options.task} needs --mask FILE, a picture that is white where it may paint.")
    output = Path(options.output)
    check_target(output)
    document = Document(read_picture(Path(options.input)))
    mask = TiledImage.from_array(read_mask(Path(options.mask), document.size))
    request = Request(model, params, options.seed, Flattened(document.state), mask, options.device)
    with session(places) as running:
        result = running.run(request)
    write_picture(output, _merged(document.picture, mask, options.feather, result))
    report = _report(request, result, output, time.monotonic() - began)
    print(json.dumps(report) if options.json else _sentence(model, report))


def _merged(picture: Picture, mask: TiledImage, softness_px: float, result: Result) -> Picture:
    """The picture with the result laid in under the feathered mask; every other pixel is as it was."""
    rect, coverage = feathered_rect(mask, softness_px)
    pixels = picture.pixels.copy()
    pixels[rect.slices] = blend(pixels[rect.slices], result.pixels, coverage)
    return picture.with_pixels(pixels)


def _settings(texts: list[str]) -> dict[str, str]:
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
        "weights_sha256": None,
        "device": result.report.device,
        "precision": result.report.precision,
        "seed": request.seed,
        "params": dict(request.params),
        "seconds": round(seconds, 3),
        "model_seconds": round(result.report.seconds, 3),
        "tiles": result.report.tiles,
        "peak_rss_mb": round(result.report.peak_rss_mb, 1),
        "output": str(output),
        "output_sha256": hashlib.sha256(output.read_bytes()).hexdigest(),
    }


def _sentence(model: CatalogModel, report: dict[str, Any]) -> str:
    words = WORDS[model.entry.task]
    return f"{words.past} with {model.entry.name} in {report['seconds']:.1f} s: {report['output']}"
