"""What a worker printed, as much of the end as is worth keeping."""

from __future__ import annotations

import threading
from collections import deque
from typing import BinaryIO

MAX_BYTES = 256 * 1024
_CHUNK_BYTES = 64 * 1024


class BoundedLog:
    """Keeps the last bytes written to it; may be used by several threads."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._chunks: deque[bytes] = deque()
        self._held = 0
        self._lock = threading.Lock()

    def write(self, chunk: bytes) -> None:
        """Appends bytes and forgets the oldest ones."""
        with self._lock:
            self._chunks.append(chunk)
            self._held += len(chunk)
            while self._held - len(self._chunks[0]) >= self._max_bytes:
                self._held -= len(self._chunks.popleft())

    def drain(self, stream: BinaryIO) -> None:
        """Appends everything a stream has until it ends. Runs on a thread of its own."""
        with stream:
            while chunk := stream.read1(_CHUNK_BYTES):  # type: ignore[attr-defined]
                self.write(chunk)

    def text(self) -> str:
        """What is kept, decoded as far as it goes."""
        with self._lock:
            return b"".join(self._chunks)[-self._max_bytes :].decode("utf-8", "replace").strip()
