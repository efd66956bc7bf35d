"""The folder of one job: its record, and the pixels that outlive both processes."""

from __future__ import annotations

import math
import shutil
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import numpy as np

from imagetool.catalog.store.lock import try_lock
from imagetool.jobs.journal.errors import JournalDamaged, NotKept
from imagetool.jobs.journal.record import Record
from imagetool.wire.buffers import Buffer

SOURCE, RESULT, SEAMS, LEDGER = "source", "result", "seams", "ledger"
_LOCK = "lock"


class Journal:
    """Held by one thread of one process, until it is discarded or left; the system ends the hold of a dead one."""

    def __init__(self, folder: Path, lock: IO[bytes], record: Record | None = None) -> None:
        self.folder = folder
        self.record = record  # None until it is written
        self._lock = lock
        self._buffers: list[Buffer] = []
        self._found = record is not None

    @classmethod
    def taken(cls, folder: Path) -> Journal | None:
        """The journal of a folder, its record not read yet; None where somebody else has it.

        Raises:
            OSError: where the folder cannot be used, or has just gone.
        """
        lock = (folder / _LOCK).open("ab")
        if try_lock(lock) and (folder / _LOCK).exists():
            return cls(folder, lock)
        lock.close()
        return None

    def read(self) -> Record:
        """The record that lies in the folder; from now on the buffers are those that are there.

        Raises:
            JournalDamaged: where it cannot be read.
        """
        try:
            self.record = Record.read(self.folder)
        except FileNotFoundError:
            raise JournalDamaged(self.folder.name, "it was never begun") from None
        except (OSError, ValueError) as error:
            raise JournalDamaged(self.folder.name, str(error)) from None
        self._found = True
        return self.record

    def buffer(self, name: str, shape: tuple[int, ...], dtype: Any) -> Buffer:
        """The pixels of that name: those that were kept, or new ones, all 0.

        Raises:
            JournalDamaged: where those that were kept are not of that size.
            NoRoomForPixels: where there is no space for new ones.
        """
        needed = max(1, math.prod(shape) * np.dtype(dtype).itemsize)
        try:
            buffer = Buffer(self.folder / f"{name}.pixels", needed, found=self._found)
        except OSError as error:
            raise JournalDamaged(self.folder.name, error.strerror or str(error)) from None
        self._buffers.append(buffer)
        return buffer.shaped(shape, dtype)

    def write(self, record: Record) -> None:
        """Keeps the record; only a journal with one is ever resumed.

        Raises:
            NotKept: where the disk does not take it.
        """
        record.write(self.folder)
        self.record = record

    def computed_in(self, precision: str) -> None:
        """From now on the tiles are computed in this precision, also once the job is resumed.

        Raises:
            NotKept: where the disk does not take it.
        """
        if self.record and self.record.attempt.precision != precision:
            self.write(replace(self.record, attempt=replace(self.record.attempt, precision=precision)))

    def leave(self) -> None:
        """Keeps everything and lets others have it. Arrays taken from the buffers must be gone."""
        while self._buffers:
            self._buffers.pop().let_go()
        self._lock.close()

    def discard(self) -> None:
        """Deletes everything. Arrays taken from the buffers must be gone."""
        while self._buffers:
            self._buffers.pop().let_go()
        shutil.rmtree(self.folder, ignore_errors=True)
        self._lock.close()
        shutil.rmtree(self.folder, ignore_errors=True)  # where an open file cannot be deleted


def begun(folder: Path) -> Journal:
    """A new journal in a folder of its own.

    Raises:
        NotKept: where the folder cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True)
        journal = Journal.taken(folder)
    except OSError as error:
        raise NotKept(error.strerror or str(error)) from None
    if journal is None:
        raise NotKept("the folder is in use")
    return journal
