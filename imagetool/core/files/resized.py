"""The metadata of a picture that has got another size: what it says about size and resolution is true again."""

from __future__ import annotations

import io
import struct
from dataclasses import replace

from imagetool.core.files.tags import EXIF_IFD, BrokenTagsError, Tag, TagReader
from imagetool.core.geometry import Size
from imagetool.core.picture import Picture, Pixels

_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT = 0x011A, 0x011B, 0x0128
_WIDTH, _HEIGHT = 0xA002, 0xA003
_INCH = 2
_SHORT, _LONG, _RATIONAL = 3, 4, 5


def resized_picture(picture: Picture, pixels: Pixels, dpi: int | None) -> Picture:
    """`picture` with other pixels, (H, W, 4) of any size, and where `dpi` is given, that resolution on paper."""
    made = picture.with_pixels(pixels)
    metadata = made.metadata
    if dpi is not None:
        metadata = replace(metadata, dpi=(float(dpi), float(dpi)))
    if metadata.exif is not None:
        metadata = replace(metadata, exif=_resized_exif(metadata.exif, made.size, dpi))
    return replace(made, metadata=metadata)


def _resized_exif(block: bytes, size: Size, dpi: int | None) -> bytes:
    """Changes numbers in place, so that maker's notes stay valid; tags that are not there are not added."""
    data = bytearray(block)
    try:
        reader = TagReader(io.BytesIO(block))
        tags = reader.directory(reader.first)[0]
        if dpi is not None:
            for code, value in ((_X_RESOLUTION, dpi), (_Y_RESOLUTION, dpi), (_RESOLUTION_UNIT, _INCH)):
                _put(data, reader.order, tags.get(code), value)
        pointer = tags.get(EXIF_IFD)
        if pointer is not None:
            inner = reader.directory(int(reader.numbers(pointer)[0]))[0]
            for code, value in ((_WIDTH, size.width), (_HEIGHT, size.height)):
                _put(data, reader.order, inner.get(code), value)
    except (BrokenTagsError, IndexError):
        pass  # what cannot be read is kept as it is
    return bytes(data)


def _put(data: bytearray, order: str, tag: Tag | None, value: int) -> None:
    """Writes a whole number where a tag has its first value; one that does not fit is left alone."""
    if tag is None or tag.count != 1:
        return
    if tag.kind == _SHORT and value <= 0xFFFF:
        struct.pack_into(order + "H", data, tag.at, value)
    elif tag.kind == _LONG:
        struct.pack_into(order + "I", data, tag.at, value)
    elif tag.kind == _RATIONAL:
        struct.pack_into(order + "II", data, tag.at, value, 1)
