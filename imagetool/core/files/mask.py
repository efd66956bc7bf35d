"""Reads a picture as a mask, or as hints of colour."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from imagetool.core.files import errors
from imagetool.core.files.read import read_picture
from imagetool.core.geometry import Size

_LUMA = (299, 587, 114)  # thousandths, BT.601


def read_mask(path: Path, size: Size) -> npt.NDArray[np.uint8]:
    """The mask in a picture file, (H, W) uint8: 255 (white) where the model may paint, 0 where it may not.

    A pixel's value is its luma, times its alpha where the picture is transparent. Nothing is resized.

    Args:
        path: A file that `read_picture` opens.
        size: The size the mask must have.

    Raises:
        errors.MaskSizeError: It has another size.
        errors.ReadError: It cannot be opened.
    """
    picture = read_picture(path)
    if picture.size != size:
        raise errors.MaskSizeError(path, picture.size, size)
    pixels = picture.pixels
    full = int(np.iinfo(pixels.dtype).max)
    weighted = sum(pixels[..., channel].astype(np.uint32) * weight for channel, weight in enumerate(_LUMA))
    value = (np.asarray(weighted, np.uint32) + 500) // 1000
    if picture.has_alpha:
        value = (value * pixels[..., 3] + full // 2) // full
    eight = value if full == 255 else (value + 128) // 257
    return np.asarray(eight, np.uint8)


def read_hints(path: Path, size: Size) -> npt.NDArray[np.uint8]:
    """The colour hints in a picture file, (H, W, 4) uint8: opaque pixels are hints. Nothing is resized.

    Args:
        path: A file that `read_picture` opens.
        size: The size the hints must have.

    Raises:
        errors.HintsSizeError: It has another size.
        errors.ReadError: It cannot be opened.
    """
    picture = read_picture(path)
    if picture.size != size:
        raise errors.HintsSizeError(path, picture.size, size)
    pixels = picture.pixels if picture.depth == 8 else (picture.pixels.astype(np.uint32) + 128) // 257
    return np.ascontiguousarray(pixels, np.uint8)
