"""The chunks of PNG files: reads damaged ones, decodes 16 bits, puts metadata into new ones."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np

from imagetool.core.files import pillow
from imagetool.core.files.decoded import CheckSize, Decoded
from imagetool.core.geometry import Size
from imagetool.core.picture import Metadata, Pixels

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}  # by colour type; 3, the palette, has 8 bits at most
_TRANSPARENT_BYTES = {0: 2, 2: 6}  # by colour type, at least
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_MAX_METADATA_BYTES = 16 * 2**20  # unpacked; larger is an attack or useless
_PIECE_BYTES = 2**24
_INCHES_PER_METRE = 1 / 0.0254
_XMP_KEY = b"XML:com.adobe.xmp"


@dataclass(slots=True)
class _Chunks:
    """What is left of a PNG file without its chunks that are broken or not needed."""

    header: bytes = b""
    essential: list[bytes | memoryview] = field(default_factory=list)  # whole chunks, palette before data
    transparent: bytes | None = None
    data: list[memoryview] = field(default_factory=list)  # contents of IDAT
    sound: bool = True  # all of IDAT was there, with the right checksums
    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None


def decode(file: BinaryIO, check: CheckSize) -> Decoded:
    """The first frame of a PNG file; 16 bits stay 16. Raises what `pillow.decode` raises."""
    chunks = _split(file.read())
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", chunks.header)
    check(Size(width, height))
    if depth == 16:
        decoded = _decode_deep(chunks, Size(width, height), colour, bool(interlaced))
    else:
        clean = SIGNATURE + b"".join(chunks.essential) + _chunk(b"IEND", b"")
        decoded = pillow.decode(io.BytesIO(clean), "PNG", check)
    decoded.complete = decoded.complete and chunks.sound
    decoded.icc, decoded.exif, decoded.xmp, decoded.dpi = chunks.icc, chunks.exif, chunks.xmp, chunks.dpi
    return decoded


def with_metadata(encoded: memoryview, metadata: Metadata) -> tuple[memoryview, bytes, memoryview]:
    """The parts of a PNG file with the chunks of `metadata` set behind its header; it must have none of them."""
    split = len(SIGNATURE) + 12 + 13
    extra = b""
    if metadata.icc:
        extra += _chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(metadata.icc))
    if metadata.dpi:
        dots = (min(round(value * _INCHES_PER_METRE), 2**31 - 1) for value in metadata.dpi)
        extra += _chunk(b"pHYs", struct.pack(">IIB", *dots, 1))
    if metadata.exif:
        extra += _chunk(b"eXIf", metadata.exif)
    if metadata.xmp:
        extra += _chunk(b"iTXt", _XMP_KEY + b"\0\0\0\0\0" + metadata.xmp)
    return encoded[:split], extra, encoded[split:]


def encode_gray_alpha(pixels: Pixels) -> bytes:
    """A PNG file of gray with alpha, (H, W, 2) uint8 or uint16, which OpenCV cannot write."""
    height, width, _ = pixels.shape
    rows = np.ascontiguousarray(pixels.astype(pixels.dtype.newbyteorder(">"), copy=False))
    plain = rows.view(np.uint8).reshape(height, -1)
    filtered = np.empty((height, plain.shape[1] + 1), np.uint8)
    filtered[:, 0] = 2  # "up": each row is the difference to the one above
    filtered[0, 1:] = plain[0]
    np.subtract(plain[1:], plain[:-1], out=filtered[1:, 1:])
    header = struct.pack(">IIBBBBB", width, height, pixels.dtype.itemsize * 8, 4, 0, 0, 0)
    data = zlib.compress(filtered.data, 4)
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes | memoryview) -> bytes:
    return b"".join(
        (struct.pack(">I", len(data)), name, data, struct.pack(">I", zlib.crc32(data, zlib.crc32(name))))
    )


def _split(data: bytes) -> _Chunks:
    """Takes the chunks apart up to IEND or the first that makes no sense."""
    chunks, at, view = _Chunks(), len(SIGNATURE), memoryview(data)
    while at + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        content = view[at + 8 : at + 8 + length]
        end = at + 12 + length
        checksum = data[end - 4 : end]  # cut off, it says nothing: too few pixels are noticed anyway
        sound = len(checksum) < 4 or zlib.crc32(content, zlib.crc32(name)) == int.from_bytes(checksum, "big")
        if name == b"IEND" or not name.isalpha():
            chunks.sound = chunks.sound and name == b"IEND"
            break
        whole = view[at:end] if end <= len(data) else _chunk(name, content)
        if name == b"IDAT":
            chunks.data.append(content)
            chunks.essential.append(whole)
            chunks.sound = chunks.sound and sound
        elif sound:
            _sort(chunks, name, bytes(content), whole)
        at = end
    if len(chunks.header) != 13 or not chunks.data:
        raise ValueError("no header, or no pixels")
    return chunks


def _sort(chunks: _Chunks, name: bytes, content: bytes, whole: bytes | memoryview) -> None:
    """Puts one sound chunk other than IDAT where it belongs."""
    if name == b"IHDR":
        chunks.header = content
        chunks.essential.append(whole)
    elif name == b"PLTE":
        chunks.essential.append(whole)
    elif name == b"tRNS" and len(content) >= _TRANSPARENT_BYTES.get(chunks.header[9], 1):
        chunks.transparent = content
        chunks.essential.append(whole)
    elif name == b"iCCP":
        _, _, packed = content.partition(b"\0")
        chunks.icc = _inflated(packed[1:])
    elif name == b"eXIf":
        chunks.exif = content
    elif name == b"iTXt" and content.startswith(_XMP_KEY + b"\0"):
        chunks.xmp = _international_text(content)
    elif name == b"pHYs" and len(content) == 9 and content[8] == 1:
        x, y = struct.unpack(">II", content[:8])
        chunks.dpi = (x / _INCHES_PER_METRE, y / _INCHES_PER_METRE)


def _international_text(content: bytes) -> bytes | None:
    """The text of an iTXt chunk."""
    packed, parts = (
        content[len(_XMP_KEY) + 1 : len(_XMP_KEY) + 2],
        content[len(_XMP_KEY) + 3 :].split(b"\0", 2),
    )
    if len(parts) != 3:
        return None
    return _inflated(parts[2]) if packed == b"\1" else parts[2]


def _inflated(packed: bytes) -> bytes | None:
    """Metadata unpacked, None if it is broken or grows beyond all use."""
    stream = zlib.decompressobj()
    try:
        plain = stream.decompress(packed, _MAX_METADATA_BYTES)
    except zlib.error:
        return None
    return plain if stream.eof else None


def _decode_deep(chunks: _Chunks, size: Size, colour: int, interlaced: bool) -> Decoded:
    """Pixels of 16 bits, which Pillow would reduce to 8.

    OpenCV undoes the row filters. It gets rows that are known to be complete and plausible, because it gives
    up on the first error (and prints it): rows that are missing are zeros. What was read is forgotten on the way,
    since it may take gigabytes.
    """
    from imagetool.core.files import opencv

    channels = _CHANNELS.get(colour)
    if channels is None:
        raise ValueError(f"colour type {colour} with 16 bits")
    rows, good = _rows(chunks.data, list(_row_runs(size, channels * 2, interlaced)))
    chunks.data.clear()
    chunks.essential.clear()
    header = chunks.header[:10] + b"\0\0" + chunks.header[12:]
    rgba = opencv.decode_rgba(_plain_file(header, rows))
    has_alpha = colour in (4, 6)
    if not has_alpha and chunks.transparent:
        clear = np.frombuffer(chunks.transparent[: _TRANSPARENT_BYTES[colour]], ">u2")
        rgba[..., 3][(rgba[..., :3] == clear).all(axis=-1)] = 0
        has_alpha = True
    return Decoded(rgba, colour in (0, 4), has_alpha, complete=good)


def _plain_file(header: bytes, rows: bytearray) -> bytes:
    """A PNG file of the filtered rows, which are gone afterwards."""
    parts = [SIGNATURE, _chunk(b"IHDR", header), *_data_chunks(rows), _chunk(b"IEND", b"")]
    rows.clear()
    return b"".join(parts)


def _data_chunks(rows: bytearray) -> Iterator[bytes]:
    """The rows as IDAT chunks, not packed."""
    stream = zlib.compressobj(0)
    with memoryview(rows) as view:
        for begin in range(0, len(rows), _PIECE_BYTES):
            yield _chunk(b"IDAT", stream.compress(view[begin : begin + _PIECE_BYTES]))
    yield _chunk(b"IDAT", stream.flush())


def _row_runs(size: Size, pixel_bytes: int, interlaced: bool) -> Iterator[tuple[int, int]]:
    """Number and bytes of the filtered rows of each pass, in the order of the file."""
    for x, y, step_x, step_y in _ADAM7 if interlaced else ((0, 0, 1, 1),):
        columns = -(-(size.width - x) // step_x)
        lines = -(-(size.height - y) // step_y)
        if columns > 0 and lines > 0:
            yield lines, 1 + columns * pixel_bytes


def _rows(data: list[memoryview], runs: list[tuple[int, int]]) -> tuple[bytearray, bool]:
    """The filtered rows, padded with zeros, and whether they were all there; raises if there was none."""
    wanted = sum(lines * row_bytes for lines, row_bytes in runs)
    rows, stream = bytearray(), zlib.decompressobj()
    pieces = (part[at : at + 2**20] for part in data for at in range(0, len(part), 2**20))
    try:
        for piece in pieces:
            rows += stream.decompress(piece, wanted - len(rows) + 1)
            if len(rows) >= wanted or stream.eof:
                break
    except zlib.error:
        pass  # what came before the damage is kept
    del rows[wanted:]
    usable = _plausible(rows, runs)
    if usable == 0:
        raise ValueError("no row of pixels is readable")
    del rows[usable:]
    rows.extend(bytes(wanted - usable))
    return rows, usable == wanted


def _plausible(rows: bytearray, runs: list[tuple[int, int]]) -> int:
    """How many bytes at the start are whole rows with a filter that exists."""
    start = 0
    for lines, row_bytes in runs:
        whole = min(lines, (len(rows) - start) // row_bytes)
        filters = np.frombuffer(rows, np.uint8, whole * row_bytes, start)[::row_bytes] if whole else np.empty(0)
        wrong = np.flatnonzero(filters > 4)
        if wrong.size or whole < lines:
            return start + int(wrong[0] if wrong.size else whole) * row_bytes
        start += lines * row_bytes
    return start
