"""Every change in order, and the ways to go to any of them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.core.geometry import Point
from imagetool.ui.canvas.canvas import Canvas
from tests.fakes.editors import open_photo, press
from tests.fakes.hands import CONTROL, SHIFT, Hand


def painted(qtbot: QtBot, editor: Editor, photo: Path) -> Canvas:
    """Three strokes."""
    canvas = open_photo(qtbot, editor, photo)
    for x in (50, 150, 250):
        Hand(canvas).stroke(Point(x, 100))
    return canvas


def test_a_click_goes_there(qtbot: QtBot, editor: Editor, photo: Path) -> None:
    canvas = painted(qtbot, editor, photo)
    rows = editor.window.history.list
    assert [rows.item(place).text() for place in range(rows.count())] == ["Open", *["Mask brush"] * 3]
    entries = canvas.session.document.history.entries
    for place in (1, 3, 0):
        spot = rows.visualItemRect(rows.item(place)).center()
        QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=spot)
        assert canvas.session.state is entries[place].state
        assert rows.currentRow() == place


def test_what_was_undone_is_muted(qtbot: QtBot, editor: Editor, photo: Path) -> None:
    canvas = painted(qtbot, editor, photo)
    press(canvas, Qt.Key.Key_Z, CONTROL)
    rows = editor.window.history.list
    colours = [rows.item(place).foreground().color().name() for place in range(rows.count())]
    assert colours[0] == colours[2]
    assert colours[3] != colours[2]


def test_undo_and_redo_are_there_when_they_can_do_something(qtbot: QtBot, editor: Editor, photo: Path) -> None:
    undo, redo = editor.actions["undo"], editor.actions["redo"]
    assert not undo.isEnabled()
    canvas = open_photo(qtbot, editor, photo)
    assert (undo.isEnabled(), redo.isEnabled()) == (False, False)
    Hand(canvas).stroke(Point(50, 50))
    assert (undo.isEnabled(), redo.isEnabled()) == (True, False)
    press(canvas, Qt.Key.Key_Z, CONTROL)
    assert (undo.isEnabled(), redo.isEnabled()) == (False, True)
    press(canvas, Qt.Key.Key_Z, CONTROL | SHIFT)
    assert canvas.session.state.mask.tiles
    press(canvas, Qt.Key.Key_Z, CONTROL)
    press(canvas, Qt.Key.Key_Y, CONTROL)
    assert canvas.session.state.mask.tiles


def test_a_new_change_drops_what_was_undone(qtbot: QtBot, editor: Editor, photo: Path) -> None:
    canvas = painted(qtbot, editor, photo)
    for _ in range(3):
        press(canvas, Qt.Key.Key_Z, CONTROL)
    Hand(canvas).stroke(Point(200, 200))
    assert editor.window.history.list.count() == 2
