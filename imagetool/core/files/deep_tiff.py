"""Decodes TIFF files of more than 8 bits a channel, gray or RGB, into 16 bits."""

from __future__ import annotations

import logging
import zlib
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import tifffile

from imagetool.core.files.decoded import CheckSize, Decoded, ForeignContentError
from imagetool.core.files.formats import Foreign
from imagetool.core.geometry import Size
from imagetool.core.picture import MAX_PIXELS

_WHITE_IS_ZERO, _RGB = 0, 2
_MULTIPLIED, _STRAIGHT = 1, 2  # kinds of alpha
_MAX_SAMPLES = 16
_MAX_BYTES = MAX_PIXELS * 8
_DEFLATE = {8, 32946}
_UNPACKED_BY_TIFFFILE = {1} | _DEFLATE  # the others, such as LZW, by OpenCV
_DEFLATE_RATIO = 1032  # the most that it can shrink
_MAX_SEGMENT_BYTES = 2**28
_TO_16_BIT = "convert it to 16 bits first"


def silence_tifffile() -> None:
    """Stops tifffile from logging what it then raises or mends."""
    logging.getLogger("tifffile").setLevel(logging.CRITICAL + 1)


def decode(file: BinaryIO, check: CheckSize) -> Decoded:
    """The first picture of the file; smaller and larger types are brought to the full range of 16 bits.

    Raises:
        ForeignContentError: The type has no sensible conversion.
        Exception: One of `HOSTILE` if the pixels are not complete.
    """
    silence_tifffile()
    file.seek(0)
    try:
        with tifffile.TiffFile(file) as tiff:
            page: Any = tiff.pages[0]
            check(Size(page.imagewidth, page.imagelength))
            if page.samplesperpixel > _MAX_SAMPLES or page.imagedepth != 1:
                raise ValueError(f"{page.samplesperpixel} samples, depth {page.imagedepth}")
            if page.nbytes > _MAX_BYTES:
                raise MemoryError(f"{page.nbytes} bytes of samples")
            colours = 3 if page.photometric == _RGB else 1
            extras = tuple(page.extrasamples)
            if not extras and page.samplesperpixel == 4 and colours == 3:
                extras = (_STRAIGHT,)  # some programs leave the tag out
            alpha = next((i for i, kind in enumerate(extras) if kind in (_MULTIPLIED, _STRAIGHT)), None)
            raw = _samples(page, file)
            deep = _sixteen_bits(raw, page.bitspersample)
    except tifffile.TiffFileError as error:
        raise ValueError(str(error)) from error
    if page.photometric == _WHITE_IS_ZERO:
        deep[..., 0] = 65535 - deep[..., 0]
    rgba = np.full((*deep.shape[:2], 4), 65535, np.uint16)
    rgba[..., :3] = deep[..., :colours]
    if alpha is not None:
        rgba[..., 3] = deep[..., colours + alpha]
        if extras[alpha] == _MULTIPLIED:
            _unmultiply(rgba)
    return Decoded(rgba, gray=colours == 1, has_alpha=alpha is not None)


def _samples(page: Any, file: BinaryIO) -> npt.NDArray[Any]:
    """The samples of a page, (H, W, S)."""
    shape = page.imagelength, page.imagewidth, page.samplesperpixel
    if page.compression not in _UNPACKED_BY_TIFFFILE:
        from imagetool.core.files import opencv

        file.seek(0)
        return opencv.decode_samples(file.read()).reshape(shape)
    if page.compression in _DEFLATE:
        _check_segments(page, file)
    raw: npt.NDArray[Any] = page.asarray()
    if page.planarconfig == 2 and page.samplesperpixel > 1:
        raw = np.moveaxis(raw.reshape(shape[2], *shape[:2]), 0, -1)
    return raw.reshape(shape)


def _check_segments(page: Any, file: BinaryIO) -> None:
    """Raises if a segment grows beyond its size; tifffile would unpack whatever comes."""
    allowed = max(page.nbytes, 2**20)
    for offset, packed_bytes in zip(page.dataoffsets, page.databytecounts, strict=False):
        if packed_bytes * _DEFLATE_RATIO <= _MAX_SEGMENT_BYTES:
            continue
        file.seek(offset)
        packed, stream, seen = file.read(packed_bytes), zlib.decompressobj(), 0
        while packed and not stream.eof:
            seen += len(stream.decompress(packed, 2**24))
            packed = stream.unconsumed_tail
            if seen > allowed:
                raise ValueError(f"a segment of more than {allowed} bytes")


def _sixteen_bits(raw: npt.NDArray[Any], bits: int) -> npt.NDArray[np.uint16]:
    """Samples of another type over the full range of 16 bits."""
    if raw.dtype == np.uint16:
        wide = raw.astype(np.uint16)  # a copy in the machine's byte order
        return wide if bits == 16 else (wide.astype(np.uint32) * 65535 // (2**bits - 1)).astype(np.uint16)
    if raw.dtype == np.uint32:
        return (raw >> 16).astype(np.uint16)
    if raw.dtype.kind == "f":
        known = np.where(np.isnan(raw), 0, raw)
        if known.min() >= 0 and known.max() <= 1:
            return np.rint(known * 65535.0).astype(np.uint16)
        raise ForeignContentError(Foreign("a TIFF with floating-point values beyond 0 to 1", _TO_16_BIT))
    raise ForeignContentError(Foreign(f"a TIFF with values of the type {raw.dtype}", _TO_16_BIT))


def _unmultiply(rgba: npt.NDArray[np.uint16]) -> None:
    """Turns colours that were multiplied by alpha back, in place."""
    for row in rgba:
        alpha = np.maximum(row[:, 3:], 1).astype(np.float64)
        row[:, :3] = np.minimum(np.rint(row[:, :3] * (65535 / alpha)), 65535)
