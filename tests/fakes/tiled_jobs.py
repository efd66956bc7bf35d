"""Jobs in tiles on a small picture, and hosts that are killed in the middle of one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from imagetool.catalog.catalog import CatalogModel
from imagetool.core.compositing import Flattened
from imagetool.core.document import Document
from imagetool.core.picture import Picture, Pixels
from imagetool.jobs.journal.journal import LEDGER, RESULT, SEAMS
from imagetool.jobs.request import Request
from imagetool.jobs.running import Running
from imagetool.plugin.parameters import Params
from tests.fakes.requests import MANIFEST, fake_model, picture

TILES = 12
MANIFEST_OF_A_FILTER = (
    MANIFEST.replace("inpaint", "filter")
    + """
tile = { size = 32, overlap = 4 }
[[model.param]]
id = "amount"
type = "float"
label = "Amount"
min = 0.0
max = 1.0
default = 0.5
"""
)


def tiled(
    pixels: Pixels | None = None, model: CatalogModel | None = None, amount: float = 0.5, **more: Any
) -> Request:
    """A request to filter a picture of 64 x 48 pixels in 12 tiles; one that is resumed if nothing else is said."""
    shown = picture() if pixels is None else pixels
    source = Flattened(Document(Picture.of(shown.copy())).state)
    asked = Request(model or fake_model(MANIFEST_OF_A_FILTER), Params({"amount": amount}), 1, source, resume=True)
    return replace(asked, **more)


def work(running: Running, tiles: int) -> None:
    """What a worker does: some of the tiles, one after the other."""
    result, seams, ledger = (running.lending.get(name) for name in (RESULT, SEAMS, LEDGER))
    assert result
    assert seams
    assert ledger
    assert running.cutting
    for index in range(tiles):
        result.array[running.cutting.plan.tiles[index].core.slices] = index + 1
        ledger.array[index] = 1000 + index
    seams.array[...] = 7


def kill(running: Running) -> None:
    """The end of a process that was killed: its locks are free, its private pixels gone, its journal is there."""
    lending = running.lending
    if lending.journal:
        lending.journal.leave()
    lending.journal = None
    lending._kept.clear()
    running.release()


def done_tiles(running: Running) -> list[int]:
    """What stands in the ledger."""
    ledger = running.lending.get(LEDGER)
    assert ledger
    return [int(number) for number in np.asarray(ledger.array)]
