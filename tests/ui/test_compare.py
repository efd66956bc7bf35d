"""Before and after: held, and side by side."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.core.document import Layer
from imagetool.core.geometry import Point
from imagetool.core.tiles import TiledImage
from imagetool.ui.canvas.brush_tool import BrushTool
from imagetool.ui.canvas.canvas import Canvas
from imagetool.ui.commands import COMMANDS
from tests.fakes.editors import open_photo
from tests.fakes.hands import Hand
from tests.ui.conftest import ShowCanvas

BEFORE, AFTER = 90, 200  # shades
LEFT_SIDE, RIGHT_SIDE = QPoint(100, 200), QPoint(400, 200)


def shade(canvas: Canvas, at: QPoint) -> int:
    return QColor(canvas.grab().toImage().pixel(at)).red()


@pytest.fixture
def changed(qtbot: QtBot, show_canvas: ShowCanvas, brush: BrushTool) -> Canvas:
    """A dark picture under a light layer."""
    canvas = show_canvas(brush)
    qtbot.waitUntil(lambda: shade(canvas, LEFT_SIDE) == BEFORE)
    state = canvas.session.state
    light = np.full((state.size.height, state.size.width, 4), AFTER, np.uint8)
    light[..., 3] = 255
    canvas.session.apply("Light", state.with_layer_added(Layer.new("light", TiledImage.from_array(light))))
    qtbot.waitUntil(lambda: shade(canvas, LEFT_SIDE) == AFTER)
    return canvas


def test_the_backslash_shows_the_picture_as_it_was(changed: Canvas) -> None:
    QTest.keyPress(changed, Qt.Key.Key_Backslash)
    assert shade(changed, LEFT_SIDE) == shade(changed, RIGHT_SIDE) == BEFORE, "at once, without a blank in between"
    QTest.keyRelease(changed, Qt.Key.Key_Backslash)
    assert shade(changed, LEFT_SIDE) == shade(changed, RIGHT_SIDE) == AFTER


def test_the_mask_is_out_of_the_way(changed: Canvas) -> None:
    brush_spot = changed.viewport.to_image(100, 200)
    Hand(changed).stroke(brush_spot)
    QApplication.sendEvent(changed, QEvent(QEvent.Type.Leave))  # the ring is out of the way, too
    assert shade(changed, LEFT_SIDE) != AFTER, "the mask is not seen"
    QTest.keyPress(changed, Qt.Key.Key_Backslash)
    assert shade(changed, LEFT_SIDE) == BEFORE
    QTest.keyRelease(changed, Qt.Key.Key_Backslash)


def test_losing_the_focus_lets_go(changed: Canvas) -> None:
    QTest.keyPress(changed, Qt.Key.Key_Backslash)
    changed.clearFocus()
    assert not changed.compare.holding, "the key was let go in another window and nobody heard it"


def test_the_split_shows_both(changed: Canvas) -> None:
    changed.compare.toggle_split()
    assert shade(changed, LEFT_SIDE) == BEFORE
    assert shade(changed, RIGHT_SIDE) == AFTER
    changed.compare.toggle_split()
    assert shade(changed, LEFT_SIDE) == AFTER


def test_the_split_can_be_dragged(changed: Canvas) -> None:
    changed.compare.toggle_split()
    hand = Hand(changed)
    middle = changed.viewport.to_image(250, 200)
    hand.stroke(middle, Point(middle.x + 180, middle.y))
    assert changed.compare.split == pytest.approx(0.86)
    assert shade(changed, RIGHT_SIDE) == BEFORE
    hand.stroke(Point(middle.x + 180, middle.y), Point(-1000, middle.y))
    assert changed.compare.split == 0.0
    assert shade(changed, LEFT_SIDE) == AFTER
    assert not changed.session.state.mask.tiles, "dragging the line painted"


def test_tools_rest_while_comparing(changed: Canvas) -> None:
    changed.compare.toggle_split()
    left = changed.viewport.left
    Hand(changed).stroke(Point(50, 50), Point(80, 50))
    assert not changed.session.state.mask.tiles, "a stroke that nobody could see was painted"
    assert changed.viewport.left == left + 30, "the picture can be moved meanwhile"
    assert changed.cursor().shape() == Qt.CursorShape.OpenHandCursor, "the pointer is invisible"


def test_before_is_right_after_undo_and_redo(qtbot: QtBot, changed: Canvas) -> None:
    session = changed.session
    session.undo()
    changed.compare.hold(True)
    qtbot.waitUntil(lambda: shade(changed, LEFT_SIDE) == BEFORE)
    session.redo()
    qtbot.waitUntil(lambda: shade(changed, LEFT_SIDE) == BEFORE)
    changed.compare.hold(False)
    qtbot.waitUntil(lambda: shade(changed, LEFT_SIDE) == AFTER)


def test_a_hidden_background_shows_the_checkerboard(qtbot: QtBot, changed: Canvas) -> None:
    state = changed.session.state
    for layer in state.layers:
        state = state.with_layer(replace(layer, visible=False))
    changed.session.apply("Hide", state)
    qtbot.waitUntil(lambda: {shade(changed, QPoint(x, 200)) for x in range(100, 120)} == {204, 255})


@pytest.mark.parametrize("part", ["task", "layers", "history", "options", "tools"])
def test_the_backslash_works_from_anywhere(qtbot: QtBot, editor: Editor, photo: Path, part: str) -> None:
    canvas = open_photo(qtbot, editor, photo)
    panel = getattr(editor.window, part)
    for widget in [panel, *panel.findChildren(QWidget)]:
        if widget.inherits("QLineEdit") or not widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            continue
        if not widget.isVisible() or not widget.isEnabled():
            continue
        widget.setFocus()
        QTest.keyPress(widget, Qt.Key.Key_Backslash)
        assert canvas.compare.holding, f"{widget.metaObject().className()} eats the backslash"
        QTest.keyRelease(widget, Qt.Key.Key_Backslash)
        assert not canvas.compare.holding


def test_the_command_toggles_the_split(qtbot: QtBot, editor: Editor, photo: Path) -> None:
    canvas = open_photo(qtbot, editor, photo)
    assert next(command for command in COMMANDS if command.id == "split").keys == ("Shift+\\",)
    editor.actions["split"].trigger()
    assert canvas.compare.split == 0.5
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.compare.split is None
