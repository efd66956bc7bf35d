"""`evaluate generate`: held-back pictures in bits, beside lossless files; new ones beside learned ones."""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imagetool.catalog.catalog import Catalog, CatalogModel
from imagetool.catalog.places import Places
from imagetool.cli.likelihoods import Likelihoods, scorer_of
from imagetool.cli.photos import as_picture
from imagetool.cli.run import settings_of
from imagetool.cli.session import Session, session
from imagetool.core.files import check_target, write_picture
from imagetool.core.geometry import Size
from imagetool.jobs.request import Request, Result
from imagetool.plugin.parameters import Params
from imagetool.plugin.tasks import Task
from imagetool.training.generation_evaluation import Row, file_rows, likeness, sheet, table, with_model
from imagetool.training.nearest import Neighbour, nearest
from imagetool.training.outliers import raw_bits
from imagetool.training.picture_sets import Divided, PictureSet, divided

BATCH = 16
"""Pictures that are drawn at once."""

DRAWN = 64
"""Pictures that are drawn where nothing else is said."""

_SINGLES = 3  # drawn alone, to see how long that takes


@dataclasses.dataclass(frozen=True, eq=False, slots=True)
class Drawn:
    """Pictures (N, side, side, 4) of a generator, and its seconds for each picture by the size of the batch."""

    pixels: NDArray[np.uint8]
    seconds: dict[int, float]


def evaluate_generating(options: argparse.Namespace) -> None:
    """Measures a model that makes pictures, and prints tables or JSON."""
    places = Places.find()
    catalog = Catalog.scan(places)
    model = catalog.find(Task.GENERATE, options.model)
    params = Params.parsed(model.entry.parameters, settings_of(options.set))
    if options.sheet:
        check_target(Path(options.sheet))
    side_px = options.side or model.entry.tile.size
    data = divided(Path(options.data), options.shards, side_px)
    count = DRAWN if options.count is None else options.count
    with session(places) as running:
        report = {"model": model.id} | _measured(running, catalog, model, data.held_back.spread(options.photos))
        if count:
            size = Size(*data.held_back.pixels.shape[1:3])
            drawn = _drawn(running, Request(model, params, options.seed, None, target=size), count)
            report |= _beside_learned(drawn, data, options.sheet)
    print(json.dumps(_plain(report)) if options.json else _sentences(report))


def _measured(running: Session, catalog: Catalog, model: CatalogModel, held_back: PictureSet) -> dict[str, Any]:
    """Of the held-back pictures as the model sees them: what they take."""
    scorer = scorer_of(catalog, model)
    seen = held_back if scorer is None else held_back.seen_by(opacity=scorer.entry.opacity)
    bits = None
    if scorer is not None:
        params = Params.parsed(scorer.entry.parameters, {})
        bits = [raw_bits(scorer.id, told) for told in Likelihoods(running, scorer, params).of(seen.pixels)]
    count, side_px, _, channels = seen.pixels.shape
    facts = {"held_back": count, "side_px": side_px, "channels": channels}
    return {**facts, "rows": with_model(file_rows(seen), model.entry.id, bits)}


def _drawn(running: Session, one: Request, count: int) -> Drawn:
    """Pictures in batches; each batch has the seed that its first picture would have if they were drawn alone."""

    def run(seed: int, batch: int) -> Result:
        return running.run(dataclasses.replace(one, seed=seed, count=batch, job_id=f"{one.job_id}-{batch}-{seed}"))

    run(one.seed, 1)  # loads the model
    alone = [run(one.seed + number, 1).report.seconds for number in range(_SINGLES)]
    batches = [min(BATCH, count - begin) for begin in range(0, count, BATCH)]
    results = [run(one.seed + number * BATCH, batch) for number, batch in enumerate(batches)]
    full = [result.report.seconds for result in results if len(result.pixels) == batches[0]]
    pixels = np.concatenate([result.pixels for result in results])
    return Drawn(pixels, {1: median(alone), batches[0]: median(full) / batches[0]})


def _beside_learned(drawn: Drawn, data: Divided, path: str | None) -> dict[str, Any]:
    found = nearest(drawn.pixels, data.learned.pixels)
    told = likeness(found, data)
    if path:
        write_picture(Path(path), as_picture(sheet(drawn.pixels, found, data.learned.pixels, told)))
    return {"likeness": told, "nearest": _named(found, data.learned.names), "seconds_per_picture": drawn.seconds}


def _named(found: Sequence[Neighbour], names: Sequence[str]) -> list[dict[str, Any]]:
    return [{"name": names[it.index], **dataclasses.asdict(it)} for it in found]


def _plain(report: dict[str, Any]) -> dict[str, Any]:
    rows = {"rows": [dataclasses.asdict(row) for row in report["rows"]]}
    return report | rows | ({"likeness": dataclasses.asdict(report["likeness"])} if "likeness" in report else {})


def _sentences(report: dict[str, Any]) -> str:
    rows: list[Row] = report["rows"]
    size = f"{report['side_px']} × {report['side_px']} pixels with {report['channels']} values each"
    lines = [table(rows), "", f"{report['held_back']} held back, {size}"]
    if "likeness" in report:
        told = report["likeness"]
        lines.append(
            f"Distance to the nearest of {told.learned} learned pictures, median, in steps of 1/255: "
            f"{told.drawn:.1f} of what is drawn, {told.held_back:.1f} of what was held back; "
            f"{told.identical} of {len(report['nearest'])} identical"
        )
        times = report["seconds_per_picture"].items()
        lines += [f"{seconds:.3f} s per picture, {batch} at once" for batch, seconds in times]
    return "\n".join(lines)
