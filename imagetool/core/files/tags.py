"""The tag directories that EXIF blocks and TIFF files share: reads them without trust, and packs new ones."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import BinaryIO, TypeAlias

EXIF_IFD, GPS_IFD, INTEROP_IFD = 0x8769, 0x8825, 0xA005
ORIENTATION = 0x0112
THUMBNAIL_OFFSET, THUMBNAIL_BYTES = 0x0201, 0x0202

_SIZES = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
}
_LETTERS = {
    1: "B",
    3: "H",
    4: "I",
    6: "b",
    8: "h",
    9: "i",
    11: "f",
    12: "d",
    13: "I",
    16: "Q",
    17: "q",
    18: "Q",
}
BIG_ONLY = {16, 17, 18}
_LONG = 4
_MAX_TAGS = 4096
_MAX_VALUE_BYTES = 64 * 2**20  # of one value; an ICC profile or a maker's note is far below


class BrokenTagsError(ValueError):
    """The bytes are no tag directory."""


@dataclass(frozen=True, slots=True)
class Tag:
    """One value: its TIFF type, how many, the raw bytes in the file's byte order, and where they lie."""

    kind: int
    count: int
    data: bytes
    at: int = 0


Tree: TypeAlias = Mapping[int, "Tag | Tree"]
"""Tags of one directory; a nested one stands for a directory that the tag points to."""


class TagReader:
    """Reads the directories of a TIFF structure (classic or BigTIFF) in a seekable binary file.

    Values and directories that lie outside the file are left out; only a header that makes no sense raises
    `BrokenTagsError`.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._end = file.seek(0, io.SEEK_END)
        head = self._bytes(0, min(16, self._end))
        if head[:2] not in (b"II", b"MM") or len(head) < 8:
            raise BrokenTagsError(f"not a TIFF header: {head[:4]!r}")
        self.order = "<" if head[:2] == b"II" else ">"
        version = self._unpack("H", head[2:4])[0]
        self._big = version == 43
        if version not in (42, 43) or (self._big and len(head) < 16):
            raise BrokenTagsError(f"unknown TIFF version {version}")
        self.first = self._unpack("Q", head[8:16])[0] if self._big else self._unpack("I", head[4:8])[0]

    def directory(self, offset: int) -> tuple[dict[int, Tag], int, int]:
        """The tags at `offset`, where the offset of the next directory stands, and that offset (0: none)."""
        count_letter, entry, next_letter = ("Q", 20, "Q") if self._big else ("H", 12, "I")
        count_bytes = struct.calcsize(count_letter)
        count = self._unpack(count_letter, self._bytes(offset, count_bytes))[0]
        if count > _MAX_TAGS:
            raise BrokenTagsError(f"{count} tags in one directory")
        start = offset + count_bytes
        available = max(0, min(count, (self._end - start) // entry))
        table = self._bytes(start, available * entry)
        tags: dict[int, Tag] = {}
        budget = self._end  # values of a sound file do not overlap, those of a bomb all claim the same bytes
        for index in range(available):
            code, kind = self._unpack("HH", table[index * entry : index * entry + 4])
            field = table[index * entry + 4 : (index + 1) * entry]
            tag = self._value(kind, field, start + index * entry + 4, budget)
            if tag is not None:
                tags.setdefault(code, tag)
                budget -= len(tag.data)
        link_at = start + count * entry
        size = struct.calcsize(next_letter)
        following = 0
        if link_at + size <= self._end:
            following = self._unpack(next_letter, self._bytes(link_at, size))[0]
        return tags, link_at, following

    def tree(self, offset: int, pointers: Iterable[int] = (EXIF_IFD, GPS_IFD)) -> dict[int, Tag | Tree]:
        """The tags at `offset` with the directories behind `pointers` in place of these."""
        tags = self.directory(offset)[0]
        result: dict[int, Tag | Tree] = dict(tags)
        for pointer in pointers:
            tag = tags.get(pointer)
            if tag is None:
                continue
            del result[pointer]
            try:
                inner = (INTEROP_IFD,) if pointer == EXIF_IFD else ()
                result[pointer] = self.tree(int(self.numbers(tag)[0]), inner)
            except (BrokenTagsError, IndexError):
                continue  # the pointer leads nowhere
        return result

    def numbers(self, tag: Tag) -> list[float]:
        """The values of a number tag; of a fraction the quotient, 0 where the divisor is 0; [] for text."""
        if tag.kind in (5, 10):
            parts = self._unpack(f"{2 * tag.count}{'I' if tag.kind == 5 else 'i'}", tag.data)
            return [a / b if b else 0.0 for a, b in zip(parts[::2], parts[1::2], strict=True)]
        letter = _LETTERS.get(tag.kind)
        return list(self._unpack(f"{tag.count}{letter}", tag.data)) if letter else []

    def _value(self, kind: int, field: bytes, at: int, budget: int) -> Tag | None:
        """The tag whose count and value, or the value's offset, are `field` at `at`; None if it is broken."""
        letter = "Q" if self._big else "I"
        width = struct.calcsize(letter)
        count = self._unpack(letter, field[:width])[0]
        size = _SIZES.get(kind, 0) * count
        if size == 0 or size > min(_MAX_VALUE_BYTES, budget):
            return None
        if size <= width:
            return Tag(kind, count, field[width : width + size], at + width)
        offset = self._unpack(letter, field[width:])[0]
        if offset + size > self._end:
            return None
        return Tag(kind, count, self._bytes(offset, size), offset)

    def _bytes(self, offset: float, size: int) -> bytes:
        if not 0 <= offset <= self._end:
            raise BrokenTagsError(f"offset {offset} in a file of {self._end} bytes")
        self._file.seek(int(offset))
        data = self._file.read(size)
        if len(data) != size:
            raise BrokenTagsError(f"{size} bytes wanted at {offset}, {len(data)} there")
        return data

    def _unpack(self, letters: str, data: bytes) -> tuple[int, ...]:
        return struct.unpack(self.order + letters, data)


def pack_directory(tree: Tree, base: int, order: str) -> bytes:
    """The bytes of a classic directory and all it points to, for the file offset `base` (even)."""
    usable = {code: tag for code, tag in tree.items() if not (isinstance(tag, Tag) and tag.kind in BIG_ONLY)}
    table = struct.pack(order + "H", len(usable))
    data_at = base + 2 + 12 * len(usable) + 4
    data = b""
    for code, tag in sorted(usable.items()):
        if isinstance(tag, Tag):
            kind, count, value = tag.kind, tag.count, tag.data
        else:
            kind, count, value = _LONG, 1, struct.pack(order + "I", data_at + len(data))
            data += pack_directory(tag, data_at + len(data), order)
        if len(value) > 4:
            place, value = struct.pack(order + "I", data_at + len(data)), value + b"\0" * (len(value) % 2)
            data += value
            value = place
        table += struct.pack(order + "HHI", code, kind, count) + value.ljust(4, b"\0")
    return table + b"\0\0\0\0" + data


def pack_block(tree: Tree, order: str) -> bytes:
    """A whole block, header first, as EXIF wants it."""
    header = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, 8)
    return header + pack_directory(tree, 8, order)
