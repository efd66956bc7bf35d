"""The badge that counts what changed outside the mask, and the map of what has changed."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.core.document import Layer
from imagetool.core.geometry import Point
from imagetool.core.last_change import last_change
from imagetool.core.tiles import TiledImage
from imagetool.ui.canvas.brush_tool import BrushTool
from imagetool.ui.canvas.canvas import Canvas
from imagetool.ui.change_badge import ChangeBadge
from tests.fakes.editors import drag, open_photo, press
from tests.fakes.runners import FakeRunner
from tests.ui.conftest import ShowCanvas


def gray(canvas: Canvas, x: float, y: float) -> int:
    """The brightness at an image position; -1 where it is no gray."""
    spot = canvas.viewport.to_view(x, y)
    colour = canvas.grab().toImage().pixelColor(int(spot.x), int(spot.y))
    return colour.red() if colour.red() == colour.green() == colour.blue() else -1


def displays() -> int:
    return sum(thread.name == "display" for thread in threading.enumerate())


def filled(qtbot: QtBot, editor: Editor, runner: FakeRunner, photo: Path) -> Canvas:
    canvas = open_photo(qtbot, editor, photo)
    drag(canvas, Point(100, 100), Point(160, 100))
    editor.actions["run"].trigger()
    runner.finish(200)
    qtbot.waitUntil(lambda: len(canvas.session.state.layers) == 2)
    return canvas


def test_the_badge_stands_as_long_as_the_picture_is_as_the_fill_left_it(
    qtbot: QtBot, editor: Editor, runner: FakeRunner, photo: Path
) -> None:
    badge = editor.window.status.badge
    canvas = open_photo(qtbot, editor, photo)
    assert badge.isHidden()
    editor.close_canvas(canvas)
    canvas = filled(qtbot, editor, runner, photo)
    assert (badge.isVisible(), badge.text().strip()) == (True, "0 pixels changed outside")
    drag(canvas, Point(20, 20), Point(40, 20))
    assert badge.isVisible(), "a mask changes no pixel"
    canvas.session.undo()
    canvas.session.undo()
    assert badge.isHidden()
    canvas.session.redo()
    assert badge.isVisible()


@pytest.mark.parametrize(("outside", "said"), [(1, "1 pixel changed outside"), (7, "7 pixels changed outside")])
def test_what_has_changed_is_not_hidden(qtbot: QtBot, outside: int, said: str) -> None:
    badge = ChangeBadge()
    qtbot.addWidget(badge)
    badge.show_count(0)
    calm = badge.icon().pixmap(24, 24).toImage()
    badge.show_count(outside)
    assert badge.text().strip() == badge.accessibleName() == said
    assert badge.icon().pixmap(24, 24).toImage() != calm
    badge.show_count(None)
    assert badge.isHidden()


def test_a_click_shows_the_map_and_another_the_picture(
    qtbot: QtBot, editor: Editor, runner: FakeRunner, photo: Path
) -> None:
    canvas = filled(qtbot, editor, runner, photo)
    badge, action = editor.window.status.badge, editor.actions["show-changes"]
    qtbot.waitUntil(lambda: gray(canvas, 110, 100) == 200)
    QTest.mouseClick(badge, Qt.MouseButton.LeftButton)
    assert (badge.isChecked(), action.isChecked()) == (True, True)
    qtbot.waitUntil(lambda: gray(canvas, 110, 100) > 50 and gray(canvas, 250, 200) == 0)
    assert gray(canvas, 110, 140) == 0, "beside the stroke, whose rim is not soft"
    press(canvas, Qt.Key.Key_Escape)
    assert (badge.isChecked(), action.isChecked()) == (False, False)
    assert canvas.scene.change is None
    qtbot.waitUntil(lambda: gray(canvas, 110, 100) == 200)
    action.trigger()
    assert canvas.scene.change
    canvas.session.undo()
    assert canvas.scene.change is None, "nothing is left that has changed"
    assert not action.isChecked()


def test_where_nothing_has_changed_it_is_said(qtbot: QtBot, editor: Editor, photo: Path) -> None:
    open_photo(qtbot, editor, photo)
    action = editor.actions["show-changes"]
    action.trigger()
    assert not action.isChecked()
    assert editor.window.status.message.text().startswith("Nothing has changed yet.")


def test_the_map_follows_the_history_and_leaves_no_thread(show_canvas: ShowCanvas, brush: BrushTool) -> None:
    canvas = show_canvas(brush)
    state = canvas.session.state
    for name in ("one", "two"):
        sheet = TiledImage.blank(state.size, 4).with_pixels(10, 10, np.full((5, 5, 4), 255, np.uint8))
        canvas.session.apply(name, canvas.session.state.with_layer_added(Layer.new(name, sheet)))
    threads = displays()
    canvas.scene.show_change(last_change(canvas.session.document.history))
    assert displays() == threads + 1
    canvas.session.undo()
    canvas.scene.show_change(last_change(canvas.session.document.history))
    change = canvas.scene.change
    assert change
    assert (change.name, displays()) == ("one", threads + 1)
    canvas.scene.show_change(None)
    assert displays() == threads
