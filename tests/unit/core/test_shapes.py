from __future__ import annotations

import numpy as np
import pytest

from imagetool.core.geometry import Point, Rect, Size
from imagetool.core.shapes import Combine, rectangle, with_polygon
from imagetool.core.tiles import TiledImage


def marked(rect: Rect) -> TiledImage:
    mask = np.zeros((40, 60), np.uint8)
    mask[rect.slices] = 255
    return TiledImage.from_array(mask)


THERE = Rect(10, 10, 30, 30)
NEW = rectangle(Point(20, 20), Point(50, 35))

COMBINED = [
    (Combine.REPLACE, {(15, 15): 0, (25, 25): 255, (40, 30): 255}),
    (Combine.ADD, {(15, 15): 255, (25, 25): 255, (40, 30): 255}),
    (Combine.SUBTRACT, {(15, 15): 255, (25, 25): 0, (40, 30): 0}),
    (Combine.INTERSECT, {(15, 15): 0, (25, 25): 255, (40, 30): 0}),
]


@pytest.mark.parametrize(("how", "expected"), COMBINED)
def test_a_shape_is_combined_with_the_mask_that_is_there(
    how: Combine, expected: dict[tuple[int, int], int]
) -> None:
    mask = with_polygon(marked(THERE), NEW, how).read(Rect(0, 0, 60, 40))[..., 0]
    assert {(x, y): int(mask[y, x]) for x, y in expected} == expected


def test_a_rectangle_covers_whole_pixels_whichever_way_it_is_drawn() -> None:
    for start, end in [(Point(5, 6), Point(20, 15)), (Point(20, 15), Point(5, 6)), (Point(5, 15), Point(20, 6))]:
        blank = TiledImage.blank(Size(60, 40), 1)
        mask = with_polygon(blank, rectangle(start, end), Combine.ADD).read(Rect(0, 0, 60, 40))[..., 0]
        expected = np.zeros((40, 60), np.uint8)
        expected[6:15, 5:20] = 255
        np.testing.assert_array_equal(mask, expected)


OUTSIDE = rectangle(Point(100, 100), Point(200, 200))
EFFECTS = [(Combine.REPLACE, 0), (Combine.INTERSECT, 0), (Combine.ADD, 400), (Combine.SUBTRACT, 400)]


@pytest.mark.parametrize(("how", "pixels_left"), EFFECTS)
def test_a_shape_outside_the_canvas(how: Combine, pixels_left: int) -> None:
    mask = with_polygon(marked(THERE), OUTSIDE, how)
    assert np.count_nonzero(mask.read(mask.bounds)) == pixels_left


def test_a_tall_shape_is_whole_where_its_bands_meet() -> None:
    blank = TiledImage.blank(Size(60, 900), 1)
    triangle = [Point(30, 5), Point(58, 880), Point(2, 880)]
    mask = with_polygon(blank, triangle, Combine.ADD).read(Rect(0, 0, 60, 900))[..., 0].astype(int)
    widths = mask.sum(axis=1)[10:875] / 255
    np.testing.assert_allclose(widths, np.linspace(5.5, 870.5, 865) * 56 / 875, atol=1)
    assert np.abs(np.diff(widths)).max() < 0.75, "a step shows where one band ends"
