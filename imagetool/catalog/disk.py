"""Writing to the disk so that it lasts, and one sentence for each way in which the disk refuses."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from imagetool.catalog.errors import CatalogError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}


class DiskError(CatalogError):
    """Base of all refusals of the disk; `what` is what was being written."""

    def __init__(self, what: str, sentence: str) -> None:
        self.what = what
        super().__init__(sentence)


class DiskFull(DiskError):
    """The disk or the quota is full."""

    def __init__(self, what: str) -> None:
        super().__init__(what, f"There is no room left on the disk for {what}; free some space and try again.")


class NotPermitted(DiskError):
    """The folder may not be written to."""

    def __init__(self, what: str, path: str) -> None:
        self.path = path
        super().__init__(
            what,
            f"“{path}” may not be changed, so {what} cannot be written; change its permissions.",
        )


class DiskFailed(DiskError):
    """Anything else that the system says."""

    def __init__(self, what: str, reason: str) -> None:
        self.reason = reason
        super().__init__(what, f"Writing {what} failed ({reason}); check the disk and try again.")


@contextlib.contextmanager
def writing(what: str) -> Iterator[None]:
    """Turns what the system says while `what` is written into a `DiskError`."""
    try:
        yield
    except OSError as error:
        raise _said(error, what) from error


def _said(error: OSError, what: str) -> DiskError:
    if error.errno in _FULL:
        return DiskFull(what)
    if error.errno in _DENIED:
        return NotPermitted(what, str(error.filename or "its folder"))
    return DiskFailed(what, os.strerror(error.errno).lower() if error.errno else str(error))


def sync_folder(folder: Path) -> None:
    """Brings the names in a folder to the disk; where that fails, a power cut leaves the old or the new ones."""
    if os.name == "nt":  # folders cannot be opened there
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def clear_away(path: Path) -> None:
    """Removes a file, a link or a folder with all that is in it, as far as the system lets us."""
    if path.is_symlink() or not path.is_dir():
        with contextlib.suppress(OSError):
            path.unlink()
    else:
        shutil.rmtree(path, ignore_errors=True)
