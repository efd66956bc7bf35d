from __future__ import annotations

import io
from collections.abc import Callable

import imagecodecs
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from imagetool.training.codecs import CODECS, JPEG_XL, PNG, WEBP, Codec
from tests.fakes.pictures import textured


def with_opacity(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Nothing in the left half, where nobody sees a colour; a ramp in the right one."""
    height, width = pixels.shape[:2]
    alpha = np.linspace(-255, 255, width).clip(0).astype(np.uint8)
    made = np.dstack([pixels, np.broadcast_to(alpha, (height, width))])
    made[made[..., 3] == 0] = 0
    return made


def opened(file: bytes) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(file)) as image:
        return np.asarray(image.convert("RGBA"))


@pytest.mark.parametrize(
    ("codec", "read"),
    [(PNG, opened), (WEBP, opened), (JPEG_XL, imagecodecs.jpegxl_decode)],
    ids=["PNG", "WebP", "JPEG XL"],
)
def test_what_is_seen_comes_back(codec: Codec, read: Callable[[bytes], NDArray[np.uint8]]) -> None:
    picture = with_opacity(textured(24, 16))
    back = read(codec.encode(picture)).copy()
    back[back[..., 3] == 0] = 0
    assert np.array_equal(back, picture)


@pytest.mark.parametrize("codec", CODECS, ids=lambda codec: codec.name)
def test_bits_are_those_of_the_whole_file(codec: Codec) -> None:
    picture = textured(24, 16)
    assert codec.installed
    assert codec.bits_per_dim(picture) == pytest.approx(8 * len(codec.encode(picture)) / (24 * 16 * 3))
