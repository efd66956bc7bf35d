from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from imagetool.core.geometry import Rect, Size
from imagetool.core.picture import Pixels
from imagetool.core.tiles import TILE_SIDE_PX, TiledImage

SIDE = TILE_SIDE_PX


def noise(height: int, width: int, channels: int = 4, dtype: Any = np.uint8) -> Pixels:
    rng = np.random.default_rng(height * width)
    return rng.integers(1, np.iinfo(dtype).max, (height, width, channels), dtype)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("size", [(1, 1), (SIDE, SIDE), (SIDE + 1, SIDE - 1), (3 * SIDE + 7, 2 * SIDE)])
def test_what_is_put_in_comes_out(size: tuple[int, int], dtype: Any) -> None:
    pixels = noise(*size, dtype=dtype)
    image = TiledImage.from_array(pixels.copy())
    np.testing.assert_array_equal(image.read(image.bounds), pixels)
    assert image.bytes_held == pixels.nbytes


def test_a_blank_image_needs_no_memory_and_reads_as_zeros() -> None:
    image = TiledImage.blank(Size(100_000, 100_000), 4)
    assert image.bytes_held == 0
    assert not image.read(Rect(99_000, 99_000, 99_050, 99_020)).any()
    assert image.content_rect().empty


def test_a_changed_copy_shares_every_tile_that_did_not_change() -> None:
    before = TiledImage.from_array(noise(3 * SIDE, 3 * SIDE))
    after = before.with_pixels(SIDE + 3, SIDE + 3, noise(5, 5))
    shared = [key for key in before.tiles if before.tiles[key] is after.tiles[key]]
    assert len(shared) == 8
    assert after.changed_since(before) == [Rect(SIDE, SIDE, 2 * SIDE, 2 * SIDE)]
    assert before.changed_since(before) == []


def test_an_earlier_version_never_changes() -> None:
    pixels = noise(300, 300)
    before = TiledImage.from_array(pixels.copy())
    before.with_pixels(250, 250, noise(20, 20))
    np.testing.assert_array_equal(before.read(before.bounds), pixels)


CUT_AT_EDGES = [(-3, -3), (290, 295), (-3, 295), (0, 0), (400, 400), (-50, -50)]


@pytest.mark.parametrize(("left", "top"), CUT_AT_EDGES)
def test_pixels_put_over_an_edge_are_cut(left: int, top: int) -> None:
    pixels, patch = noise(300, 300), noise(10, 10, dtype=np.uint8)
    expected = pixels.copy()
    for y in range(10):
        for x in range(10):
            if 0 <= top + y < 300 and 0 <= left + x < 300:
                expected[top + y, left + x] = patch[y, x]
    image = TiledImage.from_array(pixels.copy()).with_pixels(left, top, patch)
    np.testing.assert_array_equal(image.read(image.bounds), expected)


def test_a_patch_over_four_tiles_lands_whole() -> None:
    patch = noise(40, 40)
    image = TiledImage.blank(Size(600, 600), 4).with_pixels(SIDE - 20, SIDE - 20, patch)
    np.testing.assert_array_equal(image.read(Rect(SIDE - 20, SIDE - 20, SIDE + 20, SIDE + 20)), patch)
    assert len(image.tiles) == 4
    assert image.content_rect() == Rect(SIDE - 20, SIDE - 20, SIDE + 20, SIDE + 20)


def test_changed_since_names_tiles_that_came_and_went() -> None:
    blank = TiledImage.blank(Size(600, 600), 1)
    marked = blank.with_pixels(0, 0, np.ones((1, 1, 1), np.uint8))
    assert marked.changed_since(blank) == blank.changed_since(marked) == [Rect(0, 0, SIDE, SIDE)]


@pytest.mark.parametrize("shape", [(20, 30), (20, 30, 4)])
def test_the_array_that_is_wrapped_becomes_read_only(shape: tuple[int, ...]) -> None:
    pixels: Pixels = np.ones(shape, np.uint8)
    image = TiledImage.from_array(pixels)
    with pytest.raises(ValueError, match="read-only"):
        pixels[0, 0] = 9
    with pytest.raises(ValueError, match="read-only"):
        image.tiles[0, 0][0, 0] = 9


def test_tiles_of_a_changed_copy_are_read_only_too() -> None:
    image = TiledImage.blank(Size(10, 10), 1).with_pixels(0, 0, np.ones((2, 2, 1), np.uint8))
    with pytest.raises(ValueError, match="read-only"):
        image.tiles[0, 0][0, 0] = 9


WRONG_ARRAYS = [
    (np.zeros((4, 4), np.float32), "got (4, 4) of float32"),
    (np.zeros((4,), np.uint8), "got (4,) of uint8"),
    (np.zeros((1, 4, 4, 3), np.uint8), "got (1, 4, 4, 3) of uint8"),
    (np.zeros((4, 4, 4), np.int32), "got (4, 4, 4) of int32"),
]


@pytest.mark.parametrize(("pixels", "said"), WRONG_ARRAYS, ids=[said for _, said in WRONG_ARRAYS])
def test_other_arrays_are_refused_with_what_came(pixels: Pixels, said: str) -> None:
    with pytest.raises(ValueError, match=r"expected .* of uint8 or uint16") as caught:
        TiledImage.from_array(pixels)
    assert said in str(caught.value)


WRONG_PATCHES = [
    np.zeros((2, 2, 3), np.uint8),
    np.zeros((2, 2), np.uint8),
    np.zeros((2, 2, 4), np.uint16),
]


@pytest.mark.parametrize("patch", WRONG_PATCHES, ids=lambda patch: f"{patch.shape} {patch.dtype}")
def test_a_patch_of_another_form_is_refused(patch: Pixels) -> None:
    image = TiledImage.blank(Size(10, 10), 4)
    with pytest.raises(ValueError, match=r"expected \(h, w, 4\) of uint8"):
        image.with_pixels(0, 0, patch)


def test_the_content_rectangle_is_tight_across_tiles() -> None:
    image = TiledImage.blank(Size(900, 900), 1)
    dot = np.ones((1, 1, 1), np.uint8)
    image = image.with_pixels(10, 700, dot).with_pixels(800, 20, dot)
    assert image.content_rect() == Rect(10, 20, 801, 701)
    erased = image.with_pixels(10, 700, 0 * dot)
    assert erased.content_rect() == Rect(800, 20, 801, 21)
