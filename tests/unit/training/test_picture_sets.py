from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from imagetool.training.errors import NoPhotos
from imagetool.training.picture_sets import GRAY, HELD_BACK_PATCHES, LEARNED_PATCHES, PictureSet, divided, on_gray
from tests.fakes.pictures import textured, written


def grays(*values: int, side: int = 4) -> PictureSet:
    """Opaque ones."""
    pixels = np.full((len(values), side, side, 4), 255, np.uint8)
    pixels[..., :3] = np.array(values)[:, None, None, None]
    return PictureSet(pixels, tuple(map(str, values)))


def test_small_pictures_are_divided_as_training_divides_them(tmp_path: Path) -> None:
    for number in range(25):
        written(tmp_path / f"{number:02}.png", np.full((8, 8, 4), number, np.uint8))
    made = divided(tmp_path, [], 32)
    assert made.held_back.names == ("00.png", "20.png")
    assert made.held_back.pixels[:, 0, 0, 0].tolist() == [0, 20]
    assert len(made.learned.names) == 23
    assert sorted(made.whole.names) == [f"{number:02}.png" for number in range(25)]


def test_of_photos_patches_are_taken(tmp_path: Path) -> None:
    """Those that are measured while a network is trained; the first photo is held back."""
    written(tmp_path / "a.png", textured(260, 240) // 2)
    written(tmp_path / "b.png", textured(260, 240, seed=2) // 2 + 128)
    made = divided(tmp_path, [], 8)
    assert made.held_back.pixels.shape == (HELD_BACK_PATCHES, 8, 8, 3)
    assert made.learned.pixels.shape == (LEARNED_PATCHES, 8, 8, 3)
    assert made.held_back.pixels.max() < 128 <= made.learned.pixels.min()
    again = divided(tmp_path, [], 8)
    assert np.array_equal(made.held_back.pixels, again.held_back.pixels)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_little_is_said(tmp_path: Path, count: int) -> None:
    """Nothing, one picture, which is held back, or photos smaller than what is held back of them."""
    for number in range(count):
        written(tmp_path / f"{number}.png", textured(8, 8) if count == 1 else textured(200, 100))
    with pytest.raises(NoPhotos):
        divided(tmp_path, [], 8)


def test_some_are_spread_evenly() -> None:
    pictures = grays(*range(10))
    assert pictures.spread(3).names == ("0", "3", "6")
    assert pictures.spread(3).pixels[:, 0, 0, 0].tolist() == [0, 3, 6]
    assert pictures.spread(0) is pictures.spread(10) is pictures.spread(11) is pictures


def test_a_model_sees_opacity_or_gray_behind() -> None:
    pictures = grays(200)
    pictures.pixels[0, 0, 0] = 0, 0, 0, 0
    pictures.pixels[0, 0, 1] = 0, 0, 0, 51
    assert pictures.seen_by(opacity=True) is pictures
    seen = pictures.seen_by(opacity=False)
    assert seen.pixels.shape == (1, 4, 4, 3)
    assert seen.pixels[0, 0, :3, 0].tolist() == [GRAY, round(GRAY * 0.8), 200]
    assert seen.seen_by(opacity=False) is seen
    assert seen.seen_by(opacity=True).pixels[..., 3].min() == 255


def test_opaque_pictures_on_gray_are_as_they_were() -> None:
    pixels = np.random.default_rng(2).integers(0, 256, (3, 5, 5, 4), np.uint8)
    pixels[..., 3] = 255
    assert np.array_equal(on_gray(pixels), pixels[..., :3])


def test_other_sizes_are_averaged_or_repeated() -> None:
    pictures = grays(10, 200)
    pictures.pixels[1, :2, :2] = 100, 50, 25, 0
    smaller = pictures.of_side(2).pixels
    assert smaller[0].tolist() == [[[10, 10, 10, 255]] * 2] * 2
    assert smaller[1].tolist() == [[[0, 0, 0, 0], [200, 200, 200, 255]], [[200, 200, 200, 255]] * 2]
    larger = pictures.of_side(8).pixels
    assert np.array_equal(larger[:, ::2, ::2][0], pictures.pixels[0])
    assert larger.shape == (2, 8, 8, 4)
    assert pictures.of_side(4) is pictures
