"""Pixels and metadata that the tests of reading and writing share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from imagetool.core.picture import Metadata, Pixels

MakePixels = Callable[..., Pixels]


@pytest.fixture
def make_pixels() -> MakePixels:
    """Random RGBA pixels of a depth, an odd size, gray or not, opaque or not."""

    def make(depth: int = 8, *, gray: bool = False, alpha: bool = False, shape: tuple[int, int] = (23, 37)) -> Any:
        rng = np.random.default_rng(depth + 2 * gray + alpha)
        pixels = rng.integers(0, 2**depth, (*shape, 4), np.uint8 if depth == 8 else np.uint16)
        if gray:
            pixels[..., 1:3] = pixels[..., :1]
        if not alpha:
            pixels[..., 3] = 2**depth - 1
        return pixels

    return make


@pytest.fixture
def exif_block() -> bytes:
    """EXIF with a camera, a time of exposure, a lens in the nested directory, a place, and no orientation."""
    exif = Image.Exif()
    exif[0x010F] = "Camera & Sons"
    exif[0x0132] = "2024:05:06 07:08:09"
    exif.get_ifd(0x8769)[0x829A] = 1 / 250
    exif.get_ifd(0x8769)[0xA434] = "A lens with a long name"
    exif.get_ifd(0x8825)[1] = "N"
    return exif.tobytes().removeprefix(b"Exif\0\0")


@pytest.fixture
def rgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.fixture
def gray_profile(rgb_profile: bytes) -> bytes:
    return rgb_profile[:16] + b"GRAY" + rgb_profile[20:]


@pytest.fixture
def metadata(exif_block: bytes, rgb_profile: bytes) -> Metadata:
    return Metadata(
        rgb_profile, exif_block, b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>\xc3\xa4</x:xmpmeta>", (300.0, 300.0)
    )
