"""Several documents: tabs, unsaved dots, and what is asked before one goes."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.core.files import read_picture
from imagetool.ui.canvas.canvas import Canvas
from imagetool.ui.session import Session
from tests.fakes.editors import open_photo, press
from tests.fakes.hands import CONTROL
from tests.fakes.pictures import textured, written


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    return [written(tmp_path / f"{name}.png", textured(120, 90)) for name in ("one", "two", "<b>three&")]


def change(canvas: Canvas) -> None:
    state = canvas.session.state
    layer = state.active
    patch = layer.pixels.read(layer.pixels.bounds) // 2
    patch[..., 3] = 255
    changed = type(layer)(layer.id, layer.name, layer.pixels.with_pixels(0, 0, patch))
    canvas.session.apply("Darker", state.with_layer(changed))


def answer(button: str) -> list[str]:
    """Clicks a button of the next message box; the list then holds what it said."""
    said: list[str] = []

    def click() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox), "nothing was asked"
        said.append(box.text())
        assert box.textFormat() == Qt.TextFormat.PlainText, "a file's name could be markup"
        next(it for it in box.buttons() if it.text().replace("&", "") == button).click()

    QTimer.singleShot(50, click)
    return said


def titles(editor: Editor) -> list[str]:
    tabs = editor.window.area.tabs
    return [tabs.tabText(place) for place in range(tabs.count())]


def test_each_has_a_tab(qtbot: QtBot, editor: Editor, photos: list[Path]) -> None:
    opened = [open_photo(qtbot, editor, path) for path in photos]
    assert titles(editor) == ["one.png", "two.png", "<b>three&&.png"]
    assert "<b>" not in editor.window.area.tabs.tabToolTip(2), "a file's name could be markup"
    assert editor.canvas is opened[2]
    assert editor.window.windowTitle() == "<b>three&.png — imagetool"
    press(opened[2], Qt.Key.Key_Tab, CONTROL)
    assert editor.canvas is opened[0], "the next after the last is the first"
    press(opened[0], Qt.Key.Key_PageUp, CONTROL)
    assert editor.canvas is opened[2]
    assert opened[2].hasFocus()


def test_a_dot_stands_for_unsaved(qtbot: QtBot, editor: Editor, photos: list[Path]) -> None:
    canvas = open_photo(qtbot, editor, photos[0])
    change(canvas)
    assert titles(editor) == ["one.png •"]
    press(canvas, Qt.Key.Key_Z, CONTROL)
    assert titles(editor) == ["one.png"]
    press(canvas, Qt.Key.Key_Y, CONTROL)
    press(canvas, Qt.Key.Key_S, CONTROL)
    qtbot.waitUntil(lambda: titles(editor) == ["one.png"])


def test_the_same_file_is_shown_not_opened_again(
    qtbot: QtBot, editor: Editor, photos: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = open_photo(qtbot, editor, photos[0])
    open_photo(qtbot, editor, photos[1])
    monkeypatch.chdir(photos[0].parent)
    editor.opening.open(Path("one.png"))
    assert editor.canvas is first
    editor.opening.open(photos[0].parent / ".." / photos[0].parent.name / "one.png")
    assert editor.canvas is first
    editor.opening.open(photos[2])
    editor.opening.open(photos[2])
    qtbot.waitUntil(lambda: len(editor.window.area.canvases) == 3)
    with qtbot.waitSignal(editor.background._answered):
        editor.background.run(lambda: None, lambda _: None, lambda _: None)
    assert len(editor.window.area.canvases) == 3, "opened twice because it was asked for twice"


def test_closing_a_saved_one_asks_nothing(qtbot: QtBot, editor: Editor, photos: list[Path]) -> None:
    canvas = open_photo(qtbot, editor, photos[0])
    press(canvas, Qt.Key.Key_W, CONTROL)
    assert editor.window.area.canvases == []
    assert editor.window.area.welcome.isVisible()
    assert editor.window.windowTitle() == "imagetool"


@pytest.mark.parametrize("button", ["Save", "Discard", "Cancel"])
def test_closing_an_unsaved_one_asks(qtbot: QtBot, editor: Editor, photos: list[Path], button: str) -> None:
    canvas = open_photo(qtbot, editor, photos[0])
    before = read_picture(photos[0]).pixels
    change(canvas)
    said = answer(button)
    press(canvas, Qt.Key.Key_W, CONTROL)
    assert said == ["Save the changes to one.png before closing?"]
    if button == "Save":
        qtbot.waitUntil(lambda: editor.window.area.canvases == [])
    assert (editor.window.area.canvases == [canvas]) is (button == "Cancel")
    assert (read_picture(photos[0]).pixels != before).any() == (button == "Save")


def close_window(editor: Editor) -> bool:
    event = QCloseEvent()
    editor.window.closeEvent(event)
    return event.isAccepted()


def test_cancel_keeps_everything(qtbot: QtBot, editor: Editor, photos: list[Path]) -> None:
    canvases = [open_photo(qtbot, editor, path) for path in photos[:2]]
    change(canvases[1])
    answer("Cancel")
    assert not close_window(editor)
    assert editor.window.area.canvases == canvases, "one was closed although the whole was cancelled"


def test_saving_while_closing_ends_the_program(qtbot: QtBot, editor: Editor, photos: list[Path]) -> None:
    canvas = open_photo(qtbot, editor, photos[0])
    change(canvas)
    answer("Save")
    with qtbot.waitSignal(editor.ended):
        assert not close_window(editor), "it must stay until the file is written"
    assert editor.window.area.canvases == []


def test_a_failed_save_keeps_the_window(qtbot: QtBot, editor: Editor, photos: list[Path]) -> None:
    canvas = open_photo(qtbot, editor, photos[0])
    change(canvas)
    photos[0].unlink()
    photos[0].mkdir()
    answer("Save")
    assert not close_window(editor)
    qtbot.waitUntil(lambda: bool(editor.window.area.notices.sentences))
    assert editor.window.area.canvases == [canvas]


def test_a_closed_document_is_forgotten(qtbot: QtBot, editor: Editor, photos: list[Path]) -> None:
    def opened_and_closed() -> weakref.ref[Session]:
        canvas = open_photo(qtbot, editor, photos[0])
        editor.close_canvas(canvas)
        return weakref.ref(canvas.session)

    session = opened_and_closed()

    def gone() -> bool:
        gc.collect()
        return session() is None

    qtbot.waitUntil(gone)
