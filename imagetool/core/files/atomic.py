"""Replaces a file as a whole or not at all: after any failure the old one is untouched."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from imagetool.core.files import errors

_CHUNK_BYTES = 2**20
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}

CreateFile: TypeAlias = Callable[[Path], io.RawIOBase]


class ShortWriteError(OSError):
    """The disk took less than it was given."""

    def __init__(self, wanted: int, written: int | None) -> None:
        super().__init__(errno.ENOSPC, f"{written} of {wanted} bytes written")
        self.wanted = wanted
        self.written = written


class CheckedFile:
    """What a writer writes to: passes all on in chunks, checks each, and knows the hash of the whole."""

    def __init__(self, raw: io.RawIOBase) -> None:
        self._raw = raw
        self._hash = hashlib.sha256()

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Writes all of `data` or raises OSError."""
        view = memoryview(data).cast("B")
        for start in range(0, len(view), _CHUNK_BYTES):
            chunk = view[start : start + _CHUNK_BYTES]
            written = self._raw.write(chunk)
            if written != len(chunk):
                raise ShortWriteError(len(chunk), written)
            self._hash.update(chunk)
        return len(view)

    @property
    def sha256(self) -> bytes:
        """The hash of what was written so far."""
        return self._hash.digest()


def create_new(path: Path) -> io.RawIOBase:
    """A new file, unbuffered, with the permissions that new files get; raises if there is one."""
    return io.FileIO(path, "xb")


def atomic_write(path: Path, writer: Callable[[CheckedFile], object], *, create: CreateFile = create_new) -> None:
    """Lets `writer` write a file that takes the place of `path` only when it is complete and verified.

    The bytes go to a new file in the same folder. Of a symbolic link the file behind it is replaced; the old
    file's permissions are kept. If the program is killed on the way, the old file is still there.

    Args:
        path: The file to replace or to make.
        writer: Writes the content, in order.
        create: Makes the new file; tests pass one that fails.

    Raises:
        errors.SaveError: Nothing was changed; the subclass says why.
        Exception: Whatever `writer` raises beside OSError; nothing was changed then either.
    """
    target, before = _existing(path)
    temporary = target.with_name(f".imagetool-{os.urandom(8).hex()}.tmp")
    try:
        try:
            _write(temporary, writer, create, before)
            temporary.replace(target)
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink()
    except OSError as error:
        raise _save_failed(error, path, had_file=before is not None) from error
    _sync_folder(target.parent)


def check_writable(path: Path) -> None:
    """Raises `errors.SaveError` now if `atomic_write` could not write `path` later; changes nothing."""
    target, before = _existing(path)
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise errors.SaveNotPermittedError(path, had_file=before is not None)


def _existing(path: Path) -> tuple[Path, os.stat_result | None]:
    """The file behind the links, and what is known of it if it is there; raises if it must not be replaced."""
    try:
        target = Path(os.path.realpath(path))
        before = target.stat()
    except FileNotFoundError as error:
        if not target.parent.is_dir():
            raise errors.SaveFolderMissingError(path) from error
        return target, None
    except (OSError, ValueError) as error:
        raise _save_failed(error, path, had_file=False) from error
    if not stat.S_ISREG(before.st_mode):
        raise errors.SaveTargetError(path)
    if not os.access(target, os.W_OK):
        raise errors.SaveNotPermittedError(path, had_file=True)
    return target, before


def _write(
    temporary: Path,
    writer: Callable[[CheckedFile], object],
    create: CreateFile,
    before: os.stat_result | None,
) -> None:
    """Fills the temporary file, brings it to the disk, and compares what lies there with what was written."""
    with create(temporary) as raw:
        checked = CheckedFile(raw)
        writer(checked)
        raw.flush()
        if before is not None:
            _keep_owner(raw.fileno(), before)
        os.fsync(raw.fileno())
    with temporary.open("rb") as written:
        if hashlib.file_digest(written, "sha256").digest() != checked.sha256:
            raise OSError(errno.EIO, "what lies on the disk differs from what was written")


def _keep_owner(descriptor: int, before: os.stat_result) -> None:
    """Gives the new file the owner, if that is allowed, and the permissions of the old one."""
    if hasattr(os, "fchown"):
        with contextlib.suppress(OSError):
            os.fchown(descriptor, before.st_uid, before.st_gid)
    if hasattr(os, "fchmod"):
        os.fchmod(descriptor, stat.S_IMODE(before.st_mode))


def _sync_folder(folder: Path) -> None:
    """Brings the new name to the disk too; where that fails, a power cut leaves the old or the new one."""
    if os.name == "nt":  # folders cannot be opened there
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _save_failed(error: OSError | ValueError, path: Path, *, had_file: bool) -> errors.SaveError:
    """The sentence for what the system said."""
    number = getattr(error, "errno", None)
    if number in _FULL:
        return errors.DiskFullError(path, had_file=had_file)
    if number in _DENIED:
        return errors.SaveNotPermittedError(path, had_file=had_file)
    if number in (errno.ENOENT, errno.ENOTDIR):
        return errors.SaveFolderMissingError(path)
    if number == errno.ENAMETOOLONG or isinstance(error, ValueError):
        return errors.SaveError(path, "the name is too long or not a valid one", had_file=had_file)
    said = os.strerror(number).lower() if number else str(error)
    return errors.SaveError(path, f"writing failed ({said}); choose another disk", had_file=had_file)
