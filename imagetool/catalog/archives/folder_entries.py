"""The entries of a folder, by what each is and not by where it leads."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from imagetool.catalog.archives.listing import LEFT_OUT, BadArchive, Entry, Limits

_REPARSE_POINT = 0x400  # what Windows marks links and mounted folders with
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def entries_below(folder: Path, name: str, limits: Limits, left_out: frozenset[str] = LEFT_OUT) -> list[Entry]:
    """All files and folders below `folder`, in order of their paths; folders in `left_out` are not looked into.

    Raises:
        BadArchive: naming the first that is neither a file nor a folder, or cannot be read; `name` is what the
            whole is called.
    """
    found = []
    for entry in _below(folder, "", name, limits.depth, left_out):
        found.append(entry)
        if len(found) > limits.entries:
            raise BadArchive(name, None, f"has more than {limits.entries} entries")
    return found


def _below(folder: Path, prefix: str, name: str, depth: int, left_out: frozenset[str]) -> Iterator[Entry]:
    if depth < 0:
        raise BadArchive(name, prefix, "lies too many folders deep")
    try:
        with os.scandir(folder) as listed:
            items = sorted(listed, key=lambda item: item.name)
        facts = [(item.name, item.stat(follow_symlinks=False)) for item in items]
    except OSError as error:
        reason = f"cannot be read ({(error.strerror or str(error)).lower()})"
        raise BadArchive(name, prefix or None, reason) from None
    for own, status in facts:
        path = prefix + own
        if stat.S_ISDIR(status.st_mode) and not _leads_elsewhere(status):
            if own not in left_out:
                yield Entry(path + "/", folder=True, size=0, packed_size=0)
                yield from _below(folder / own, path + "/", name, depth - 1, left_out)
        elif stat.S_ISREG(status.st_mode) and not _leads_elsewhere(status):
            yield Entry(path, folder=False, size=status.st_size, packed_size=status.st_size)
        else:
            raise BadArchive(name, path, "is a link" if _leads_elsewhere(status) else "is a device or a pipe")


def _leads_elsewhere(status: os.stat_result) -> bool:
    marks = getattr(status, "st_file_attributes", 0)
    return stat.S_ISLNK(status.st_mode) or bool(marks & _REPARSE_POINT)


def open_file(path: Path) -> io.BufferedReader:
    """Opens what was a file when it was listed.

    Raises:
        OSError: where it has become a link or cannot be opened.
        ValueError: where it has become something else.
    """
    descriptor = os.open(path, os.O_RDONLY | _NO_LINKS)
    file = os.fdopen(descriptor, "rb")
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        file.close()
        raise ValueError(f"{path} is no file any more")
    return file
