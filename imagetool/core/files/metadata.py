"""Makes metadata fit to keep: broken parts are dropped, the orientation goes from its tag into the pixels."""

from __future__ import annotations

import io
import math
import re
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from imagetool.core.files.tags import (
    ORIENTATION,
    THUMBNAIL_BYTES,
    THUMBNAIL_OFFSET,
    BrokenTagsError,
    TagReader,
)
from imagetool.core.picture import Pixels

_EXIF_PREFIX = b"Exif\0\0"
_XMP_ORIENTATION = re.compile(rb"(tiff:Orientation\s*(?:=\s*[\"']|>)\s*)[2-8]")
_MAX_XMP_BYTES = 16 * 2**20
_MAX_DPI = 1e6
_MAX_ICC_BYTES = 16 * 10**6  # as much as JPEG can hold; large ones have 3 MB


def upright(pixels: Pixels, orientation: int) -> Pixels:
    """`pixels` (H, W, 4) turned and mirrored as the EXIF orientation 1 to 8 says; 1 copies nothing."""
    turned: npt.NDArray[Any] = pixels
    if orientation in (5, 6, 7, 8):
        turned = turned.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        turned = turned[:, ::-1]
    if orientation in (3, 4, 7, 8):
        turned = turned[::-1]
    return np.ascontiguousarray(turned)


def kept_exif(block: bytes | None) -> tuple[bytes | None, int]:
    r"""The EXIF block as it may be saved with upright pixels, and the orientation 1 to 8 it asked for.

    Only three things change, in place, so that maker's notes stay valid: the orientation becomes 1; the
    thumbnail, which would go on showing what was removed from the picture, is unlinked and blanked; a leading
    `Exif\0\0` goes. A block that cannot be read is dropped.
    """
    if not block:
        return None, 1
    data = bytearray(block.removeprefix(_EXIF_PREFIX).removeprefix(_EXIF_PREFIX))
    try:
        reader = TagReader(io.BytesIO(bytes(data)))
        tags, link_at, thumbnail = reader.directory(reader.first)
        orientation = 1
        if (tag := tags.get(ORIENTATION)) is not None and tag.kind in (3, 4) and tag.count == 1:
            orientation = int(reader.numbers(tag)[0])
            struct.pack_into(reader.order + ("H" if tag.kind == 3 else "I"), data, tag.at, 1)
        if thumbnail:
            data[link_at : link_at + 4] = bytes(4)
            _blank_thumbnail(data, reader, thumbnail)
    except BrokenTagsError:
        return None, 1
    return bytes(data), orientation if 1 <= orientation <= 8 else 1


def _blank_thumbnail(data: bytearray, reader: TagReader, directory_at: int) -> None:
    """Overwrites the thumbnail that the directory names; one that cannot be found is at least unlinked."""
    try:
        tags = reader.directory(directory_at)[0]
        start, size = (int(reader.numbers(tags[code])[0]) for code in (THUMBNAIL_OFFSET, THUMBNAIL_BYTES))
    except (BrokenTagsError, KeyError, IndexError):
        return
    if 8 <= start < len(data) and 0 < size <= len(data) - start:
        data[start : start + size] = bytes(size)


def kept_xmp(packet: bytes | str | None) -> bytes | None:
    """The XMP packet with an orientation of 1; one that is no XML, or absurdly large, is dropped."""
    data = packet.encode("utf-8", "replace") if isinstance(packet, str) else packet
    if not isinstance(data, bytes) or len(data) > _MAX_XMP_BYTES or b"<" not in data[:4096]:
        return None
    return _XMP_ORIENTATION.sub(rb"\g<1>1", data.rstrip(b"\0"))


def profile_space(icc: bytes | None) -> str | None:
    """The colour space of an ICC profile ("RGB", "GRAY", "CMYK" …); None if the bytes are no profile."""
    if not icc or len(icc) < 132 or icc[36:40] != b"acsp" or int.from_bytes(icc[:4], "big") > len(icc):
        return None
    return icc[16:20].decode("ascii", "replace").strip()


def kept_icc(icc: bytes | None, *, gray: bool) -> bytes | None:
    """The profile if it can describe the pixels: an RGB one, or a gray one for a gray picture."""
    if icc and len(icc) > _MAX_ICC_BYTES:
        return None
    space = profile_space(icc)
    return icc if space == "RGB" or (space == "GRAY" and gray) else None


def kept_dpi(dpi: Sequence[object] | None) -> tuple[float, float] | None:
    """Two resolutions that make sense, or None."""
    if dpi is None or len(dpi) != 2:
        return None
    try:
        x, y = (float(dots) for dots in dpi)  # type: ignore[arg-type]  # Pillow's fractions, or anything
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return (x, y) if all(math.isfinite(dots) and 1 <= dots <= _MAX_DPI for dots in (x, y)) else None
