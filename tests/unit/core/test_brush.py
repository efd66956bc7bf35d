from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from imagetool.core.brush import Brush, Dab, Stroke, StrokeMode
from imagetool.core.geometry import Point, Size
from imagetool.core.masks import full
from imagetool.core.tiles import TiledImage

BLANK = TiledImage.blank(Size(400, 300), 1)


def read(mask: TiledImage) -> NDArray[np.uint8]:
    plane: NDArray[np.uint8] = mask.read(mask.bounds)[..., 0]
    return plane


def drawn(
    *points: tuple[float, float], brush: Brush, mode: StrokeMode = StrokeMode.ADD, base: TiledImage = BLANK
) -> TiledImage:
    stroke = Stroke(base, brush, mode)
    for x, y in points:
        stroke.extend(Dab(Point(x, y)))
    return stroke.mask


def test_a_hard_dab_is_a_disc_of_the_asked_size() -> None:
    plane = read(drawn((200.0, 150.0), brush=Brush(size_px=40, hardness=1)))
    ys, xs = np.nonzero(plane == 255)
    distances = np.hypot(xs + 0.5 - 200, ys + 0.5 - 150)
    assert distances.max() <= 20
    assert abs(plane.sum() / 255 - np.pi * 20**2) < 20, "the area is that of a circle"
    assert plane[0, 0] == 0


@pytest.mark.parametrize("size_px", [1, 2, 3, 10, 60])
def test_a_fast_stroke_has_no_gaps(size_px: float) -> None:
    plane = read(drawn((20.5, 20.5), (380.5, 280.5), brush=Brush(size_px=size_px, hardness=1)))
    along = np.linspace(0, 1, 1000)
    xs, ys = (20.5 + 360 * along).astype(int), (20.5 + 260 * along).astype(int)
    line = np.maximum.reduce([plane[ys + dy, xs + dx] for dy in (0, 1) for dx in (0, 1)])
    assert line.min() > 100, "a pixel on the pen's way was missed"


def test_two_dabs_make_the_same_stroke_as_many_on_the_same_line() -> None:
    brush = Brush(size_px=30, hardness=0.3)
    two = read(drawn((50, 150), (350, 150), brush=brush))
    many = read(drawn(*[(x, 150) for x in range(50, 351, 10)], brush=brush))
    assert np.abs(two.astype(int) - many).max() <= 1, "segments must not show as beads"


def test_going_over_the_same_place_twice_does_not_darken_the_soft_edge() -> None:
    brush = Brush(size_px=50, hardness=0)
    once = read(drawn((100, 150), (300, 150), brush=brush))
    back = read(drawn((100, 150), (300, 150), (100, 150), (300, 150), brush=brush))
    assert np.abs(once.astype(int) - back).max() <= 1


def test_a_soft_brush_falls_off_smoothly_and_a_hard_one_at_once() -> None:
    soft = read(drawn((200, 150), brush=Brush(size_px=100, hardness=0)))[150, 200:260].astype(int)
    hard = read(drawn((200, 150), brush=Brush(size_px=100, hardness=1)))[150, 200:260].astype(int)
    assert (np.diff(soft) <= 0).all()
    assert np.abs(np.diff(soft)).max() < 20, "no step in a soft brush"
    assert ((hard > 0) & (hard < 255)).sum() <= 1, "only antialiasing at a hard edge"
    assert soft.sum() < hard.sum()


@pytest.mark.parametrize("hardness", [0.0, 0.5, 1.0])
def test_erasing_is_the_opposite_of_painting(hardness: float) -> None:
    brush = Brush(size_px=40, hardness=hardness)
    way = ((50.0, 50.0), (200.0, 180.0), (340.0, 60.0))
    painted = read(drawn(*way, brush=brush))
    erased = read(drawn(*way, brush=brush, mode=StrokeMode.SUBTRACT, base=full(BLANK)))
    np.testing.assert_array_equal(erased, 255 - painted)


def test_erasing_what_was_painted_leaves_nothing() -> None:
    brush = Brush(size_px=40, hardness=1)
    painted = drawn((50, 50), (200, 180), brush=brush)
    assert not read(drawn((50, 50), (200, 180), brush=Brush(44, 1), mode=StrokeMode.SUBTRACT, base=painted)).any()


def test_painting_never_takes_anything_away() -> None:
    base = drawn((100, 100), (300, 200), brush=Brush(60, 0.5))
    more = drawn((100, 200), (300, 100), brush=Brush(60, 0.5), base=base)
    assert (read(more) >= read(base)).all()


@pytest.mark.parametrize("point", [(-500, -500), (1000, 150), (200, -300)])
def test_a_dab_outside_the_canvas_changes_nothing(point: tuple[float, float]) -> None:
    stroke = Stroke(BLANK, Brush(40), StrokeMode.ADD)
    assert stroke.extend(Dab(Point(*point))).empty
    assert stroke.mask is BLANK


def test_a_stroke_that_leaves_the_canvas_and_comes_back_has_no_gap_inside() -> None:
    plane = read(drawn((350, 100), (900, 120), (350, 140), brush=Brush(40, 1)))
    assert (plane[102, 350:400] == 255).all()
    assert (plane[136, 350:400] == 255).all()


def test_the_rectangle_told_holds_every_change() -> None:
    stroke = Stroke(BLANK, Brush(37, 0.2), StrokeMode.ADD)
    before = read(stroke.mask)
    for x, y in [(100.3, 80.7), (130.9, 200.1), (399.9, 299.9)]:
        rect = stroke.extend(Dab(Point(x, y)))
        after = read(stroke.mask)
        changed = before != after
        changed[rect.slices] = False
        assert not changed.any(), f"pixels changed outside {rect}"
        before = after


def test_pressure_makes_the_line_thinner() -> None:
    stroke = Stroke(BLANK, Brush(60, 1), StrokeMode.ADD)
    stroke.extend(Dab(Point(50, 150), pressure=1.0))
    stroke.extend(Dab(Point(350, 150), pressure=0.2))
    widths = (read(stroke.mask) > 127).sum(axis=0)
    assert widths[55] > widths[200] > widths[345]
    assert widths[345] == pytest.approx(12, abs=3)


@pytest.mark.parametrize("brush", [Brush(0, 1), Brush(0.1, 0), Brush(1, 0.5)])
def test_the_smallest_brush_still_paints(brush: Brush) -> None:
    assert read(drawn((100.5, 100.5), brush=brush)).max() > 0


def test_the_mask_under_the_stroke_is_never_changed() -> None:
    base = drawn((100, 100), brush=Brush(60, 0.5))
    before = read(base)
    drawn((100, 100), (300, 100), brush=Brush(60, 1), mode=StrokeMode.SUBTRACT, base=base)
    np.testing.assert_array_equal(read(base), before)
