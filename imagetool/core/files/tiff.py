"""Reads and writes TIFF files: up to 8 bits with Pillow, more with tifffile; metadata by its tags."""

from __future__ import annotations

import ctypes
import functools
import importlib
import io
import math
import struct
from typing import Any, BinaryIO

import numpy as np
import tifffile
from PIL import TiffImagePlugin

from imagetool.core.files import deep_tiff, pillow
from imagetool.core.files.decoded import CheckSize, Decoded, ForeignContentError
from imagetool.core.files.formats import CAMERA_RAW
from imagetool.core.files.tags import (
    BIG_ONLY,
    ORIENTATION,
    BrokenTagsError,
    Tag,
    TagReader,
    Tree,
    pack_block,
    pack_directory,
)
from imagetool.core.geometry import Size
from imagetool.core.picture import Metadata, Pixels

_SUBFILE_TYPE, _WIDTH, _HEIGHT, _BITS, _PHOTOMETRIC = 254, 256, 257, 258, 262
_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT, _SUB_IFDS = 282, 283, 296, 330
_XMP, _ICC, _DNG_VERSION = 700, 34675, 50706
_DESCRIPTIVE = {270, 271, 272, 305, 306, 315, 316, 33432, 33723, 0x4746, 0x4749, *range(0x9C9B, 0x9CA0)}
_CENTIMETRES_PER_INCH = 2.54
_RGB = 2
_PLACEHOLDER = 1  # below the code of a tag that tifffile refuses to write
_MAX_CLASSIC_BYTES = 2**32 - 2**26  # above it is BigTIFF
_MAX_VALUES = 16  # of a tag that is looked into


class _Turnless(TiffImagePlugin.TiffImageFile):
    """A TIFF file as it lies on the disk; Pillow would turn it upright, and stumble over broken EXIF then."""

    def _setup(self) -> None:
        super()._setup()
        self._size = self._tile_size

    def load_end(self) -> None:
        """Leaves the pixels as they are."""


def decode(file: BinaryIO, check: CheckSize) -> Decoded:
    """The first picture of a TIFF file; more than 8 bits become 16.

    Raises:
        ForeignContentError: A camera raw file, or a kind of pixels that has no sensible conversion.
        Exception: One of `HOSTILE` if no pixel can be read.
    """
    reader = TagReader(file)
    tags, _, _ = reader.directory(reader.first)
    numbers = {code: reader.numbers(tag) for code, tag in tags.items() if tag.count <= _MAX_VALUES}
    reduced = _first(numbers, _SUBFILE_TYPE, 0) & 1
    if _DNG_VERSION in tags or (reduced and _SUB_IFDS in tags):
        raise ForeignContentError(CAMERA_RAW)
    if _WIDTH in numbers and _HEIGHT in numbers:
        check(Size(_first(numbers, _WIDTH, 0), _first(numbers, _HEIGHT, 0)))
    if max(numbers.get(_BITS) or [1]) > 8 and _first(numbers, _PHOTOMETRIC, 1) <= _RGB:
        decoded = deep_tiff.decode(file, check)
    else:
        file.seek(0)
        pillow.prepare()
        _silence_libtiff()
        decoded = pillow.decode_image(lambda: _Turnless(file), check)
    if decoded.icc is not None or decoded.pixels.dtype == np.uint16:  # else it was used up
        decoded.icc = tags[_ICC].data if _ICC in tags else None
    decoded.xmp = tags[_XMP].data if _XMP in tags else None
    decoded.exif = _exif(reader)
    decoded.dpi = _dpi(numbers)
    orientation = _first(numbers, ORIENTATION, 1)
    decoded.orientation = orientation if 1 <= orientation <= 8 else 1
    return decoded


def _first(numbers: dict[int, list[float]], code: int, default: int) -> int:
    """The first value of a tag; `default` if it is missing or no number."""
    values = numbers.get(code)
    return int(values[0]) if values and math.isfinite(values[0]) else default


def encode(file: BinaryIO, pixels: Pixels, metadata: Metadata) -> None:
    """Writes a TIFF file, losslessly compressed.

    Args:
        file: Seekable, readable, empty.
        pixels: (H, W) gray, (H, W, 2) gray with alpha, (H, W, 3) RGB or (H, W, 4) RGBA, uint8 or uint16.
        metadata: EXIF is laid down in the directories that TIFF has for it; above 4 GB only its main tags.
    """
    deep_tiff.silence_tifffile()
    tree, order = _exif_tree(metadata.exif)
    extra: list[tuple[Any, ...]] = [
        (code, tag.kind, tag.count, tag.data, True)
        for code, tag in sorted(tree.items())
        if isinstance(tag, Tag) and code in _DESCRIPTIVE and tag.kind not in BIG_ONLY
    ]
    if metadata.xmp:
        extra.append((_XMP, 1, len(metadata.xmp), metadata.xmp, True))
    big = pixels.nbytes > _MAX_CLASSIC_BYTES
    nested = {} if big else {code: tag for code, tag in tree.items() if not isinstance(tag, Tag)}
    extra += [(code - _PLACEHOLDER, 4, 1, 0, True) for code in nested]
    gray = pixels.ndim == 2 or pixels.shape[2] == 2
    alpha = pixels.ndim == 3 and pixels.shape[2] in (2, 4)
    tifffile.imwrite(
        file,
        pixels,
        byteorder=order,  # type: ignore[arg-type]
        bigtiff=big,
        photometric="minisblack" if gray else "rgb",
        planarconfig="contig" if pixels.ndim == 3 else None,
        extrasamples=["unassalpha"] if alpha else None,
        compression="zlib",
        predictor=True,
        iccprofile=metadata.icc,
        resolution=metadata.dpi,
        resolutionunit="inch" if metadata.dpi else None,
        software=False,
        metadata=None,
        extratags=extra,
    )
    for code, inner in nested.items():
        _append_directory(file, code, inner, order)


@functools.cache
def _silence_libtiff() -> None:
    """Stops libtiff from printing to stderr what Pillow raises anyway.

    WORKAROUND: Pillow has no switch for it, so the handlers are set in the library that it brings; where that is
    not a shared one (Windows), libtiff goes on printing.
    """
    library = ctypes.CDLL(importlib.import_module("PIL._imaging").__file__)
    for name in ("TIFFSetErrorHandler", "TIFFSetWarningHandler"):
        handler = getattr(library, name, None)
        if handler is not None:
            handler.argtypes, handler.restype = [ctypes.c_void_p], ctypes.c_void_p
            handler(None)


def _append_directory(file: BinaryIO, code: int, tree: Tree, order: str) -> None:
    """Puts a directory at the end of the file and lets the placeholder for the tag `code` point to it."""
    reader = TagReader(file)
    pointer = reader.directory(reader.first)[0][code - _PLACEHOLDER]
    end = file.seek(0, io.SEEK_END)
    end += file.write(bytes(end % 2))
    file.write(pack_directory(tree, end, order))
    file.seek(pointer.at - 8)  # a tag is code, type, count, value
    file.write(struct.pack(order + "HHII", code, 4, 1, end))
    file.seek(0, io.SEEK_END)


def _exif_tree(block: bytes | None) -> tuple[dict[int, Tag | Tree], str]:
    """The tags of an EXIF block and its byte order; none if it cannot be read."""
    if block is None:
        return {}, "<"
    try:
        reader = TagReader(io.BytesIO(block))
        return reader.tree(reader.first), reader.order
    except BrokenTagsError:
        return {}, "<"


def _exif(reader: TagReader) -> bytes | None:
    """The tags of the file that describe the photo, as an EXIF block of their own; None if there are none."""
    kept = {
        code: tag
        for code, tag in reader.tree(reader.first).items()
        if code in _DESCRIPTIVE or not isinstance(tag, Tag)
    }
    return pack_block(kept, reader.order) if kept else None


def _dpi(numbers: dict[int, list[float]]) -> tuple[float, float] | None:
    """The resolution in dots per inch."""
    x, y = numbers.get(_X_RESOLUTION), numbers.get(_Y_RESOLUTION)
    unit = _first(numbers, _RESOLUTION_UNIT, 2)
    if not x or not y or unit not in (2, 3):
        return None
    factor = _CENTIMETRES_PER_INCH if unit == 3 else 1.0
    return x[0] * factor, y[0] * factor
