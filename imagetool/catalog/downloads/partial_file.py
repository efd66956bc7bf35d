"""What has come so far of a file that is downloaded, so that trying again goes on from there."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
from collections.abc import Callable
from pathlib import Path

from imagetool.catalog.store.lock import try_lock

_CHUNK_BYTES = 2**20
_NOTES_MAX_BYTES = 16_384


class InUse(OSError):
    """Another process is writing the file."""


class PartialFile:
    """`x.part` beside the place where `x` shall lie, locked while it is open, with `x.part.json`.

    The notes say from which address the bytes are, how the server tells its versions of the file apart (its
    `ETag`, or else when it was changed), and how many bytes there will be. All methods raise `OSError`.
    """

    def __init__(self, to: Path, url: str) -> None:
        self._to = to
        self._address = hashlib.sha256(url.encode("utf-8")).hexdigest()  # it may hold a secret
        self.name, self.folder = to.name, to.parent
        self._path, self._notes = to.with_name(f"{to.name}.part"), to.with_name(f"{to.name}.part.json")
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
        self._file = io.FileIO(descriptor, "r+b")
        if not try_lock(self._file):
            self._file.close()
            raise InUse
        self._validator, self._total = self._read_notes()
        self.size = self._file.seek(0, os.SEEK_END)
        if not self._validator:
            self.size = 0

    @property
    def resumes(self) -> dict[str, str]:
        """The headers that ask for the rest only; none where all must come."""
        if not self.size:
            return {}
        return {"Range": f"bytes={self.size}-", "If-Range": self._validator}

    @property
    def complete(self) -> bool:
        """Whether all has come, as far as the server said how much that is."""
        return self.size > 0 and self.size == self._total

    def same_version(self, validator: str) -> bool:
        """Whether the rest that a server sends belongs to what is here, by what it says of its version."""
        return validator in ("", self._validator)

    def begin(self, validator: str, total: int | None) -> None:
        """Forgets what is here: the bytes first, so that they never go with notes on other ones."""
        self._file.truncate(0)
        self.size, self._validator, self._total = self._file.seek(0), validator, total
        notes = {"address_sha256": self._address, "validator": validator, "total": total}
        self._notes.write_text(json.dumps(notes), "utf-8")

    def add(self, chunk: bytes) -> None:
        """Appends bytes."""
        self._file.seek(self.size)
        written = self._file.write(chunk)
        self.size += written or 0
        if written != len(chunk):
            raise OSError(errno.ENOSPC, f"{written} of {len(chunk)} bytes written")

    def sha256(self, check: Callable[[], object]) -> str:
        """The hash of what lies on the disk; `check` is called now and then and may raise."""
        digest = hashlib.sha256()
        self._file.seek(0)
        while chunk := self._file.read(_CHUNK_BYTES):
            check()
            digest.update(chunk)
        return digest.hexdigest()

    def finish(self) -> None:
        """Gives the file its name; it is on the disk then."""
        os.fsync(self._file.fileno())
        self._file.close()
        self._path.replace(self._to)
        self._notes.unlink(missing_ok=True)

    def discard(self) -> None:
        """Removes all that has come."""
        self._file.close()
        self._path.unlink(missing_ok=True)
        self._notes.unlink(missing_ok=True)

    def close(self) -> None:
        """Keeps what has come; what is empty or cannot be gone on with is removed."""
        if self._file.closed:
            return
        if self.size and self._validator:
            self._file.close()
        else:
            self.discard()

    def _read_notes(self) -> tuple[str, int | None]:
        try:
            with self._notes.open("rb") as file:
                notes = json.loads(file.read(_NOTES_MAX_BYTES))
        except (FileNotFoundError, ValueError, RecursionError):
            return "", None
        if not isinstance(notes, dict) or notes.get("address_sha256") != self._address:
            return "", None
        validator, total = notes.get("validator"), notes.get("total")
        return validator if isinstance(validator, str) else "", total if isinstance(total, int) else None
