"""Makes a request ready for a worker: how it is cut into tiles, whether it is kept on the disk, and its pixels."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from imagetool.core.geometry import Rect
from imagetool.jobs.cutting import Cutting, tiling_of
from imagetool.jobs.device import Device
from imagetool.jobs.forecast import is_long, is_tiled
from imagetool.jobs.journal.errors import JournalDamaged, JournalError, NotKept
from imagetool.jobs.journal.facts import Facts
from imagetool.jobs.journal.journal import LEDGER, RESULT, SEAMS, SOURCE
from imagetool.jobs.journal.journals import Journals
from imagetool.jobs.journal.record import Record
from imagetool.jobs.ladder import Attempt
from imagetool.jobs.lending import Lending
from imagetool.jobs.measures import Measures
from imagetool.jobs.recipe import sha256_of
from imagetool.jobs.request import Request
from imagetool.wire.errors import NoRoomForPixels

_LEDGER_DTYPE = np.dtype(np.uint32)


@dataclass(frozen=True, slots=True)
class Equipment:
    """What jobs are made ready with.

    Attributes:
        journals: What is kept of long jobs; None where nothing is.
        measures: What models took before; None for what their manifests say.
        devices: What models can run on, as far as that is known; the one that “auto” means first.
    """

    journals: Journals | None = None
    measures: Measures | None = None
    devices: Sequence[Device] = ()


BARE = Equipment()
"""Nothing is kept, and nothing known."""


@dataclass(eq=False, slots=True)
class Preparation:
    """A job with all that is lent for it; on an error nothing is kept, if `lending` is closed.

    Attributes:
        request: In the way in which it is tried; `asked` is how it was asked for.
        form: Shape and dtype of the result.
        notes: What the user should know of it.
    """

    equipment: Equipment
    asked: Request
    request: Request
    form: tuple[tuple[int, ...], Any]
    lending: Lending
    notes: list[str] = field(default_factory=list)
    cutting: Cutting | None = None

    @property
    def resumed(self) -> int:
        """How many tiles are there already."""
        ledger = self.lending.get(LEDGER)
        return 0 if ledger is None else int(np.count_nonzero(ledger.array))

    def lend(self) -> None:
        """Takes the buffers of source and result, and, for a job in tiles, those of seams and ledger; fills them.

        Raises:
            NoRoomForPixels: where the buffers cannot be had.
        """
        if self._is_first and self.request.resume:
            self._find()
        self._cut()
        if self.lending.journal:
            try:
                self._take()
            except JournalDamaged as error:
                self._without_journal(error)
                self.request = self.asked
                self._cut()
        if self.lending.journal is None:
            self._begin()
        self._fill()

    @property
    def _is_first(self) -> bool:
        """Whether the job is tried as it was asked for: other attempts begin from the start."""
        asked, tried = self.asked, self.request
        return (asked.tile_px, asked.precision, asked.device) == (tried.tile_px, tried.precision, tried.device)

    def _find(self) -> None:
        """The journal of an earlier run, and the way in which that run tried it."""
        if self.equipment.journals is None or not is_tiled(self.request):
            return
        try:
            search = self.equipment.journals.find(self.asked)
        except JournalError as error:
            self.notes.append(str(error))
            return
        self.notes += [str(problem) for problem in search.problems]
        if search.journal and search.journal.record:
            self.lending.journal, way = search.journal, search.journal.record.attempt
            self.request = replace(self.request, tile_px=way.tile_px, precision=way.precision, device=way.device)

    def _cut(self) -> None:
        tiling = tiling_of(self.request, self.equipment.measures, self.equipment.devices)
        self.request = replace(self.request, tile_px=tiling.size_px)
        self.cutting = Cutting.of(self.request, tiling, self.form[0][-1])

    def _begin(self) -> None:
        """New buffers: on the disk where it is worth it and the disk takes them, else those of the pool."""
        try:
            if self.equipment.journals and self._is_worth_it:
                self.lending.journal = self.equipment.journals.begin(self.asked, self._bytes)
                self._take()
                return
        except (JournalError, OSError) as error:
            self._without_journal(error)
        except NoRoomForPixels:
            self._without_journal(NotKept("the disk is full"))
        self._take()
        if ledger := self.lending.get(LEDGER):
            ledger.array[...] = 0

    @property
    def _is_worth_it(self) -> bool:
        request, cutting = self.request, self.cutting
        if cutting is None:
            return False
        pixels = cutting.plan.size.pixels
        measures = self.equipment.measures
        seconds = measures.forecast(request, pixels, request.device).seconds if measures else None
        return self.asked.resume or is_long(len(cutting.plan.tiles), seconds, pixels)

    @property
    def _forms(self) -> dict[str, tuple[tuple[int, ...], Any]]:
        """Shapes and dtypes of what a long job keeps."""
        source, cutting, (_, dtype) = self.request.source, self.cutting, self.form
        forms = {RESULT: self.form}
        if source is not None:
            forms[SOURCE] = ((source.size.height, source.size.width, 4), source.dtype)
        if cutting is not None:
            forms[SEAMS] = ((cutting.seams_length,), dtype)
            forms[LEDGER] = ((len(cutting.plan.tiles),), _LEDGER_DTYPE)
        return forms

    @property
    def _bytes(self) -> int:
        return sum(int(np.prod(shape)) * np.dtype(dtype).itemsize for shape, dtype in self._forms.values())

    def _take(self) -> None:
        for name, (shape, dtype) in self._forms.items():
            self.lending.take_kept(name, shape, dtype)

    def _fill(self) -> None:
        """Copies the picture to where the worker reads it; what was found is written once more."""
        source, buffer, journal = self.request.source, self.lending.get(SOURCE), self.lending.journal
        if source is None or buffer is None:
            return
        source.read_into(Rect.of_size(source.size), buffer.array)
        if journal and journal.record is None and self.equipment.journals:
            try:
                facts = Facts.of(self.asked, sha256_of(buffer.array))
                way = Attempt(self.request.tile_px, self.request.precision, self.request.device)
                record = Record(facts, way, time.time(), self.asked.picture)
                self.equipment.journals.write(journal, record)
            except (JournalError, OSError) as error:
                self.notes.append(str(error) if isinstance(error, JournalError) else str(NotKept(str(error))))
        self.lending.rest()

    def _without_journal(self, error: JournalError | OSError) -> None:
        said = error if isinstance(error, JournalError) else NotKept(error.strerror or str(error))
        self.notes.append(str(said))
        self.lending.drop_journal()
