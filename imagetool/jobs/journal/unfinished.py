"""A job that was killed: what is told of it, and how it is asked for again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imagetool import __version__
from imagetool.catalog.catalog import Catalog, CatalogModel
from imagetool.core.picture import MAX_PIXELS
from imagetool.jobs.journal.errors import JournalDamaged, JournalStale
from imagetool.jobs.journal.journal import LEDGER, SOURCE, Journal
from imagetool.jobs.journal.record import Record
from imagetool.jobs.recipe import sha256_of
from imagetool.jobs.request import PixelSource, Request
from imagetool.plugin.parameters import Params
from imagetool.plugin.tasks import Task

_MOST_TILES = 10**7


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What a killed process left behind; `done` of `total` tiles are there."""

    folder: Path
    record: Record
    done: int
    total: int

    @classmethod
    def of(cls, journal: Journal) -> Unfinished:
        """What lies in a journal.

        Raises:
            JournalDamaged: where it cannot be used.
        """
        record = journal.read()
        ledger = _file(journal.folder, LEDGER, np.dtype(np.uint32), _MOST_TILES)
        return cls(journal.folder, record, int(np.count_nonzero(ledger)), len(ledger))

    @property
    def task(self) -> Task:
        """What was being done."""
        return Task(self.record.facts.task)

    def model(self, catalog: Catalog) -> CatalogModel:
        """The model, if it is still the same.

        Raises:
            JournalStale: where it has changed.
            ImagetoolError: where it is not there any more.
        """
        facts = self.record.facts
        model = catalog.find(self.task, facts.model)
        now = (__version__, str(model.plugin.manifest.version), model.weights_sha256)
        names = ("imagetool", "plugin_version", "weights_sha256")
        changed = tuple(name for name, value in zip(names, now, strict=True) if getattr(facts, name) != value)
        if changed:
            raise JournalStale(changed)
        return model

    def pixels(self) -> NDArray[Any]:
        """The picture (H, W, 4) as the model was given it.

        Raises:
            JournalDamaged: where it does not lie there whole.
        """
        facts = self.record.facts
        dtype = np.dtype(facts.dtype)
        pixels = _file(self.folder, SOURCE, dtype, 4 * MAX_PIXELS)
        if not facts.source_size.pixels or len(pixels) != 4 * facts.source_size.pixels:
            raise JournalDamaged(self.folder.name, "the picture is not of the right size")
        shaped: NDArray[Any] = pixels.reshape(facts.source_size.height, facts.source_size.width, 4)
        if sha256_of(shaped) != facts.source_sha256:
            raise JournalDamaged(self.folder.name, "the picture is not whole")
        return shaped

    def request(self, model: CatalogModel, source: PixelSource) -> Request:
        """The same job once more, to go on where it stopped.

        Raises:
            ImagetoolError: where its parameters do not fit the model.
        """
        facts = self.record.facts
        return Request(
            model,
            Params.checked(model.entry.parameters, facts.params),
            facts.seed,
            source,
            device=facts.device,
            target=facts.target_size if self.task is Task.UPSCALE else None,
            precision=facts.precision,
            tile_px=facts.tile_px,
            resume=True,
            picture=self.record.picture,
        )

    def discard(self) -> None:
        """Deletes it, unless somebody carries it out by now."""
        try:
            journal = Journal.taken(self.folder)
        except OSError:
            return  # gone already
        if journal:
            journal.discard()


def _file(folder: Path, name: str, dtype: np.dtype[Any], most: int) -> NDArray[Any]:
    path = folder / f"{name}.pixels"
    try:
        if path.stat().st_size > most * dtype.itemsize:
            raise JournalDamaged(folder.name, f"the {name} is too large")
        return np.fromfile(path, dtype)
    except (OSError, MemoryError) as error:
        raise JournalDamaged(folder.name, str(error)) from None
