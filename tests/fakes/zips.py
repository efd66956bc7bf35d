"""Zip archives written byte by byte, so that every field can lie."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

STORED, DEFLATED = 0, 8
_UTF8 = 0x800


@dataclass(frozen=True)
class Raw:
    """One entry; what is None is as it should be.

    `says_...` is what the directory claims; `local_name` is the name beside the content; `lies_at` moves the
    directory's pointer to the entry of that number.
    """

    name: str | bytes
    content: bytes = b"content"
    method: int = STORED
    flags: int = 0
    mode: int = 0
    attributes: int = 0
    says_size: int | None = None
    says_packed: int | None = None
    says_crc: int | None = None
    local_name: str | None = None
    local_method: int | None = None
    lies_at: int | None = None
    raw: bytes | None = None

    @property
    def packed(self) -> bytes:
        if self.raw is not None:
            return self.raw
        if self.method != DEFLATED:
            return self.content
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        return packer.compress(self.content) + packer.flush()


def make_zip(path: Path, entries: Sequence[Raw]) -> Path:
    """Writes the archive."""
    body, directory, offsets = bytearray(), bytearray(), list[int]()
    for entry in entries:
        offsets.append(len(body))
        body += _local(entry)
    for entry, offset in zip(entries, offsets, strict=True):
        directory += _listed(entry, offset if entry.lies_at is None else offsets[entry.lies_at])
    count = min(len(entries), 0xFFFF)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(directory), len(body), 0)
    path.write_bytes(bytes(body + directory) + end)
    return path


def _facts(entry: Raw) -> tuple[int, int, int]:
    crc = zlib.crc32(entry.content) if entry.says_crc is None else entry.says_crc
    packed = len(entry.packed) if entry.says_packed is None else entry.says_packed
    size = len(entry.content) if entry.says_size is None else entry.says_size
    return crc, packed, size


def _name(name: str | bytes) -> tuple[int, bytes]:
    return (0, name) if isinstance(name, bytes) else (_UTF8, name.encode("utf-8"))


def _local(entry: Raw) -> bytes:
    flag, name = _name(entry.name if entry.local_name is None else entry.local_name)
    method = entry.method if entry.local_method is None else entry.local_method
    fields = (b"PK\3\4", 20, entry.flags | flag, method, 0, 0x21, *_facts(entry), len(name), 0)
    return struct.pack("<4s5H3I2H", *fields) + name + entry.packed


def _listed(entry: Raw, offset: int) -> bytes:
    flag, name = _name(entry.name)
    attributes = entry.mode << 16 | entry.attributes
    fields = (b"PK\1\2", 0x314, 20, entry.flags | flag, entry.method, 0, 0x21, *_facts(entry))
    return struct.pack("<4s6H3I5H2I", *fields, len(name), 0, 0, 0, 0, attributes, offset) + name
