"""Whether a picture in tiles looks like the same picture in one piece."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from imagetool.catalog.catalog import CatalogModel
from imagetool.core.geometry import Size
from imagetool.jobs.conformance.bench import Bench
from imagetool.jobs.conformance.explanations import why_failed
from imagetool.jobs.conformance.pictures import Sight, job_on
from imagetool.jobs.conformance.report import Verdict, failed, passed, skipped, warning
from imagetool.plugin.model_entry import TileEntry
from imagetool.plugin.tasks import Task

_STEP_PX = 48
_ONE_PIECE_PX = 16_384
_SEEN, _PLAIN = 2 / 255, 8 / 255  # of the range: the least that an eye finds, and what nobody misses


def seamless(bench: Bench) -> Verdict:
    """Compares two tilings of a picture of 16 bit, which is computed in full precision."""
    if not bench.tiled:
        return skipped("It is given the whole picture.")
    entry = bench.model.entry
    step = max(_STEP_PX, entry.tile.multiple_of)
    sight = Sight(Size(2 * step + step // 2 + 11, step + 13), dtype="uint16")
    small = _with_tiles(bench.model, 2 * entry.tile.overlap + step)
    whole = _with_tiles(bench.model, _ONE_PIECE_PX)
    results = []
    for model in (small, whole):
        outcome = bench.trials.run(job_on(model, sight))
        if outcome.error:
            return why_failed(outcome, f"On a picture of {sight.size} in tiles")
        results.append(outcome.ended.pixels.astype(np.float64))
    in_tiles, in_one = results
    spread = float(np.ptp(in_one)) if bench.task is Task.SCORE else float(np.iinfo(np.uint16).max)
    worst = float(np.abs(in_tiles - in_one).max()) / (spread or 1.0)
    if worst <= _SEEN:
        return passed(f"In tiles and in one piece it looks the same (up to {worst:.2%} of the range).")
    told = (
        f"Cut into tiles the result differs by up to {worst:.1%} of the range, with tile.overlap = "
        f"{entry.tile.overlap}."
    )
    fix = (
        "Make tile.overlap as large as the network looks around a pixel (its receptive field). Where it measures "
        "the whole picture (a mean, a normalisation, attention over everything), write whole = true."
    )
    return failed(told, fix) if worst > _PLAIN else warning(told, fix)


def _with_tiles(model: CatalogModel, size_px: int) -> CatalogModel:
    tile = TileEntry(size_px, model.entry.tile.overlap, model.entry.tile.multiple_of)
    return CatalogModel(model.plugin, replace(model.entry, tile=tile))
