"""All journals of this computer: begun, found again, offered, and deleted where they take too much of the disk."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from imagetool.catalog.disk import DiskError
from imagetool.catalog.plugins import Plugin
from imagetool.catalog.store.errors import StoreBusy
from imagetool.catalog.store.lock import WriterLock
from imagetool.jobs.journal.errors import JournalDamaged, JournalError, JournalStale, JournalTaken, NotKept
from imagetool.jobs.journal.facts import Facts
from imagetool.jobs.journal.journal import Journal, begun
from imagetool.jobs.journal.record import Record
from imagetool.jobs.journal.unfinished import Unfinished
from imagetool.jobs.process.disk_watch import held_bytes
from imagetool.jobs.request import Request

MOST_BYTES = 8_000_000_000
LEAST_FREE_BYTES = 1_000_000_000
_SHARED = "bundled"
_WAIT_S = 5.0


@dataclass(frozen=True, slots=True)
class Search:
    """What was found of an earlier run of a job, and what is to be said about what was not."""

    journal: Journal | None
    problems: tuple[JournalError, ...]


class Journals:
    """May be used by any thread and by several processes; those of each plugin lie in a folder of its own."""

    def __init__(self, root: Path, most_bytes: int = MOST_BYTES, least_free_bytes: int = LEAST_FREE_BYTES) -> None:
        self._root = root
        self._most_bytes, self._least_free_bytes = most_bytes, least_free_bytes
        self._lock = WriterLock(root / "lock", _WAIT_S)

    def folder_of(self, plugin: Plugin) -> Path:
        """Where the journals of a plugin's jobs lie: the one folder of them that its worker may reach."""
        return self._root / (_SHARED if plugin.shares_worker else plugin.manifest.id)

    def begin(self, request: Request, needed_bytes: int) -> Journal:
        """A journal for a job that has none; the oldest ones make room for it.

        Raises:
            NotKept: where there is no room, or nothing can be written.
        """
        with self._alone():
            self._make_room(needed_bytes)
            return begun(self.folder_of(request.model.plugin) / request.job_id)

    def write(self, journal: Journal, record: Record) -> None:
        """Keeps a new journal's record; an older journal of the same job is not needed any more.

        Raises:
            NotKept: where the disk does not take it.
        """
        journal.write(record)
        with self._alone():
            for other in self._taken(journal.folder.parent):
                try:
                    same = other.read().facts == record.facts
                except JournalDamaged:
                    same = False  # whoever looks for it will say so
                other.discard() if same else other.leave()

    def find(self, request: Request) -> Search:
        """What was kept of a job that was killed; what cannot be used any more is deleted. Reads all pixels.

        Raises:
            NotKept: where nothing can be read or written.
        """
        try:
            facts = Facts.of(request)
        except OSError as error:
            raise NotKept(error.strerror or str(error)) from None
        found: list[Journal] = []
        problems: list[JournalError] = []
        folder = self.folder_of(request.model.plugin)
        with self._alone():
            if self._is_taken(folder, facts):
                problems.append(JournalTaken())
            for journal in self._taken(folder):
                try:
                    kept = journal.read().facts
                except JournalDamaged as error:
                    journal.discard()
                    problems.append(error)
                    continue
                if kept == facts and not found:
                    found.append(journal)
                elif kept == facts or kept.is_older(facts):
                    journal.discard()
                    problems += [] if kept == facts else [JournalStale(kept.differs_in(facts))]
                else:
                    journal.leave()
        return Search(found[0] if found else None, tuple(problems))

    def unfinished(self) -> tuple[list[Unfinished], list[JournalError]]:
        """The jobs that were killed, the newest first; what cannot be used is deleted, and said.

        Raises:
            NotKept: where nothing can be read or written.
        """
        left: list[Unfinished] = []
        problems: list[JournalError] = []
        if not self._root.is_dir():
            return left, problems
        with self._alone():
            for folder in _folders(self._root):
                for journal in self._taken(folder):
                    try:
                        left.append(Unfinished.of(journal))
                        journal.leave()
                    except JournalDamaged as error:
                        journal.discard()
                        problems.append(error)
        return sorted(left, key=lambda one: -one.record.begun_at), problems

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time begins, looks and deletes.

        Raises:
            NotKept: where others take too long, or the folder cannot be written.
        """
        try:
            with self._lock.held():
                yield
        except StoreBusy:
            raise NotKept("another imagetool is busy with it") from None
        except DiskError as error:
            raise NotKept(str(error).rstrip(".")) from None

    def _taken(self, folder: Path) -> Iterator[Journal]:
        """All journals of a folder that nobody has, the newest first; each is to be left or discarded."""
        for path in sorted(_folders(folder), key=_begun_at, reverse=True):
            try:
                journal = Journal.taken(path)
            except OSError:
                continue  # not ours to read
            if journal:
                yield journal

    def _is_taken(self, folder: Path, facts: Facts) -> bool:
        """Whether somebody carries that job out right now."""
        for path in _folders(folder):
            try:
                if Record.read(path).facts != facts:
                    continue
            except (OSError, ValueError):
                continue  # whoever takes it will say so
            if journal := _taken_or_none(path):
                journal.leave()
            else:
                return True
        return False

    def _make_room(self, needed_bytes: int) -> None:
        try:
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            free = shutil.disk_usage(self._root).free
        except OSError as error:
            raise NotKept(error.strerror or str(error)) from None
        if needed_bytes > self._most_bytes:
            raise NotKept(f"it would take {needed_bytes / 1e9:.1f} GB")
        held = held_bytes([self._root])
        oldest = sorted((path for folder in _folders(self._root) for path in _folders(folder)), key=_begun_at)
        for path in oldest:
            if held + needed_bytes <= self._most_bytes and free - needed_bytes >= self._least_free_bytes:
                return
            taken = held_bytes([path])
            if (journal := _taken_or_none(path)) is not None:
                journal.discard()
                held, free = held - taken, free + taken
        if held + needed_bytes > self._most_bytes:
            raise NotKept("other jobs that were not finished take all the space there is for them")
        if free - needed_bytes < self._least_free_bytes:
            raise NotKept("the disk is nearly full")


def _folders(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.is_dir() and not path.is_symlink()]
    except OSError:
        return []


def _begun_at(folder: Path) -> float:
    """When a journal was begun: its folder's lock is made first and never written."""
    try:
        return (folder / "lock").stat().st_mtime
    except OSError:
        return 0.0


def _taken_or_none(folder: Path) -> Journal | None:
    try:
        return Journal.taken(folder)
    except OSError:
        return None
