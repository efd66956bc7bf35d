from __future__ import annotations

import pytest

from imagetool.core.geometry import Rect, Size

PICTURE = Rect(0, 0, 100, 50)

CUT = [
    # rect, restricted to the picture, clamped into it
    (Rect(10, 10, 20, 20), Rect(10, 10, 20, 20), Rect(10, 10, 20, 20)),
    (Rect(-5, -5, 5, 5), Rect(0, 0, 5, 5), Rect(0, 0, 10, 10)),
    (Rect(95, 45, 105, 55), Rect(95, 45, 100, 50), Rect(90, 40, 100, 50)),
    (Rect(-10, 0, 110, 10), Rect(0, 0, 100, 10), Rect(0, 0, 100, 10)),
    (Rect(200, 0, 210, 10), Rect(200, 0, 100, 10), Rect(90, 0, 100, 10)),
]


@pytest.mark.parametrize(("rect", "restricted", "clamped"), CUT)
def test_restrict_cuts_and_clamp_moves(rect: Rect, restricted: Rect, clamped: Rect) -> None:
    assert rect.restrict(PICTURE) == restricted
    assert rect.clamp(PICTURE) == clamped


def test_a_rectangle_far_outside_restricts_to_nothing() -> None:
    outside = Rect(200, 0, 210, 10).restrict(PICTURE)
    assert outside.empty
    assert outside.size == Size(0, 10)
    assert outside.size.pixels == 0


UNIONS = [
    (Rect(0, 0, 1, 1), Rect(5, 5, 6, 6), Rect(0, 0, 6, 6)),
    (Rect(0, 0, 0, 0), Rect(5, 5, 6, 6), Rect(5, 5, 6, 6)),
    (Rect(5, 5, 6, 6), Rect(9, 9, 9, 12), Rect(5, 5, 6, 6)),
]


@pytest.mark.parametrize(("one", "other", "both"), UNIONS)
def test_an_empty_rectangle_adds_nothing_to_a_union(one: Rect, other: Rect, both: Rect) -> None:
    assert one.union(other) == both
    assert other.union(one) == both


def test_growing_and_moving() -> None:
    assert Rect(10, 10, 20, 20).grown(2) == Rect(8, 8, 22, 22)
    assert Rect(10, 10, 20, 20).grown(2, 5) == Rect(8, 5, 22, 25)
    assert Rect(10, 10, 20, 20).moved(-1, 3) == Rect(9, 13, 19, 23)


def test_rectangles_that_only_touch_do_not_overlap() -> None:
    assert not Rect(0, 0, 5, 5).overlaps(Rect(5, 0, 9, 5))
    assert Rect(0, 0, 5, 5).overlaps(Rect(4, 4, 9, 9))


def test_a_size_reads_like_a_size() -> None:
    assert str(Size(640, 480)) == "640 × 480"
