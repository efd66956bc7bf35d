"""Reads JPEG files, also those whose metadata is broken or whose end is missing."""

from __future__ import annotations

import io
from typing import BinaryIO

from imagetool.core.files import pillow
from imagetool.core.files.decoded import CheckSize, Decoded
from imagetool.core.files.hostile import HOSTILE

_END = b"\xff\xd9"
_START_OF_SCAN = 0xDA
_SCAN = b"\xff\xda"
_MAX_SCANS = 500  # each costs as much time as a picture; progressive photos have about ten
_APP0, _APP15, _COMMENT = 0xE0, 0xEF, 0xFE


def decode(file: BinaryIO, check: CheckSize) -> Decoded:
    """The picture of a JPEG file, of several the first; raises what `pillow.decode` raises.

    Where Pillow gives up, it gets the file again without metadata, and then with an end where it stops, which
    makes libjpeg hand out the coarse scans of a progressive file.
    """
    data = file.read()
    if data.count(_SCAN) > _MAX_SCANS:
        raise ValueError("more scans than any photo has")
    try:
        return pillow.decode(io.BytesIO(data), "JPEG", check)
    except HOSTILE:
        plain = _without_metadata(data)
    try:
        return pillow.decode(io.BytesIO(plain), "JPEG", check)
    except HOSTILE:
        decoded = pillow.decode(io.BytesIO(plain + _END), "JPEG", check)
    decoded.complete = False
    return decoded


def _without_metadata(data: bytes) -> bytes:
    """The file without application segments and comments; cut off where the segments make no sense."""
    kept, at = [data[:2]], 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xFF:
            at += 1
            continue
        if marker == _START_OF_SCAN:
            kept.append(data[at:])
            break
        if not (_APP0 <= marker <= _APP15 or marker == _COMMENT):
            kept.append(data[at : at + 2 + length])
        at += 2 + length
    return b"".join(kept)
