"""Where the holes of an evaluation come from: drawn for each photo, or from a folder of masks that stays as it is.

Such a folder holds one PNG for each photo, of the photo's name and size, with a mask in each colour: the narrow
one in red, the medium one in green, the wide one in blue. Eight colours are enough for that, so that the file is
an indexed picture of few bytes.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from imagetool.core.files import errors, read_picture
from imagetool.core.geometry import Size
from imagetool.training.errors import MaskEmpty, MaskMissing
from imagetool.training.masks import random_mask

Picture: TypeAlias = npt.NDArray[np.uint8]
Masks: TypeAlias = Callable[[str, str, Size], Picture]
"""The mask (H, W) uint8 of a kind, for the photo of a name and a size; painted where above 0."""

PLANES: Mapping[str, int] = {"narrow": 0, "medium": 1, "wide": 2}
"""Which colour of a file holds a kind of mask: red, green or blue."""

_HALF = 127


def drawn(seed: int) -> Masks:
    """Masks that depend only on the photo's name, its size, the kind and the seed."""

    def mask(kind: str, photo: str, size: Size) -> Picture:
        rng = np.random.default_rng([seed, zlib.crc32(f"{kind}/{photo}".encode())])
        return random_mask(kind, size, rng)

    return mask


def of_folder(folder: Path) -> Masks:
    """Masks from the files of a folder.

    What is returned raises:
        MaskMissing: where there is no file for a photo.
        MaskEmpty: where a file has no hole of a kind.
        errors.MaskSizeError: where a file has another size than the photo.
        errors.ReadError: where a file is no picture.
    """

    def mask(kind: str, photo: str, size: Size) -> Picture:
        path = mask_path(folder, photo)
        if not path.is_file():
            raise MaskMissing(photo, path)
        picture = read_picture(path)
        if picture.size != size:
            raise errors.MaskSizeError(path, picture.size, size)
        hole = picture.pixels[..., PLANES[kind]] > _HALF
        if not hole.any():
            raise MaskEmpty(kind, path)
        return np.where(hole, np.uint8(255), np.uint8(0))

    return mask


def mask_path(folder: Path, photo: str) -> Path:
    """Where a folder keeps the masks of a photo."""
    return folder / f"{photo}.png"


def as_png(masks: Mapping[str, Picture]) -> bytes:
    """The file that holds masks (H, W) uint8 of one photo, by kind."""
    colours = sum((masks[kind] > 0).astype(np.uint8) << plane for kind, plane in PLANES.items() if kind in masks)
    picture = Image.fromarray(np.asarray(colours, np.uint8))
    picture.putpalette([255 * (colour >> plane & 1) for colour in range(8) for plane in range(3)])
    file = BytesIO()
    picture.save(file, "PNG", optimize=True, bits=4)
    return file.getvalue()
