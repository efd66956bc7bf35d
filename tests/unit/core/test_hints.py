"""Hints as places in a picture: what they cover, what meets them, where they are after a move."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from imagetool.core.document import Document
from imagetool.core.geometry import Point, Size
from imagetool.core.hints import Hint, drawn, inside
from imagetool.core.picture import Picture
from imagetool.core.recovery import Journal, recoverables
from imagetool.core.tiles import TiledImage

RED, BLUE = (255, 0, 0), (0, 0, 255)
SIZE = Size(60, 40)


def stroke(*places: tuple[float, float], radius_px: float = 3.0, colour: tuple[int, int, int] = RED) -> Hint:
    return Hint.new(colour, radius_px, [Point(x, y) for x, y in places])


def test_a_stroke_covers_what_is_nearer_than_its_radius() -> None:
    """But for a pixel at its rim, where lines of a grid are never exact."""
    made = drawn([stroke((10, 10), (40, 10), (40, 30))], SIZE)
    assert made.shape == (40, 60, 4)
    y, x = np.mgrid[0:40, 0:60] + 0.5
    along = np.hypot(x - x.clip(10, 40), y - 10)
    down = np.hypot(x - 40, y - y.clip(10, 30))
    distance = np.minimum(along, down)
    covered = made[..., 3] > 0
    assert covered[distance <= 2].all()
    assert not covered[distance > 4].any()
    assert (made[covered] == (*RED, 255)).all()
    assert not made[~covered].any()


@pytest.mark.parametrize("radius_px", [0.1, 0.5, 1.0, 7.0])
def test_a_point_is_a_disc_around_it_and_never_nothing(radius_px: float) -> None:
    made = drawn([stroke((20.5, 15.5), radius_px=radius_px)], SIZE)
    y, x = np.mgrid[0:40, 0:60]
    distance = np.hypot(x - 20, y - 15)
    covered = made[..., 3] > 0
    assert covered[15, 20]
    assert covered[distance <= radius_px - 1].all()
    assert not covered[distance > radius_px + 1].any()


def test_the_last_hint_lies_on_top_and_the_edges_of_the_picture_cut() -> None:
    made = drawn([stroke((-5, 5), (70, 5)), stroke((30, 5), colour=BLUE), stroke((-50, -50))], SIZE)
    assert tuple(made[5, 30]) == (*BLUE, 255)
    assert tuple(made[5, 0]) == tuple(made[5, 59]) == (*RED, 255)
    assert not made[12:].any()


def test_a_hint_that_begins_outside_marks_no_pixel_of_its_own_there() -> None:
    made = drawn([stroke((-1.5, 20), (-1.5, 30), radius_px=1.0)], SIZE)
    assert not made.any()


def test_where_a_hint_is_met() -> None:
    one = stroke((10, 10), (40, 10))
    assert one.touches(Point(25, 12.9))
    assert not one.touches(Point(25, 13.1))
    assert one.touches(Point(25, 16), reach_px=3)
    assert not one.touches(Point(45, 10))
    assert stroke((5, 5)).touches(Point(5, 7.5))
    assert not stroke((5, 5)).touches(Point(5, 8.5))


def test_only_hints_that_reach_into_the_mask_count() -> None:
    near, across, beside = stroke((10, 10)), stroke((0, 20), (59, 20)), stroke((50, 35))
    plane = np.zeros((40, 60), np.uint8)
    plane[14:17, 15:25] = 1
    assert inside([near, across, beside], TiledImage.from_array(plane.copy())) == ()
    plane[5:20, 5:25] = 1
    assert inside([near, across, beside], TiledImage.from_array(plane)) == (near, across)


def test_a_picture_tells_which_hints_are_in_it() -> None:
    one, other, outside = stroke((10, 10), (40, 10)), stroke((10, 30)), stroke((-1, 5), (10, 5))
    made = drawn([one], SIZE)
    assert [hint.is_in(made) for hint in (one, other, outside)] == [True, False, False]


def test_moved_and_scaled_they_lie_over_the_same_content() -> None:
    one = stroke((10, 20), (12, 20), radius_px=2)
    moved = one.moved(5, -3)
    assert (moved.id, moved.points, moved.radius_px) == (one.id, (Point(15, 17), Point(17, 17)), 2)
    scaled = one.scaled(2, 2)
    assert (scaled.points, scaled.radius_px) == ((Point(20, 40), Point(24, 40)), 4)


@pytest.mark.parametrize(("radius_px", "points"), [(0.0, [Point(1, 1)]), (float("nan"), [Point(1, 1)]), (1.0, [])])
def test_what_is_no_hint(radius_px: float, points: list[Point]) -> None:
    with pytest.raises(ValueError, match="hint"):
        Hint.new(RED, radius_px, points)


def test_hints_are_undone_and_kept_for_recovery(tmp_path: Path) -> None:
    document = Document(Picture.of(np.zeros((40, 60, 4), np.uint8)), name="h.png")
    hints = (stroke((1.5, 2.25), (3, 4)), stroke((30, 20), radius_px=9.5, colour=BLUE))
    document.history.add("Guide", document.state.with_hints(hints))
    assert document.history.saved, "they are no part of a saved file"
    Journal(tmp_path).write(document, document.state)
    (left,) = recoverables(tmp_path, running_pids=[])
    back = left.load().state.hints
    facts = [(hint.colour, hint.radius_px, hint.points) for hint in back]
    assert facts == [(hint.colour, hint.radius_px, hint.points) for hint in hints]
    document.history.undo()
    assert document.state.hints == ()
