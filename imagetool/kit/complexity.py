"""How much a picture holds, as a lossless codec sees it."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def lossless_bits(pixels: NDArray[np.uint8]) -> int:
    """The bits of the smaller of two files, PNG and lossless WebP, that hold (H, W, 3 or 4) uint8.

    An estimate of the picture's complexity (Serrà et al. 2020, Input Complexity and Out-of-Distribution Detection
    with Likelihood-based Generative Models). Tiles larger than WebP's 16383 pixels must be cut before.
    """
    picture = Image.fromarray(pixels)
    return 8 * min(
        _size(picture, "PNG", optimize=True),
        _size(picture, "WEBP", lossless=True, quality=100, method=4),
    )


def _size(picture: Image.Image, kind: str, **options: object) -> int:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return len(file.getvalue())
