"""Unpacks an archive or copies a folder, after judging all of it; on any fault nothing of it is left."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, TypeAlias

from imagetool.catalog.archives.entry_names import shown
from imagetool.catalog.archives.folder_entries import entries_below, open_file
from imagetool.catalog.archives.listing import BadArchive, Entry, Limits, check_entries
from imagetool.catalog.archives.zip_entries import DAMAGED, entries_of, open_zip
from imagetool.catalog.disk import DiskFull, clear_away, writing
from imagetool.plugin.manifest import FILE_NAME

_CHUNK_BYTES = 2**20

Progress: TypeAlias = Callable[[int, int], object]
"""Told how many bytes of how many are done; may raise to stop."""


def unpack(archive: Path, into: Path, limits: Limits | None = None, on_progress: Progress | None = None) -> None:
    """Unpacks a zip archive (a wheel is one) into `into`, a folder that is empty or not there yet.

    The whole list of entries is judged before the first byte is written. What the list says of sizes is not
    trusted: bytes are counted while they are unpacked. Permissions, times and links are not taken over.

    Raises:
        BadArchive: naming the entry at fault; nothing is left of the others.
        DiskError: in one sentence, for example where the disk is full; nothing is left either.
        Exception: whatever `on_progress` raises to stop; nothing is left then.
    """
    limits = limits or Limits()
    with open_zip(archive, limits) as opened:
        entries = entries_of(opened, archive.name)
        check_entries(archive.name, entries, limits)
        infos = {info.orig_filename: info for info in opened.infolist()}
        _fill(archive.name, into, entries, lambda entry: opened.open(infos[entry.name]), on_progress)


def copy_folder(
    source: Path, into: Path, limits: Limits | None = None, on_progress: Progress | None = None
) -> None:
    """Copies a folder by the rules of `unpack`; a link or a device in it is refused, not followed.

    Raises:
        BadArchive: naming the file at fault.
        DiskError, Exception: as `unpack`.
    """
    limits = limits or Limits()
    name = source.name or source.resolve().name
    entries = entries_below(source, name, limits)
    check_entries(name, entries, limits)
    _fill(name, into, entries, lambda entry: open_file(source / entry.name), on_progress)


def plugin_root(folder: Path, archive_name: str | None = None) -> Path:
    """Where plugin.toml lies: in the folder itself, or in its only folder, as in archives of a repository.

    Raises:
        BadArchive: where there is none, or where there are several.
    """
    if (folder / FILE_NAME).is_file():
        return folder
    found = [path.parent for path in folder.glob(f"*/{FILE_NAME}") if path.is_file()]
    if len(found) == 1:
        return found[0]
    reason = "holds several plugins; install them one by one" if found else f"holds no {FILE_NAME}, so no plugin"
    raise BadArchive(archive_name or folder.name, None, reason)


def _fill(
    name: str,
    into: Path,
    entries: Sequence[Entry],
    opened: Callable[[Entry], IO[bytes]],
    on_progress: Progress | None,
) -> None:
    wanted = [entry for entry in entries if not entry.left_out]
    done, total = 0, sum(entry.size for entry in wanted)
    with _all_or_nothing(name, into):
        if shutil.disk_usage(into).free < total:
            raise DiskFull(shown(name))
        for entry in wanted:
            target = into / entry.name
            (target if entry.folder else target.parent).mkdir(parents=True, exist_ok=True)
            if entry.folder:
                continue
            with target.open("xb") as file:
                for chunk in _content(name, entry, partial(opened, entry)):
                    file.write(chunk)
                    done += len(chunk)
                    if on_progress:
                        on_progress(done, total)


def _content(name: str, entry: Entry, opened: Callable[[], IO[bytes]]) -> Iterator[bytes]:
    """The content in pieces; raises `BadArchive` where it cannot be read, or is more or less than it says."""
    size = 0
    try:
        with opened() as source:
            while size <= entry.size and (chunk := source.read(_CHUNK_BYTES)):
                size += len(chunk)
                if size <= entry.size:
                    yield chunk
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BadArchive(name, entry.name, f"cannot be read ({reason})") from None
    except DAMAGED:
        raise BadArchive(name, entry.name, "is damaged; fetch the archive again") from None
    if size != entry.size:
        raise BadArchive(name, entry.name, f"does not have the {entry.size} bytes that it says")


@contextmanager
def _all_or_nothing(name: str, into: Path) -> Iterator[None]:
    """Makes the folder; after any exception, everything that was put into it is gone."""
    existed = into.is_dir()
    if existed and any(into.iterdir()):
        raise ValueError(f"{into} is not empty")
    try:
        with writing(shown(name)):
            into.mkdir(parents=True, exist_ok=True)
            yield
    except BaseException:
        for path in list(into.iterdir()) if existed else [into]:
            clear_away(path)
        raise
