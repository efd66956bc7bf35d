"""How fast a worker may talk, and how long it may take to listen."""

from __future__ import annotations

import os
import select
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, BinaryIO

from imagetool.wire.messages import Preview, Progress

BYTES_PER_S = 2_000_000
BURST_BYTES = 4_000_000
ROOM_BYTES = 1024 * 1024
PATIENCE_S = 3.0
READ_COSTS_BYTES = 2_000  # of the channel; a message is two reads
PER_S: dict[type, int] = {Progress: 50, Preview: 20}  # of these messages in the long run; at once, twice as many


class PacedStream:
    """The channel, read no faster than a worker has things to say; one that says more waits until it is heard.

    Reading waits until `over` is set; from then on nothing is held back, because what is left is soon read.
    """

    def __init__(
        self, stream: BinaryIO, over: threading.Event, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream, self._over, self._clock = stream, over, clock
        self._credit = float(BURST_BYTES)
        self._counted_at = clock()

    def read(self, size: int) -> bytes:
        """The next bytes."""
        now = self._clock()
        self._credit = min(BURST_BYTES, self._credit + (now - self._counted_at) * BYTES_PER_S)
        self._counted_at = now
        if self._credit < 0:
            self._over.wait(-self._credit / BYTES_PER_S)
        data = self._stream.read(size)
        self._credit -= len(data) + READ_COSTS_BYTES
        return data


class PatientPipe:
    """The way to a worker. It has room for a large message where the system gives it; else writing waits a while.

    A worker takes nothing for a second or two while it imports a large library, and one that is ill never again.
    """

    def __init__(self, pipe: BinaryIO, patience_s: float = PATIENCE_S) -> None:
        self._pipe, self._patience_s = pipe, patience_s
        if os.name == "posix":
            os.set_blocking(pipe.fileno(), False)
            _widen(pipe)

    def write(self, data: bytes) -> None:
        """Writes everything.

        Raises:
            BlockingIOError: where the worker takes nothing for too long; it has a part of the data then.
        """
        if os.name != "posix":
            self._pipe.write(data)
            return
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self._pipe.fileno(), rest) :]
            except BlockingIOError:
                if not select.select([], [self._pipe], [], self._patience_s)[1]:
                    raise

    def flush(self) -> None:
        """Nothing is kept back where pipes do not block."""
        if os.name != "posix":
            self._pipe.flush()


def _widen(pipe: BinaryIO) -> None:
    if sys.platform == "linux":
        import fcntl

        try:
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, ROOM_BYTES)
        except OSError:
            pass  # the user has too many wide ones already


class Sieve:
    """Lets through what somebody can still see: so much progress and so many previews a second."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._credit = {kind: 2.0 * per_s for kind, per_s in PER_S.items()}
        self._counted_at = clock()

    def passes(self, message: Any) -> bool:
        """Whether the message is to be told; of other kinds than those two every one is."""
        kind = type(message)
        if kind not in self._credit:
            return True
        now = self._clock()
        for each, credit in self._credit.items():
            self._credit[each] = min(2.0 * PER_S[each], credit + (now - self._counted_at) * PER_S[each])
        self._counted_at = now
        if self._credit[kind] < 1:
            return False
        self._credit[kind] -= 1
        return True
