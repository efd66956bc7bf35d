from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from imagetool.core.geometry import Rect, Size
from imagetool.core.masks import bounding_rect, empty, feathered, feathered_rect, full, inverted
from imagetool.core.tiles import TiledImage

Plane = NDArray[np.uint8]


def plane(height: int = 80, width: int = 100) -> Plane:
    return np.zeros((height, width), np.uint8)


def random_plane(seed: int) -> Plane:
    rng = np.random.default_rng(seed)
    mask = plane()
    for _ in range(4):
        top, left = int(rng.integers(0, 70)), int(rng.integers(0, 90))
        mask[top : top + int(rng.integers(1, 30)), left : left + int(rng.integers(1, 30))] = rng.integers(1, 256)
    return mask


@pytest.mark.parametrize("softness_px", [0.5, 2.0, 7.0])
@pytest.mark.parametrize("seed", range(6))
def test_nothing_shows_outside_the_mask_and_nothing_more_than_the_mask(seed: int, softness_px: float) -> None:
    mask = random_plane(seed)
    soft = feathered(mask, softness_px)
    assert not soft[mask == 0].any(), "a pixel outside the mask would change"
    assert (soft <= mask).all()


@pytest.mark.parametrize("width", range(1, 8))
@pytest.mark.parametrize("softness_px", [1.0, 2.0, 6.0])
def test_a_thin_scratch_is_covered_in_its_middle(width: int, softness_px: float) -> None:
    mask = plane()
    mask[10:70, 40 : 40 + width] = 255
    middle = feathered(mask, softness_px)[20:60, 40 + (width - 1) // 2]
    assert (middle == 255).all(), f"a scratch {width} px wide shows through: {middle.min()}"


@pytest.mark.parametrize("width", [4, 8, 16, 24])
def test_three_quarters_of_a_narrow_hole_are_covered(width: int) -> None:
    mask = plane()
    mask[10:70, 40 : 40 + width] = 255
    row = feathered(mask, 6.0)[40]
    assert (row == 255).sum() >= 0.75 * width, f"of {width} px only {(row == 255).sum()} are covered"


def test_a_thin_line_beside_a_large_hole_is_covered_too() -> None:
    mask = plane()
    mask[10:60, 10:60] = 255
    mask[30:32, 60:95] = 255  # a wire that leaves the hole: one region, two thicknesses
    soft = feathered(mask, 4.0)
    assert (soft[30:32, 85:94].max(axis=0) == 255).all(), "the wire shows through"


def test_the_ramp_is_as_long_as_asked_for_and_rises() -> None:
    mask = plane()
    mask[10:70, 10:90] = 255
    row = feathered(mask, 4.0)[40, 10:50].astype(int)
    assert row[0] < 100, "the first pixel is hardly seen"
    assert (np.diff(row) >= 0).all(), "the ramp rises towards the inside"
    assert (row[4:] == 255).all(), "beyond the softness all is seen"


def test_more_softness_shows_less() -> None:
    mask = plane()
    mask[10:70, 10:90] = 255
    sums = [int(feathered(mask, softness_px).sum()) for softness_px in (0, 1, 2, 4, 8)]
    assert sums == sorted(sums, reverse=True)
    assert sums[0] > sums[-1]


@pytest.mark.parametrize(("rows", "columns"), [((0, 20), (30, 60)), ((30, 60), (0, 20)), ((60, 80), (80, 100))])
def test_the_pictures_border_is_no_edge(rows: tuple[int, int], columns: tuple[int, int]) -> None:
    mask = plane()
    mask[slice(*rows), slice(*columns)] = 255
    soft = feathered(mask, 3.0)
    for axis, (low, high), size in ((0, rows, 80), (1, columns, 100)):
        middle = sum(columns if axis == 0 else rows) // 2
        line = soft[:, middle] if axis == 0 else soft[middle, :]
        if low == 0:
            assert line[0] == 255, "the picture's border stays hard"
        if high == size:
            assert line[-1] == 255, "the picture's border stays hard"
        if low > 0:
            assert line[low] < 255, "an edge inside the picture is soft"


def test_a_mask_over_everything_stays_whole() -> None:
    mask = plane() + np.uint8(255)
    np.testing.assert_array_equal(feathered(mask, 3.0), mask)


def test_grays_of_a_soft_brush_are_kept() -> None:
    mask = plane()
    mask[10:70, 10:90] = 100
    assert feathered(mask, 2.0)[40, 50] == 100


@pytest.mark.parametrize("softness_px", [0.0, -1.0])
def test_without_softness_the_mask_is_copied(softness_px: float) -> None:
    mask = random_plane(1)
    soft = feathered(mask, softness_px)
    np.testing.assert_array_equal(soft, mask)
    assert soft is not mask


@pytest.mark.parametrize("seed", range(6))
def test_the_part_around_the_content_is_feathered_like_the_whole(seed: int) -> None:
    mask = random_plane(seed)
    rect, soft = feathered_rect(TiledImage.from_array(mask.copy()), 3.0)
    assert rect == bounding_rect(mask)
    np.testing.assert_array_equal(soft, feathered(mask, 3.0)[rect.slices])


def test_an_empty_mask_has_no_rectangle() -> None:
    rect, soft = feathered_rect(TiledImage.blank(Size(10, 10), 1), 3.0)
    assert rect.empty
    assert soft.size == 0
    assert bounding_rect(plane()).empty


def test_inverting_twice_changes_nothing() -> None:
    mask = TiledImage.from_array(random_plane(2))
    np.testing.assert_array_equal(inverted(inverted(mask)).read(mask.bounds), mask.read(mask.bounds))
    np.testing.assert_array_equal(inverted(mask).read(mask.bounds), 255 - mask.read(mask.bounds))


def test_full_and_empty() -> None:
    mask = TiledImage.from_array(random_plane(2))
    assert (full(mask).read(mask.bounds) == 255).all()
    assert empty(mask).bytes_held == 0
    assert inverted(empty(mask)).content_rect() == Rect(0, 0, 100, 80)
