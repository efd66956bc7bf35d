"""The entries of a zip archive, as its directory and its parts agree on them."""

from __future__ import annotations

import io
import stat
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from imagetool.catalog.archives.listing import BadArchive, Entry, Limits

_ENCRYPTED = 0x1 | 0x40 | 0x2000
_PATCHED = 0x20
_UTF8 = 0x800
_DIRECTORY_BYTES_PER_ENTRY = 512
_LOCAL = struct.Struct("<4s5H3I2H")
_LOCAL_SIGNATURE = b"PK\3\4"
_END = struct.Struct("<4s4H2IH")
_END_SIGNATURE = b"PK\5\6"
_MANY = 0xFFFF  # the number is elsewhere
_REPARSE_POINT = 0x400  # what Windows marks links with
_KINDS = {
    stat.S_IFLNK: "is a link",
    stat.S_IFCHR: "is a device",
    stat.S_IFBLK: "is a device",
    stat.S_IFIFO: "is a pipe",
    stat.S_IFSOCK: "is a socket",
}
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, struct.error)
"""What the zip reader raises for bytes that are not as they should be."""


class _Source(io.FileIO):
    """The archive; refuses to read more than `most_bytes` at once, as only a monstrous directory asks for."""

    def __init__(self, path: Path, most_bytes: int) -> None:
        super().__init__(path, "rb")
        self.most_bytes = most_bytes

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > self.most_bytes:
            raise zipfile.BadZipFile("too many entries")
        return super().read(-1 if size is None else size)


@contextmanager
def open_zip(path: Path, limits: Limits) -> Iterator[zipfile.ZipFile]:
    """Opens an archive and reads its directory, not its content.

    Raises:
        BadArchive: where it is none, or where it is cut off or damaged.
    """
    most_bytes = 2**16 + limits.entries * _DIRECTORY_BYTES_PER_ENTRY
    with _opened(path, most_bytes) as source:
        try:
            archive = zipfile.ZipFile(source)
        except (*DAMAGED, OSError) as error:
            raise BadArchive(path.name, None, _not_a_zip(source, error)) from None
        source.most_bytes = sys.maxsize
        with archive:
            if not _complete(archive, source):
                raise BadArchive(path.name, None, "is damaged: its list of entries is not whole; fetch it again")
            yield archive


def _opened(path: Path, most_bytes: int) -> _Source:
    try:
        return _Source(path, most_bytes)
    except OSError as error:
        raise BadArchive(path.name, None, f"cannot be read ({(error.strerror or str(error)).lower()})") from None


def _not_a_zip(source: _Source, error: Exception) -> str:
    if "too many" in str(error):
        return "has more entries than are taken"
    source.seek(0)
    if source.read(4) == _LOCAL_SIGNATURE:
        return "is cut off or damaged: its list of entries cannot be read; fetch it again"
    return "is not a zip archive"


def _complete(archive: zipfile.ZipFile, source: io.FileIO) -> bool:
    """Whether as many entries were found as the end of the file says, and nothing comes after it."""
    source.seek(-min(_END.size + len(archive.comment), source.seek(0, io.SEEK_END)), io.SEEK_END)
    signature, _, _, _, count, *_ = _END.unpack(source.read(_END.size))
    return signature == _END_SIGNATURE and count in (len(archive.infolist()), _MANY)


def entries_of(archive: zipfile.ZipFile, name: str) -> list[Entry]:
    """The entries, in the order of the archive's directory.

    Raises:
        BadArchive: naming an entry that is no file or folder, is encrypted, is packed in a way that is not read
            here, lies over another, or is called differently where its content lies.
    """
    infos = archive.infolist()
    for info in infos:
        reason = _kind(info) or _packing(info)
        if reason:
            raise BadArchive(name, info.orig_filename, reason)
    _check_places(archive, infos, name)
    return [Entry(info.orig_filename, _is_folder(info), info.file_size, info.compress_size) for info in infos]


def _kind(info: zipfile.ZipInfo) -> str | None:
    """From the marks that the system left that made the archive."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if info.external_attr & _REPARSE_POINT and not kind:
        return "is a link"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return _KINDS.get(kind, "is neither a file nor a folder")
    if kind and (kind == stat.S_IFDIR) != _is_folder(info):
        return "is marked as a folder and named as a file, or the other way round"
    return None


def _is_folder(info: zipfile.ZipInfo) -> bool:
    return info.orig_filename.endswith("/")


def _packing(info: zipfile.ZipInfo) -> str | None:
    if info.flag_bits & _ENCRYPTED:
        return "is encrypted"
    if info.compress_type not in _METHODS or info.flag_bits & _PATCHED:
        return f"is packed in a way that is not read here (method {info.compress_type})"
    if info.compress_type == zipfile.ZIP_STORED and info.file_size != info.compress_size:
        return "says two different sizes"
    return None


def _check_places(archive: zipfile.ZipFile, infos: Sequence[zipfile.ZipInfo], name: str) -> None:
    """No entry lies over another or over the directory: that is how small files unpack to petabytes."""
    ordered = sorted(infos, key=lambda info: info.header_offset)
    ends = [info.header_offset for info in ordered[1:]] + [archive.start_dir]
    for info, end in zip(ordered, ends, strict=True) if ordered else ():
        begin = _content_begin(archive, info)
        if begin is None:
            raise BadArchive(name, info.orig_filename, "is damaged: its content is not where the list says")
        if begin + info.compress_size > end:
            raise BadArchive(name, info.orig_filename, "lies over another entry of the archive")


def _content_begin(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> int | None:
    """Where the content of an entry begins; None where its own header does not say the same as the directory."""
    source = archive.fp
    if source is None or info.header_offset < 0:
        return None
    source.seek(info.header_offset)
    header = source.read(_LOCAL.size)
    if len(header) != _LOCAL.size:
        return None
    signature, _, flags, method, *_, name_bytes, extra_bytes = _LOCAL.unpack(header)
    encoding = "utf-8" if flags & _UTF8 else "cp437"
    same_name = source.read(name_bytes).decode(encoding, "replace") == info.orig_filename
    if signature != _LOCAL_SIGNATURE or method != info.compress_type or flags & _ENCRYPTED or not same_name:
        return None
    return int(info.header_offset + _LOCAL.size + name_bytes + extra_bytes)
