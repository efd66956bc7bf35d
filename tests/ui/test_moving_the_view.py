"""Wheel, middle button, Space and the hand move the view; the rest is left alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from imagetool.core.geometry import Point
from imagetool.ui.canvas.brush_tool import BrushTool
from imagetool.ui.canvas.shape_tools import HandTool
from tests.fakes.hands import ALT, LEFT, MIDDLE, SHIFT, Hand
from tests.ui.conftest import ShowCanvas

NOTCH = QPoint(0, 120)
HERE, THERE = Point(100, 80), Point(150, 120)


def test_the_wheel_zooms_at_the_cursor(show_canvas: ShowCanvas, brush: BrushTool) -> None:
    canvas = show_canvas(brush)
    before = canvas.viewport.to_view(*HERE)
    Hand(canvas).wheel(HERE, NOTCH)
    assert canvas.viewport.scale == pytest.approx(1.25)
    after = canvas.viewport.to_view(*HERE)
    assert abs(after.x - before.x) <= 0.5
    assert abs(after.y - before.y) <= 0.5
    Hand(canvas).wheel(HERE, -NOTCH)
    assert canvas.viewport.scale == pytest.approx(1.0)


def test_a_wheel_that_also_tells_pixels_zooms(show_canvas: ShowCanvas, brush: BrushTool) -> None:
    canvas = show_canvas(brush)
    Hand(canvas).wheel(HERE, NOTCH, pixels=QPoint(0, 15))
    assert canvas.viewport.scale == pytest.approx(1.25), "X11 tells pixels for ordinary wheels, too"


def test_two_fingers_scroll(show_canvas: ShowCanvas, brush: BrushTool) -> None:
    canvas = show_canvas(brush)
    left, top = canvas.viewport.left, canvas.viewport.top
    Hand(canvas).wheel(HERE, QPoint(8, 16), pixels=QPoint(10, 20), phase=Qt.ScrollPhase.ScrollUpdate)
    assert (canvas.viewport.left, canvas.viewport.top) == (left + 10, top + 20)
    assert canvas.viewport.scale == 1


def test_shift_and_wheel_pan_sideways(show_canvas: ShowCanvas, brush: BrushTool) -> None:
    canvas = show_canvas(brush)
    left, top = canvas.viewport.left, canvas.viewport.top
    Hand(canvas).wheel(HERE, NOTCH, SHIFT)
    assert canvas.viewport.left == left + 60
    assert (canvas.viewport.top, canvas.viewport.scale) == (top, 1.0)


@pytest.mark.parametrize(("angle", "turned"), [(NOTCH, 1), (-NOTCH, -1), (QPoint(120, 0), 1)])
def test_alt_and_wheel_change_the_brush(
    qtbot: QtBot, show_canvas: ShowCanvas, brush: BrushTool, angle: QPoint, turned: int
) -> None:
    canvas = show_canvas(brush)
    with qtbot.waitSignal(canvas.brush_wheel_turned) as heard:
        Hand(canvas).wheel(HERE, angle, ALT)
    assert heard.args == [turned], "Qt turns the wheel sideways where Alt is held"
    assert canvas.viewport.scale == 1.0


def test_the_middle_button_pans(show_canvas: ShowCanvas, brush: BrushTool) -> None:
    canvas = show_canvas(brush)
    left, top = canvas.viewport.left, canvas.viewport.top
    Hand(canvas).stroke(HERE, THERE, button=MIDDLE)
    assert (canvas.viewport.left, canvas.viewport.top) == (left + 50, top + 40)
    assert not canvas.session.state.mask.tiles


def test_space_is_the_hand_while_it_is_held(show_canvas: ShowCanvas, brush: BrushTool) -> None:
    canvas = show_canvas(brush)
    left = canvas.viewport.left
    QTest.keyPress(canvas, Qt.Key.Key_Space)
    assert canvas.cursor().shape() == Qt.CursorShape.OpenHandCursor
    hand = Hand(canvas)
    hand.press(HERE, LEFT)
    assert canvas.cursor().shape() == Qt.CursorShape.ClosedHandCursor
    hand.move(THERE)
    QTest.keyRelease(canvas, Qt.Key.Key_Space)
    hand.release(HERE)
    assert canvas.viewport.left == left + 50
    assert canvas.cursor().shape() == Qt.CursorShape.BlankCursor, "the brush's ring is the cursor again"
    hand.stroke(HERE, THERE)
    assert canvas.session.state.mask.tiles, "the brush does not paint any more"


def test_space_let_go_in_another_window_is_let_go(show_canvas: ShowCanvas, brush: BrushTool) -> None:
    canvas = show_canvas(brush)
    QTest.keyPress(canvas, Qt.Key.Key_Space)
    canvas.clearFocus()
    assert canvas.cursor().shape() == Qt.CursorShape.BlankCursor


def test_the_hand_tool_pans(show_canvas: ShowCanvas) -> None:
    canvas = show_canvas(HandTool())
    left = canvas.viewport.left
    Hand(canvas).stroke(HERE, THERE)
    assert canvas.viewport.left == left + 50


def test_steps_zoom_around_the_pointer_or_the_middle(show_canvas: ShowCanvas, brush: BrushTool) -> None:
    canvas = show_canvas(brush)
    canvas.zoom_step(1)
    assert canvas.viewport.scale == 1.5
    middle = canvas.viewport.to_image(250, 200)
    canvas.zoom_to(3.0)
    assert canvas.viewport.to_image(250, 200) == pytest.approx(middle, abs=0.5)
    Hand(canvas).move(HERE)
    spot = canvas.viewport.to_view(*HERE)
    canvas.zoom_step(1)
    assert canvas.viewport.to_view(*HERE) == pytest.approx(spot, abs=0.5)
    canvas.fit()
    assert canvas.viewport.is_fitted


def test_a_fitted_picture_stays_fitted(show_canvas: ShowCanvas, brush: BrushTool) -> None:
    canvas = show_canvas(brush)
    canvas.resize(300, 200)
    assert canvas.viewport.is_fitted
    assert canvas.viewport.view == (300, 200)
