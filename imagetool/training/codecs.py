"""Lossless files that a likelihood is compared with: what a picture costs in each of them."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

Picture: TypeAlias = npt.NDArray[np.uint8]
"""(H, W, 3) RGB or (H, W, 4) RGBA, straight."""

UNIFORM_BITS = 8.0
"""What a value costs a model that knows nothing."""

_SLOWEST = 10  # of JPEG XL's efforts


@dataclass(frozen=True, slots=True)
class Codec:
    """A kind of file.

    Attributes:
        name: As it stands in tables.
        encode: The whole file of a picture, from which the picture comes back but for colours that nobody sees.
        library: What must be installed.
    """

    name: str
    encode: Callable[[Picture], bytes]
    library: str

    @property
    def installed(self) -> bool:
        """Whether its library is."""
        return find_spec(self.library) is not None

    def bits_per_dim(self, picture: Picture) -> float:
        """Bits of the file for each value of the picture; a picture with opacity has four for each pixel."""
        return 8 * len(self.encode(picture)) / picture.size


def _png(picture: Picture) -> bytes:
    return _saved(picture, "PNG", optimize=True)


def _webp(picture: Picture) -> bytes:
    return _saved(picture, "WEBP", lossless=True, quality=100, method=6)


def _jpeg_xl(picture: Picture) -> bytes:
    import imagecodecs  # may be missing

    made = imagecodecs.jpegxl_encode(picture, lossless=True, effort=_SLOWEST, usecontainer=False)
    return bytes(made)


def _saved(picture: Picture, form: str, **options: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, form, **options)
    return file.getvalue()


PNG = Codec("PNG", _png, "PIL")
WEBP = Codec("WebP lossless", _webp, "PIL")
JPEG_XL = Codec("JPEG XL lossless", _jpeg_xl, "imagecodecs")
CODECS = (PNG, WEBP, JPEG_XL)
