"""The pixels of one job, lent to a worker: from the pool, or, where the job is kept, from its journal."""

from __future__ import annotations

from typing import Any

from imagetool.jobs.journal.journal import Journal
from imagetool.wire.buffers import Buffer, BufferPool


class Lending:
    """Everything that is lent for a job, by name; used by the runner's thread alone."""

    def __init__(self, pool: BufferPool) -> None:
        self._pool = pool
        self._pooled: dict[str, Buffer] = {}
        self._kept: dict[str, Buffer] = {}
        self.journal: Journal | None = None  # taken over: discarded when all is given back

    def get(self, name: str) -> Buffer | None:
        """The buffer of that name, if there is one."""
        return self._pooled.get(name) or self._kept.get(name)

    def take(self, name: str, shape: tuple[int, ...], dtype: Any) -> Buffer:
        """A buffer of the pool; its content is undefined.

        Raises:
            NoRoomForPixels: where it cannot be had.
        """
        self._pooled[name] = buffer = self._pool.take(shape, dtype)
        return buffer

    def take_kept(self, name: str, shape: tuple[int, ...], dtype: Any) -> Buffer:
        """A buffer that outlives this process, where the job has a journal; else one of the pool.

        Raises:
            NoRoomForPixels: where it cannot be had.
            JournalDamaged: where the journal's one cannot be used.
        """
        if self.journal is None:
            return self.take(name, shape, dtype)
        self._kept[name] = buffer = self.journal.buffer(name, shape, dtype)
        return buffer

    def rest(self) -> None:
        """Takes the pixels out of this process's memory; the worker has them now."""
        for buffer in (*self._pooled.values(), *self._kept.values()):
            buffer.rest()

    def give_back(self, *names: str) -> None:
        """Gives some of the pool's buffers back before the others; those of a journal stay until the end."""
        for name in names:
            if name in self._pooled:
                self._pool.give_back(self._pooled.pop(name))

    def drop_journal(self) -> None:
        """Discards the journal with its buffers."""
        self._kept.clear()
        if self.journal:
            self.journal.discard()
            self.journal = None

    def close(self) -> None:
        """Gives everything back; arrays taken from the buffers must be gone."""
        self.give_back(*tuple(self._pooled))
        self.drop_journal()
