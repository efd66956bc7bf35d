"""Lasso and rectangle, and the four ways in which they change the mask."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from imagetool.core.errors import ImagetoolError
from imagetool.core.geometry import Point, Rect
from imagetool.core.shapes import Combine, with_polygon
from imagetool.ui.background import Background
from imagetool.ui.canvas.canvas import Canvas
from imagetool.ui.canvas.shape_tools import LassoTool, OutlineTool, RectangleTool
from imagetool.ui.mask_changes import MaskChanges
from tests.fakes.hands import RIGHT, SHIFT, Hand
from tests.ui.conftest import ShowCanvas

THERE = Rect(50, 50, 150, 150)
ADDED = [Point(200, 50), Point(250, 50), Point(250, 100), Point(200, 100)]


def fail(error: ImagetoolError) -> None:
    raise AssertionError(f"the mask could not be changed: {error}")


@pytest.fixture
def changes() -> Iterator[MaskChanges]:
    background = Background(threads=1)
    yield MaskChanges(background, fail)
    background.close()


def begin(show_canvas: ShowCanvas, tool: OutlineTool) -> Canvas:
    """A canvas with a square masked."""
    canvas = show_canvas(tool)
    white = np.full((THERE.height, THERE.width, 1), 255, np.uint8)
    canvas.session.set_mask("Square", canvas.session.state.mask.with_pixels(THERE.left, THERE.top, white))
    return canvas


def masked(canvas: Canvas, x: int, y: int) -> bool:
    return bool(canvas.session.state.mask.read(Rect(x, y, x + 1, y + 1))[0, 0, 0] == 255)


# Pixels in the old square only, in both, and in the new rectangle only.
CASES = [
    (Combine.REPLACE, (False, True, True)),
    (Combine.ADD, (True, True, True)),
    (Combine.SUBTRACT, (True, False, False)),
    (Combine.INTERSECT, (False, True, False)),
]


@pytest.mark.parametrize(("how", "expected"), CASES)
def test_a_lasso_is_combined_with_the_mask(
    qtbot: QtBot, show_canvas: ShowCanvas, changes: MaskChanges, how: Combine, expected: tuple[bool, bool, bool]
) -> None:
    tool = LassoTool(changes)
    canvas = begin(show_canvas, tool)
    tool.set_combine(how)
    with qtbot.waitSignal(canvas.session.state_changed):
        Hand(canvas).stroke(Point(100, 60), Point(200, 60), Point(200, 140), Point(100, 140))
    assert tuple(masked(canvas, x, 100) for x in (70, 120, 180)) == expected


@pytest.mark.parametrize(("how", "expected"), CASES)
def test_a_rectangle_of_whole_pixels(
    qtbot: QtBot, show_canvas: ShowCanvas, changes: MaskChanges, how: Combine, expected: tuple[bool, bool, bool]
) -> None:
    tool = RectangleTool(changes)
    canvas = begin(show_canvas, tool)
    tool.set_combine(how)
    before = canvas.session.state.mask
    with qtbot.waitSignal(canvas.session.state_changed):
        Hand(canvas).stroke(Point(200, 140), Point(170, 90), Point(100, 60))
    assert tuple(masked(canvas, x, 100) for x in (70, 120, 180)) == expected
    corners = [Point(100, 60), Point(200, 60), Point(200, 140), Point(100, 140)]
    wanted = with_polygon(before, corners, how).read(before.bounds)
    assert np.array_equal(canvas.session.state.mask.read(before.bounds), wanted)


def test_shift_adds_and_the_right_button_subtracts(
    qtbot: QtBot, show_canvas: ShowCanvas, changes: MaskChanges
) -> None:
    tool = RectangleTool(changes)
    canvas = begin(show_canvas, tool)
    with qtbot.waitSignal(canvas.session.state_changed):
        Hand(canvas).stroke(Point(200, 50), Point(250, 100), keys=SHIFT)
    assert masked(canvas, 70, 70)
    assert masked(canvas, 220, 70)
    with qtbot.waitSignal(canvas.session.state_changed):
        Hand(canvas).stroke(Point(200, 50), Point(250, 100), button=RIGHT)
    assert masked(canvas, 70, 70)
    assert not masked(canvas, 220, 70)


def test_a_click_clears_what_it_would_replace(show_canvas: ShowCanvas, changes: MaskChanges) -> None:
    canvas = begin(show_canvas, LassoTool(changes))
    Hand(canvas).stroke(Point(300, 200))
    assert not canvas.session.state.mask.tiles
    assert canvas.session.document.history.entries[-1].name == "Clear mask"
    Hand(canvas).stroke(Point(300, 200))
    assert len(canvas.session.document.history.entries) == 3, "clearing an empty mask is no change"


def test_an_outline_can_be_abandoned(show_canvas: ShowCanvas, changes: MaskChanges) -> None:
    canvas = begin(show_canvas, LassoTool(changes))
    entries = canvas.session.document.history.entries
    hand = Hand(canvas)
    hand.press(Point(100, 60))
    hand.move(Point(200, 60))
    hand.move(Point(200, 160))
    assert canvas.abandon()
    hand.release(Point(200, 160))
    assert canvas.session.document.history.entries == entries


def test_a_mask_painted_while_another_is_computed_is_not_lost(
    qtbot: QtBot, show_canvas: ShowCanvas, changes: MaskChanges
) -> None:
    canvas = begin(show_canvas, LassoTool(changes))
    session = canvas.session
    changes.change(session, "Invert mask", lambda mask: with_polygon(mask, ADDED, Combine.ADD))
    session.set_mask("Clear mask", session.state.mask.blank(session.state.size, 1))
    with qtbot.waitSignal(session.state_changed):
        pass
    assert not masked(canvas, 70, 70), "the clearing was taken back"
    assert masked(canvas, 220, 70)
