"""What an archive or a folder says it holds, judged as a whole before anything of it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imagetool.catalog.archives.entry_names import NamesTaken, shown, why_not
from imagetool.catalog.errors import CatalogError

LEFT_OUT = frozenset(
    {"__pycache__", "__MACOSX", ".git", ".hg", ".svn", ".pytest_cache", ".mypy_cache", ".ruff_cache"}
)
"""Folders that are checked but not taken along: what runs is what can be read, and history is not needed."""


class BadArchive(CatalogError):
    """An archive or a folder was refused; nothing of it was kept.

    Attributes:
        archive_name: The name of the archive or folder.
        entry: The entry at fault, None where it is the whole.
        reason: The rest of a sentence that begins with the entry or the whole.
    """

    def __init__(self, archive_name: str, entry: str | None, reason: str) -> None:
        self.archive_name, self.entry, self.reason = archive_name, entry, reason
        subject = "it" if entry is None else f"its entry {shown(entry)}"
        super().__init__(f"{shown(archive_name)} is refused: {subject} {reason}.")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an archive or a folder may hold; sizes are those of the unpacked files.

    `ratio` is how many times larger than its packed form a file may be, and all of them together; where there are
    fewer than `ratio_from_bytes`, it may be more, because libraries in wheels have long rows of zeros.
    """

    entries: int = 20_000
    total_bytes: int = 8 * 2**30
    entry_bytes: int = 4 * 2**30
    ratio: int = 200
    ratio_from_bytes: int = 64 * 2**20
    depth: int = 16


@dataclass(frozen=True, slots=True)
class Entry:
    """One file or folder: its path with forward slashes, and how large it says it is, unpacked and packed."""

    name: str
    folder: bool
    size: int
    packed_size: int

    @property
    def left_out(self) -> bool:
        """Whether it is checked but not taken along."""
        return not LEFT_OUT.isdisjoint(self.name.split("/"))


def check_entries(archive_name: str, entries: Sequence[Entry], limits: Limits) -> None:
    """Judges names and sizes.

    Raises:
        BadArchive: naming the first entry that is at fault.
    """
    if len(entries) > limits.entries:
        raise BadArchive(archive_name, None, f"has {len(entries)} entries, at most {limits.entries} are taken")
    taken, total, packed = NamesTaken(), 0, 0
    for entry in entries:
        total += entry.size
        packed += entry.packed_size
        reason = (
            why_not(entry.name, limits.depth)
            or taken.why_not(entry.name, folder=entry.folder)
            or _too_large(entry, total, limits)
            or _too_dense(entry.size, entry.packed_size, limits)
            or _too_dense(total, packed, limits)
        )
        if reason:
            raise BadArchive(archive_name, entry.name, reason)


def _too_large(entry: Entry, total: int, limits: Limits) -> str | None:
    if entry.folder and entry.size:
        return "is a folder with a content of its own"
    if entry.size > limits.entry_bytes:
        return f"has {entry.size} bytes, at most {limits.entry_bytes} are taken"
    if total > limits.total_bytes:
        return f"brings the whole to more than {limits.total_bytes} bytes"
    return None


def _too_dense(size: int, packed_size: int, limits: Limits) -> str | None:
    if size <= max(limits.ratio_from_bytes, limits.ratio * packed_size):
        return None
    return f"grows to more than {limits.ratio} times its packed size, as archives do that fill disks"
