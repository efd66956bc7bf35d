"""One writer at a time, also between processes; the system takes the lock back when its holder dies."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from imagetool.catalog.disk import writing
from imagetool.catalog.store.errors import StoreBusy

_POLL_S = 0.02

if sys.platform == "win32":
    import msvcrt

    def try_lock(file: IO[bytes]) -> bool:
        """Locks an open file for this process until it is closed; False where another one has it."""
        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def try_lock(file: IO[bytes]) -> bool:
        """Locks an open file for this process until it is closed; False where another one has it."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


class WriterLock:
    """Held by one thread of one process; that thread may take it again inside."""

    def __init__(self, path: Path, wait_s: float) -> None:
        self._path, self._wait_s = path, wait_s
        self._thread, self._depth = threading.RLock(), 0

    @contextmanager
    def held(self) -> Iterator[None]:
        """Waits a moment for other writers.

        Raises:
            StoreBusy: where one of them takes longer.
            DiskError: where the lock's file cannot be made.
        """
        until = time.monotonic() + self._wait_s
        if not self._thread.acquire(timeout=self._wait_s):
            raise StoreBusy
        try:
            if self._depth:
                yield from self._deeper()
            else:
                with self._opened() as file:
                    while not try_lock(file):
                        if time.monotonic() >= until:
                            raise StoreBusy
                        time.sleep(_POLL_S)
                    yield from self._deeper()
        finally:
            self._thread.release()

    def _opened(self) -> IO[bytes]:
        with writing("the list of plugins"):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            return self._path.open("ab")

    def _deeper(self) -> Iterator[None]:
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
