"""The mask brush under mouse and pen."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from imagetool.core.brush import Brush, Dab, Stroke, StrokeMode
from imagetool.core.geometry import Point
from imagetool.core.tiles import TiledImage
from imagetool.ui.canvas.brush_tool import BrushTool
from imagetool.ui.canvas.canvas import Canvas
from tests.fakes.hands import ALT, LEFT, MIDDLE, RIGHT, SHIFT, Hand
from tests.ui.conftest import ShowCanvas

A, B, C = Point(100, 100), Point(200, 140), Point(220, 200)


def mask_of(canvas: Canvas) -> NDArray[np.uint8]:
    return plane(canvas.session.state.mask)


def plane(mask: TiledImage) -> NDArray[np.uint8]:
    seen: NDArray[np.uint8] = mask.read(mask.bounds)[..., 0]
    return seen


def drawn(base: TiledImage, brush: Brush, mode: StrokeMode, *dabs: Dab) -> NDArray[np.uint8]:
    """What core draws."""
    stroke = Stroke(base, brush, mode)
    for dab in dabs:
        stroke.extend(dab)
    return plane(stroke.mask)


def test_a_stroke_is_what_core_draws(show_canvas: ShowCanvas, brush: BrushTool) -> None:
    canvas = show_canvas(brush)
    blank = canvas.session.state.mask
    Hand(canvas).stroke(A, B, C)
    assert np.array_equal(mask_of(canvas), drawn(blank, brush.brush, StrokeMode.ADD, Dab(A), Dab(B), Dab(C)))
    assert [entry.name for entry in canvas.session.document.history.entries] == ["Open", "Mask brush"]


def test_the_stroke_shows_while_it_is_drawn(show_canvas: ShowCanvas, brush: BrushTool) -> None:
    canvas = show_canvas(brush)
    hand = Hand(canvas)
    hand.press(A)
    hand.move(B)
    assert plane(canvas.session.mask)[140, 199] == 255, "the stroke is not seen before the button is let go"
    assert not canvas.session.state.mask.tiles, "the history has it before the button is let go"
    hand.release(B)


def test_the_right_button_removes(show_canvas: ShowCanvas, brush: BrushTool) -> None:
    canvas = show_canvas(brush)
    hand = Hand(canvas)
    hand.stroke(A, B)
    painted = canvas.session.state.mask
    hand.stroke(B, C, button=RIGHT)
    expected = drawn(painted, brush.brush, StrokeMode.SUBTRACT, Dab(B), Dab(C))
    assert np.array_equal(mask_of(canvas), expected)


def test_the_eraser_is_the_other_way_round(show_canvas: ShowCanvas) -> None:
    canvas = show_canvas(BrushTool("eraser", StrokeMode.SUBTRACT, Brush(20, 1)))
    Hand(canvas).stroke(A, button=RIGHT)
    assert mask_of(canvas)[100, 100] == 255
    Hand(canvas).stroke(A)
    assert mask_of(canvas)[100, 100] == 0


def test_a_mask_that_was_rubbed_out_is_empty(show_canvas: ShowCanvas, brush: BrushTool) -> None:
    canvas = show_canvas(brush)
    hand = Hand(canvas)
    hand.stroke(A)
    brush.set_brush(60, 1.0)
    hand.stroke(A, button=RIGHT)
    assert not canvas.session.state.mask.tiles, "the run button would think that something is masked"


def test_a_stroke_that_changes_nothing_is_no_change(show_canvas: ShowCanvas, brush: BrushTool) -> None:
    canvas = show_canvas(brush)
    Hand(canvas).stroke(Point(-40, -40), Point(-30, -30))
    Hand(canvas).stroke(A, B, button=RIGHT)
    assert len(canvas.session.document.history.entries) == 1


def test_shift_draws_a_straight_line_from_the_last_place(show_canvas: ShowCanvas, brush: BrushTool) -> None:
    canvas = show_canvas(brush)
    hand = Hand(canvas)
    hand.stroke(A)
    once = canvas.session.state.mask
    hand.stroke(C, keys=SHIFT)
    expected = drawn(once, brush.brush, StrokeMode.ADD, Dab(A), Dab(C))
    assert np.array_equal(mask_of(canvas), expected)


def test_a_straight_line_does_not_begin_in_another_picture(show_canvas: ShowCanvas, brush: BrushTool) -> None:
    Hand(show_canvas(brush)).stroke(A)
    other = show_canvas(brush)
    Hand(other).stroke(C, keys=SHIFT)
    assert mask_of(other)[100, 100] == 0


def test_alt_and_the_right_button_change_size_and_hardness(show_canvas: ShowCanvas, brush: BrushTool) -> None:
    canvas = show_canvas(brush)
    hand = Hand(canvas)
    hand.press(A, RIGHT, ALT)
    hand.move(Point(130, 60), ALT)
    assert brush.brush == Brush(50, 0.7)
    hand.release(Point(130, 60), ALT)
    assert brush.brush == Brush(50, 0.7)
    assert not canvas.session.state.mask.tiles, "it painted, too"


def test_esc_takes_the_change_of_size_back(show_canvas: ShowCanvas, brush: BrushTool) -> None:
    canvas = show_canvas(brush)
    hand = Hand(canvas)
    hand.press(A, RIGHT, ALT)
    hand.move(C, ALT)
    assert canvas.abandon()
    assert brush.brush == Brush(20, 0.5)


def test_a_stroke_can_be_abandoned(show_canvas: ShowCanvas, brush: BrushTool) -> None:
    canvas = show_canvas(brush)
    hand = Hand(canvas)
    hand.press(A)
    hand.move(B)
    assert canvas.abandon()
    assert not plane(canvas.session.mask).any(), "the abandoned stroke is still seen"
    hand.move(C)
    hand.release(C)
    assert len(canvas.session.document.history.entries) == 1
    assert not canvas.abandon(), "there was nothing any more"


@pytest.mark.parametrize("other", [RIGHT, MIDDLE])
def test_another_button_does_not_disturb_a_stroke(
    show_canvas: ShowCanvas, brush: BrushTool, other: Qt.MouseButton
) -> None:
    canvas = show_canvas(brush)
    blank, left, right = canvas.session.state.mask, Hand(canvas), Hand(canvas)
    left.press(A, LEFT)
    right.press(B, other)
    right.release(B)
    left.move(B)
    left.release(B)
    assert np.array_equal(mask_of(canvas), drawn(blank, brush.brush, StrokeMode.ADD, Dab(A), Dab(B)))


def test_the_pen_presses(show_canvas: ShowCanvas, brush: BrushTool) -> None:
    canvas = show_canvas(brush)
    blank = canvas.session.state.mask
    Hand(canvas).pen_stroke((A, 0.25), (B, 1.0), (C, 0.0))
    expected = drawn(blank, brush.brush, StrokeMode.ADD, Dab(A, 0.25), Dab(B, 1.0), Dab(C, 0.0))
    assert np.array_equal(mask_of(canvas), expected)


def test_the_pens_other_end_removes(show_canvas: ShowCanvas, brush: BrushTool) -> None:
    canvas = show_canvas(brush)
    hand = Hand(canvas)
    hand.stroke(A, B)
    hand.pen_stroke((A, 1.0), (B, 1.0), eraser=True)
    assert mask_of(canvas)[120, 150] == 0


def test_the_brush_stays_within_its_limits(brush: BrushTool) -> None:
    for _ in range(100):
        brush.resize(-1)
        brush.harden(-1)
    assert brush.brush == Brush(1, 0)
    brush.resize(1)
    assert brush.brush.size_px == 2, "from the smallest size, the next one is larger"
    for _ in range(100):
        brush.resize(1)
        brush.harden(1)
    assert brush.brush == Brush(2000, 1)


def test_the_ring_leaves_no_trace(qtbot: QtBot, show_canvas: ShowCanvas, brush: BrushTool) -> None:
    canvas = show_canvas(brush)
    qtbot.waitUntil(lambda: (0, 0, 0) in canvas.scene._after._tiles)
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    clean = canvas.grab().toImage()
    hand = Hand(canvas)
    hand.move(A)
    assert canvas.grab().toImage() != clean, "the ring is not drawn"
    reach = brush.mark_radius_px(canvas.viewport)
    assert reach >= brush.brush.size_px / 2 * canvas.viewport.scale + 2, "less than the ring would be repainted"
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    assert canvas.grab().toImage() == clean
