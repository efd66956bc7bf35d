"""Reading the bytes of an ONNX file: telling other kinds of files apart before the parser sees them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from google.protobuf.message import DecodeError
from onnx import ModelProto

from plugins.onnx.errors import (
    EmptyFile,
    LfsPointer,
    NotOnnx,
    OrtFormat,
    TooLarge,
    Truncated,
    WebPage,
)

MOST_BYTES = 1024**3
"""Larger files are not read: they are held in memory three times while they are looked at."""

_HEAD_BYTES = 4096
_LFS = b"version https://git-lfs"
_STARTS = (
    (b"PK\x03\x04", "a zip archive or a PyTorch checkpoint"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"GGUF", "a GGUF file"),
)
_VARINT, _LENGTH = 0, 2
_GRAPH_FIELD = 7
_FIELDS = {1: _VARINT, 5: _VARINT} | dict.fromkeys((2, 3, 4, 6, _GRAPH_FIELD, 8, 14, 20, 25, 26), _LENGTH)
"""Of ModelProto in onnx.proto: the number of each field and how it is written."""


def read_model(path: Path, name: str) -> ModelProto:
    """Parses a file; nothing that it refers to is opened. `name` is what sentences call it.

    Raises:
        NotOnnx: where the bytes are of another kind.
        Refused: where nobody should use the file.
    """
    size = path.stat().st_size
    with path.open("rb") as stream:
        _check_head(stream.read(_HEAD_BYTES), size, name)
        if size > MOST_BYTES:
            raise TooLarge(name, size, MOST_BYTES)
        stream.seek(0)
        data = stream.read(MOST_BYTES)
    fields = list(_fields(data))
    if not fields or fields[0] is None:
        raise NotOnnx(name, "a file of another kind")
    if fields[-1] is None or _GRAPH_FIELD not in fields:
        raise Truncated(name)
    try:
        proto: ModelProto = ModelProto.FromString(data)
    except DecodeError:
        raise NotOnnx(name, "damaged or of another kind") from None
    return proto


def _check_head(head: bytes, size: int, name: str) -> None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        raise EmptyFile(name)
    if head.startswith(_LFS):
        stated = re.search(rb"^size (\d{1,18})$", head, re.MULTILINE)
        raise LfsPointer(name, int(stated[1]) if stated else None)
    if re.match(rb"<(!doctype html|html|head|\?xml)", start, re.IGNORECASE):
        raise WebPage(name)
    if head[4:8] == b"ORTM":
        raise OrtFormat(name)
    kind = next((kind for begin, kind in _STARTS if head.startswith(begin)), _by_structure(head, size))
    if kind:
        raise NotOnnx(name, kind)


def _by_structure(head: bytes, size: int) -> str:
    if re.match(rb"\x80[\x02-\x05]", head):
        return "a pickle, such as a PyTorch checkpoint"
    if head[8:9] == b"{" and int.from_bytes(head[:8], "little") < size:
        return "a safetensors file"
    return ""


def _fields(data: bytes) -> Iterator[int | None]:
    """The numbers of the outermost fields; None, and an end, where what comes is none of ONNX or is cut off."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, form = key >> 3, key & 7
        if _FIELDS.get(number) != form:
            yield None
            return
        value, at = _varint(data, at)
        if form == _LENGTH:
            at += value
        if value < 0 or at > len(data):
            yield number
            yield None
            return
        yield number


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number and where it ends; -1 where the data end before or the number has more than 64 bits."""
    value = 0
    for index in range(10):
        if at + index >= len(data):
            return -1, at + index
        byte = data[at + index]
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value, at + index + 1
    return -1, at + 10
