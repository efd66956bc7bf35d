from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from imagetool.core.geometry import Size
from imagetool.core.picture import Metadata, Picture


def frozen(array: Any) -> Any:
    array.setflags(write=False)
    return array


@pytest.mark.parametrize(
    ("pixels", "sentence"),
    [
        (frozen(np.zeros((2, 3), np.uint8)), r"\(H, W, 4\).*not \(2, 3\)"),
        (frozen(np.zeros((2, 3, 3), np.uint8)), r"not \(2, 3, 3\)"),
        (frozen(np.zeros((0, 3, 4), np.uint8)), r"without zeros, not \(0, 3, 4\)"),
        (frozen(np.zeros((2, 3, 4), np.float32)), "uint8 or uint16, not float32"),
        (np.zeros((2, 3, 4), np.uint8), "must be read-only"),
        (frozen(np.zeros((2, 6, 4), np.uint8))[:, ::2], "C-contiguous, not with strides"),
    ],
)
def test_pixels_that_break_the_contract_are_named(pixels: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Picture(pixels)


@pytest.mark.parametrize(
    "facts", [{"icc": b""}, {"exif": "text"}, {"dpi": (300.0, 0.0)}, {"dpi": (float("nan"), 1.0)}]
)
def test_metadata_that_cannot_be_saved_is_refused(facts: dict[str, Any]) -> None:
    (value,) = facts.values()
    with pytest.raises(ValueError, match=r"not ") as caught:
        Metadata(**facts)
    assert repr(value) in str(caught.value)


def test_a_picture_takes_over_its_pixels_and_keeps_the_rest() -> None:
    pixels = np.zeros((2, 3, 4), np.uint16)
    picture = Picture.of(pixels, Metadata(dpi=(72.0, 72.0)), format="PNG", gray=True, has_alpha=True)

    assert (picture.size, picture.depth) == (Size(3, 2), 16)
    assert not pixels.flags.writeable
    larger = picture.with_pixels(np.zeros((5, 7, 4), np.uint16))
    assert larger.size == Size(7, 5)
    assert (larger.metadata, larger.format, larger.gray, larger.has_alpha) == (picture.metadata, "PNG", True, True)
