"""What is done to the mask as a whole, by key, by button and by menu."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.core.geometry import Point
from imagetool.ui.canvas.canvas import Canvas
from imagetool.ui.canvas.scene import MaskView
from tests.fakes.editors import open_photo, press
from tests.fakes.hands import CONTROL, SHIFT, Hand


@pytest.fixture
def canvas(qtbot: QtBot, editor: Editor, photo: Path) -> Canvas:
    return open_photo(qtbot, editor, photo)


def share_masked(canvas: Canvas) -> float:
    mask = canvas.session.state.mask
    return float((mask.read(mask.bounds) == 255).mean())


def test_all_none_and_invert(qtbot: QtBot, canvas: Canvas) -> None:
    changed = canvas.session.state_changed
    with qtbot.waitSignal(changed):
        press(canvas, Qt.Key.Key_A, CONTROL)
    assert share_masked(canvas) == 1
    press(canvas, Qt.Key.Key_D, CONTROL)
    assert share_masked(canvas) == 0
    Hand(canvas).stroke(Point(100, 100))
    some = canvas.session.state.mask
    with qtbot.waitSignal(changed):
        press(canvas, Qt.Key.Key_I, CONTROL | SHIFT)
    inverted = canvas.session.state.mask
    assert np.array_equal(inverted.read(inverted.bounds), 255 - some.read(some.bounds))
    names = [entry.name for entry in canvas.session.document.history.entries]
    assert names == ["Open", "Mask everything", "Clear mask", "Mask brush", "Invert mask"]


def test_inverting_everything_leaves_an_empty_mask(qtbot: QtBot, canvas: Canvas) -> None:
    for key, keys in ((Qt.Key.Key_A, CONTROL), (Qt.Key.Key_I, CONTROL | SHIFT)):
        with qtbot.waitSignal(canvas.session.state_changed):
            press(canvas, key, keys)
    assert not canvas.session.state.mask.tiles


def test_clearing_an_empty_mask_is_no_change(canvas: Canvas) -> None:
    press(canvas, Qt.Key.Key_D, CONTROL)
    assert len(canvas.session.document.history.entries) == 1


def test_q_goes_through_the_views(editor: Editor, canvas: Canvas) -> None:
    seen = [canvas.scene.mask_view]
    for _ in MaskView:
        press(canvas, Qt.Key.Key_Q)
        seen.append(canvas.scene.mask_view)
    assert seen == [MaskView.OVERLAY, MaskView.PLANE, MaskView.HIDDEN, MaskView.OVERLAY]
    editor.window.options.view_wanted.emit()
    assert canvas.scene.mask_view is MaskView.PLANE, "the button in the options bar does the same"


def test_the_views_look_as_they_are_called(qtbot: QtBot, editor: Editor, canvas: Canvas) -> None:
    editor.choose_tool("hand")  # no ring
    qtbot.waitUntil(lambda: (0, 0, 0) in canvas.scene._after._tiles)
    unmasked = canvas.grab().toImage()
    with qtbot.waitSignal(canvas.session.state_changed):
        editor.actions["mask-all"].trigger()
    middle = canvas.rect().center()
    over = QColor(canvas.grab().toImage().pixel(middle))
    under = QColor(unmasked.pixel(middle))
    assert over.red() - over.green() > under.red() - under.green() + 20, "the mask does not tint the picture"
    press(canvas, Qt.Key.Key_Q)
    assert QColor(canvas.grab().toImage().pixel(middle)) == QColor(255, 255, 255)
    press(canvas, Qt.Key.Key_Q)
    assert canvas.grab().toImage() == unmasked


def test_the_buttons_of_the_options_bar(qtbot: QtBot, editor: Editor, canvas: Canvas) -> None:
    with qtbot.waitSignal(canvas.session.state_changed):
        editor.window.options.invert_wanted.emit()
    assert share_masked(canvas) == 1
    editor.window.options.clear_wanted.emit()
    assert share_masked(canvas) == 0


def test_undo_in_the_middle_of_a_stroke_takes_the_stroke_back(canvas: Canvas) -> None:
    hand = Hand(canvas)
    hand.stroke(Point(50, 50))
    once = canvas.session.state
    hand.press(Point(100, 100))
    press(canvas, Qt.Key.Key_Z, CONTROL)
    hand.move(Point(150, 100))
    hand.release(Point(150, 100))
    assert canvas.session.state is once
