"""Commands, their keys, the palette, and the window without a mouse."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from imagetool.app.command_table import command_table
from imagetool.app.editor import Editor
from imagetool.ui.commands import COMMANDS, MENUS
from tests.fakes.editors import open_photo, press
from tests.fakes.hands import CONTROL

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # popups, offscreen


def test_every_command_does_something(editor: Editor) -> None:
    declared, done = {command.id for command in COMMANDS}, set(command_table(editor))
    assert declared == done, f"only declared: {declared - done}; only done: {done - declared}"


def test_every_key_means_one_thing() -> None:
    keys = Counter(QKeySequence(key).toString() for command in COMMANDS for key in command.keys)
    assert [key for key, count in keys.items() if count > 1] == []
    assert "" not in keys, "a key is written in a way that Qt does not understand"


def test_every_command_has_a_place(editor: Editor) -> None:
    for command in COMMANDS:
        assert command.menu in (*MENUS, "")
        assert command.menu or command.keys, f"{command.id} can only be found in the palette"
        in_menu = editor.actions[command.id] in editor.window.menus.get(command.menu, editor.window).actions()
        assert in_menu, f"{command.id} is not in its menu"


def test_nothing_fails_without_a_document(editor: Editor) -> None:
    asks = {"open", "quit", "keys", "about", "card", "full-screen", "find"}
    for command in COMMANDS:
        if command.id not in asks:
            editor.actions[command.id].trigger()
            command_table(editor)[command.id]()
    assert editor.window.area.canvases == []
    editor.actions["theme-system"].trigger()


def test_what_needs_a_picture_waits_for_one(qtbot: QtBot, editor: Editor, photo: Path) -> None:
    needing = ("save", "save-as", "export", "close", "mask-all", "fit", "split", "flatten")
    assert not any(editor.actions[command].isEnabled() for command in needing)
    assert editor.actions["paste"].isEnabled()
    assert editor.actions["run"].isEnabled(), "new pictures need none"
    canvas = open_photo(qtbot, editor, photo)
    assert all(editor.actions[command].isEnabled() for command in needing)
    editor.close_canvas(canvas)
    assert not any(editor.actions[command].isEnabled() for command in needing)


def test_the_palette_finds_and_does(qtbot: QtBot, editor: Editor, photo: Path) -> None:
    canvas = open_photo(qtbot, editor, photo)
    press(canvas, Qt.Key.Key_K, CONTROL)
    palette = editor.palette
    qtbot.waitUntil(palette.isVisible)
    QTest.keyClicks(palette.field, "MASK inv")
    assert [palette.list.item(row).text() for row in range(palette.list.count())] == ["Select: Invert mask"]
    with qtbot.waitSignal(canvas.session.state_changed):
        QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert not palette.isVisible()
    assert canvas.session.state.mask.tiles


def test_the_palette_with_arrow_keys_and_esc(qtbot: QtBot, editor: Editor) -> None:
    palette = editor.palette
    palette.open()
    QTest.keyClicks(palette.field, "theme")
    assert palette.list.count() == 3
    for expected in (1, 2, 0):
        QTest.keyClick(palette.field, Qt.Key.Key_Down)
        assert palette.list.currentRow() == expected
    QTest.keyClick(palette.field, Qt.Key.Key_Up)
    assert palette.list.currentRow() == 2
    QTest.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    palette.open()
    assert palette.field.text() == ""
    QTest.keyClicks(palette.field, "no such command")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert not palette.isVisible()


def test_the_palette_leaves_out_what_cannot_be_done(editor: Editor) -> None:
    editor.palette.open()
    texts = [editor.palette.list.item(row).text() for row in range(editor.palette.list.count())]
    assert not any("Invert mask" in text for text in texts)
    editor.palette.hide()


def test_keys_can_be_changed(editor: Editor) -> None:
    editor.settings.set("keys", {"mask-view": ["Ctrl+M"], "fit": "F9", "split": [7, None, "F8"]})
    assert editor.settings.keys == {"mask-view": ["Ctrl+M"], "split": ["F8"]}


def test_f6_goes_round(qtbot: QtBot, editor: Editor, photo: Path) -> None:
    canvas = open_photo(qtbot, editor, photo)
    window = editor.window
    for area in (window.options, window.tools, window.task, window.layers, window.history):
        press(window, Qt.Key.Key_F6)
        focus = QApplication.focusWidget()
        assert focus is not None
        assert area.isAncestorOf(focus), f"{focus} has the keyboard instead of {area}"
    press(window, Qt.Key.Key_F6)
    assert canvas.hasFocus()


def test_tab_hides_the_panels_from_the_canvas_only(qtbot: QtBot, editor: Editor, photo: Path) -> None:
    canvas = open_photo(qtbot, editor, photo)
    window = editor.window
    parts = (window.task, window.layers, window.history, window.options, window.tools, window.status)
    press(canvas, Qt.Key.Key_Tab)
    assert not any(part.isVisible() for part in parts)
    assert canvas.hasFocus()
    press(canvas, Qt.Key.Key_Tab)
    assert all(part.isVisible() for part in parts)
    window.task.models.setFocus()
    press(window.task.models, Qt.Key.Key_Tab)
    assert all(part.isVisible() for part in parts), "Tab goes to the next field there"
    assert not window.task.models.hasFocus()


def test_hidden_panels_come_back_as_they_were(qtbot: QtBot, editor: Editor, photo: Path) -> None:
    open_photo(qtbot, editor, photo)
    dock = editor.window._docks["History"]
    dock.hide()
    editor.window.hide_panels(True)
    editor.window.hide_panels(False)
    assert dock.isHidden(), "a panel that was closed has come back"
    editor.actions["reset-layout"].trigger()
    assert dock.isVisible()


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Return])
def test_leaving_a_field_leaves_the_job_alone(qtbot: QtBot, editor: Editor, photo: Path, key: Qt.Key) -> None:
    canvas = open_photo(qtbot, editor, photo)
    canvas.compare.toggle_split()
    seed = editor.window.task._seed
    seed.setFocus()
    press(seed, key)
    assert canvas.compare.split is not None, "Esc in a field has done what Esc does on the canvas"
    assert not seed.hasFocus()
