"""How much two pictures differ, in words and numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from imagetool.core.differences import Difference, NotComparable, difference


def noise(dtype: Any, height: int = 700, width: int = 5) -> Any:
    return np.random.default_rng(2).integers(20, 200, (height, width, 4), dtype)


@pytest.mark.parametrize(("dtype", "top"), [(np.uint8, 255), (np.uint16, 65535)])
def test_the_largest_step_and_the_number_of_pixels_are_told(dtype: Any, top: int) -> None:
    before = noise(dtype)
    after = before.copy()
    assert difference(before, after) == Difference(0, 0, top)
    after[3, 2, 1] += 2
    after[650, 4, 0] -= 1  # in another band of rows
    after[650, 4, 3] -= 1  # the same pixel
    found = difference(before, after)
    assert found == Difference(2, 2, top)
    assert str(found) == f"differs: at most 2 of {top} in 2 pixels"


def test_one_pixel_is_one_pixel_and_none_is_identical() -> None:
    assert str(Difference(255, 1, 255)) == "differs: at most 255 of 255 in 1 pixel"
    assert str(Difference(0, 0, 255)) == "identical"


def test_the_whole_range_does_not_wrap_around() -> None:
    black, white = np.zeros((1, 1, 4), np.uint8), np.full((1, 1, 4), 255, np.uint8)
    assert difference(black, white).largest == difference(white, black).largest == 255


def test_several_pictures_are_compared_together() -> None:
    before = np.zeros((3, 10, 5, 4), np.uint8)
    after = before.copy()
    after[2, 9, 4] = 7
    assert difference(before, after) == Difference(7, 1, 255)


def test_maps_of_floats_know_no_largest_value() -> None:
    before = np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4, 1)
    after = before.copy()
    after[0, 0] += 0.25
    assert str(difference(before, after)) == "differs: at most 0.25 in 1 pixel"
    before[1, 1], after[1, 1], after[2, 2] = np.nan, np.nan, np.nan
    assert difference(before, after) == Difference(np.inf, 2, 0)


def test_pictures_of_another_form_are_not_compared() -> None:
    with pytest.raises(NotComparable) as told:
        difference(np.zeros((3, 4, 4), np.uint8), np.zeros((3, 5, 4), np.uint16))
    assert str(told.value) == (
        "It has 5 × 3 pixels of 16 bit, not 4 × 3 pixels of 8 bit, so the two cannot be compared pixel by pixel."
    )
