"""Zoom and position as numbers."""

from __future__ import annotations

import pytest

from imagetool.core.geometry import Point, Rect, Size
from imagetool.ui.canvas.viewport import MAX_SCALE, Viewport

PHOTO, VIEW = Size(4000, 3000), Size(1000, 800)


@pytest.mark.parametrize("scale", [0.05, 0.3, 1.0, 2.5, 64.0])
@pytest.mark.parametrize("spot", [(500, 400), (120, 700), (990, 10)])
def test_zooming_keeps_the_point_under_the_cursor(spot: tuple[int, int], scale: float) -> None:
    before = Viewport.fitted(PHOTO, VIEW).scaled_at(500, 400, 0.8)
    at = before.to_image(*spot)
    after = before.scaled_at(*spot, scale)
    moved = after.to_view(*at)
    assert abs(moved.x - spot[0]) <= 0.5, "the corner is snapped to whole device pixels, no further"
    assert abs(moved.y - spot[1]) <= 0.5


def test_zooming_there_and_back_does_not_creep() -> None:
    start = Viewport.fitted(PHOTO, VIEW).scaled_at(500, 400, 1.0)
    viewport = start
    for _ in range(40):
        viewport = viewport.scaled_at(300, 200, viewport.scale * 1.25)
        viewport = viewport.scaled_at(300, 200, viewport.scale / 1.25)
    assert abs(viewport.left - start.left) < 40
    assert viewport.scale == pytest.approx(1.0)


@pytest.mark.parametrize("picture", [PHOTO, Size(3000, 4000), Size(20000, 10), Size(1, 1)])
def test_fitted_shows_everything(picture: Size) -> None:
    fitted = Viewport.fitted(picture, VIEW)
    assert fitted.visible == Rect.of_size(picture)
    assert fitted.left >= 0
    assert fitted.top >= 0
    assert fitted.scale <= 1, "a small picture is not blown up"
    assert fitted.is_fitted


def test_a_view_without_room_is_no_error() -> None:
    assert Viewport.fitted(PHOTO, Size(1, 1)).resized(VIEW) == Viewport.fitted(PHOTO, VIEW)


def test_resizing_keeps_what_was_fitted_fitted_and_else_the_middle() -> None:
    assert Viewport.fitted(PHOTO, VIEW).resized(Size(640, 480)).is_fitted
    zoomed = Viewport.fitted(PHOTO, VIEW).scaled_at(500, 400, 1.0)
    middle = zoomed.to_image(500, 400)
    smaller = zoomed.resized(Size(600, 600))
    assert smaller.scale == 1.0
    assert smaller.to_image(300, 300) == middle


@pytest.mark.parametrize("step", [(1e6, 0), (-1e6, 0), (0, 1e6), (0, -1e6)])
def test_the_picture_cannot_be_lost(step: tuple[float, float]) -> None:
    for scale in (0.05, 1.0, 8.0):
        viewport = Viewport.fitted(PHOTO, VIEW).scaled_at(500, 400, scale).panned(*step)
        assert not viewport.visible.empty, f"at {scale:.0%} the picture went out of the view"


def test_steps_are_round_and_end() -> None:
    viewport = Viewport.fitted(PHOTO, VIEW).scaled_at(500, 400, 0.4)
    up = viewport.stepped_at(500, 400, 1)
    assert up.scale == 0.5
    assert up.stepped_at(500, 400, -1).scale == pytest.approx(0.3333)
    for _ in range(60):
        up = up.stepped_at(500, 400, 1)
    assert up.scale == MAX_SCALE
    down = viewport
    for _ in range(60):
        down = down.stepped_at(500, 400, -1)
    assert 0 < down.scale <= 0.01


def test_whole_pixels_are_sharp() -> None:
    viewport = Viewport.fitted(PHOTO, VIEW).scaled_at(333, 217, 2.0).panned(0.4, -0.7)
    assert viewport.left == int(viewport.left)
    assert viewport.top == int(viewport.top)


def test_a_pixel_that_shows_in_part_counts_as_visible() -> None:
    viewport = Viewport(Size(10, 10), Size(20, 20), 4.0, -2.0, -2.0)
    assert viewport.visible == Rect(0, 0, 6, 6)
    assert viewport.to_image(0, 0) == Point(0.5, 0.5)


LARGER = Size(8000, 6000)


@pytest.mark.parametrize("picture", [PHOTO, Size(100, 80)])
def test_a_fitted_picture_of_another_size_is_fitted(picture: Size) -> None:
    fitted = Viewport.fitted(picture, VIEW)
    twice = Size(2 * picture.width, 2 * picture.height)
    assert fitted.showing(twice) == Viewport.fitted(twice, VIEW)
    assert fitted.showing(twice).showing(picture) == fitted


def test_a_picture_of_another_size_takes_the_place_of_the_first_and_gives_it_back() -> None:
    before = Viewport.fitted(PHOTO, VIEW).scaled_at(300, 100, 1.5).panned(-200, 90)
    after = before.showing(LARGER)
    assert after.picture == LARGER
    assert after.scale == 0.75
    assert after.to_view(2000, 1400) == before.to_view(1000, 700)
    assert after.showing(PHOTO) == before
    assert before.showing(PHOTO) is before


@pytest.mark.parametrize("corner", [(0, 0), (4000, 3000)], ids=["top left", "bottom right"])
def test_a_smaller_picture_is_not_lost_where_its_scale_ends(corner: tuple[int, int]) -> None:
    """At the largest scale a smaller picture cannot fill the same place."""
    large = Viewport.fitted(PHOTO, VIEW).scaled_at(500, 400, MAX_SCALE)
    spot = large.to_view(*corner)
    large = large.panned(500 - spot.x, 400 - spot.y)
    small = large.showing(Size(1000, 750))
    assert small.scale == MAX_SCALE
    assert not small.visible.empty, "the picture went out of the view"
    assert small.to_view(corner[0] / 4, corner[1] / 4) == pytest.approx((500, 400), abs=1), (
        "what was in the middle of the view is not there any more"
    )


@pytest.mark.parametrize("size", [Size(2000, 1500), LARGER, Size(1, 1), PHOTO], ids=str)
def test_another_picture_is_stretched_over_the_same_place(size: Size) -> None:
    viewport = Viewport.fitted(PHOTO, VIEW).scaled_at(300, 100, 1.5)
    other = viewport.stretched(size)
    assert other.to_view(0, 0) == viewport.to_view(0, 0)
    assert other.to_view(size.width, 0) == pytest.approx(viewport.to_view(PHOTO.width, 0))
