"""The editor is killed in the middle of the work; the next one gives it back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.core.geometry import Point
from imagetool.ui.canvas.canvas import Canvas
from tests.fakes.edited_and_killed import remembered
from tests.fakes.editors import drag, open_editor, open_photo
from tests.fakes.pictures import textured, written
from tests.fakes.runners import FakeRunner

ROOT = Path(__file__).parents[2]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return written(tmp_path / "photo.png", textured(400, 300))


@contextmanager
def working_editor(photo: Path, state: Path) -> Iterator[subprocess.Popen[str]]:
    """The real program in a process of its own, with unsaved work that is kept; killed at the end."""
    command = [sys.executable, "-m", "tests.fakes.edited_and_killed", str(photo), str(state)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "kept\n", "the program ended before its work was kept"
            yield process
        finally:
            os.kill(process.pid, signal.SIGKILL)
            process.wait(10)


@pytest.fixture
def left_behind(photo: Path, tmp_path: Path) -> dict[str, NDArray[Any]]:
    """What a killed editor had on its screen."""
    state = tmp_path / "state.npz"
    with working_editor(photo, state):
        pass
    with np.load(state) as loaded:
        return dict(loaded)


def offered(qtbot: QtBot, editor: Editor) -> list[str]:
    editor.open([], None)
    notices = editor.window.area.notices
    qtbot.waitUntil(lambda: bool(notices.sentences), timeout=10_000)
    return notices.sentences


def answer(editor: Editor, text: str) -> None:
    next(it for it in editor.window.area.notices.findChildren(QPushButton) if it.text() == text).click()


def journals(home: Path) -> list[Path]:
    return sorted(home.glob("recovery/*/state.json"))


def restore(qtbot: QtBot, editor: Editor) -> Canvas:
    answer(editor, "Restore")
    qtbot.waitUntil(lambda: editor.canvas is not None, timeout=10_000)
    assert editor.canvas is not None
    return editor.canvas


def test_restore_gives_everything_back(
    qtbot: QtBot,
    home: Path,
    photo: Path,
    left_behind: dict[str, NDArray[Any]],
) -> None:
    (old,) = journals(home)
    with open_editor(qtbot, FakeRunner().made) as editor:
        (sentence,) = offered(qtbot, editor)
        assert sentence.startswith("The work on photo.png was not saved when imagetool ended (")
        session = restore(qtbot, editor).session
        back = remembered(session.state)
        assert back.keys() == left_behind.keys()
        for name, expected in left_behind.items():
            assert np.array_equal(back[name], expected), f"{name} came back different"
        assert not session.document.history.saved
        assert session.document.path == photo
        assert editor.window.area.tabs.tabText(0) == "photo.png •"
        assert editor.window.area.notices.sentences == []
        qtbot.waitUntil(lambda: not old.exists())
        assert len(journals(home)) == 1, "killed once more now, the work would be lost"
        session.undo()
        assert np.array_equal(session.state.layers[0].pixels.read(session.state.bounds), left_behind["layer 0"])
    assert journals(home) == [], "an editor that was closed leaves nothing behind"


def test_discard_removes_it(qtbot: QtBot, home: Path, left_behind: object) -> None:
    with open_editor(qtbot, FakeRunner().made) as editor:
        offered(qtbot, editor)
        answer(editor, "Discard")
        qtbot.waitUntil(lambda: list((home / "recovery").iterdir()) == [])
        assert editor.window.area.canvases == []


def test_the_work_of_a_running_editor_is_its_own(qtbot: QtBot, home: Path, photo: Path, tmp_path: Path) -> None:
    with working_editor(photo, tmp_path / "state.npz"), open_editor(qtbot, FakeRunner().made) as editor:
        canvas = open_photo(qtbot, editor, photo)
        drag(canvas, Point(100, 100), Point(150, 120))
        editor.recovery.keep()
        qtbot.waitUntil(lambda: len(journals(home)) == 2)
        with qtbot.waitSignal(editor.recovery._thread._answered):
            editor.open([], None)
        assert editor.window.area.notices.sentences == []


def test_saved_work_is_not_kept(qtbot: QtBot, home: Path, photo: Path) -> None:
    with open_editor(qtbot, FakeRunner().made) as editor:
        session = open_photo(qtbot, editor, photo).session
        layer = session.state.active
        dark = layer.pixels.with_pixels(0, 0, np.full((9, 9, 4), 255, np.uint8))
        session.apply("Spot", session.state.with_layer(type(layer)(layer.id, layer.name, dark)))
        editor.recovery.keep()
        qtbot.waitUntil(lambda: len(journals(home)) == 1)
        editor.saving.save(session)
        qtbot.waitUntil(lambda: session.document.history.saved)
        editor.recovery.keep()
        qtbot.waitUntil(lambda: journals(home) == [])


def test_a_full_disk_is_said_once_and_stops_nothing(qtbot: QtBot, home: Path, photo: Path) -> None:
    with open_editor(qtbot, FakeRunner().made) as editor:
        home.mkdir(parents=True, exist_ok=True)
        in_the_way = home / "recovery"
        in_the_way.write_text("a file where the folder should be: nothing can be written, as on a full disk")
        canvas = open_photo(qtbot, editor, photo)
        answered = editor.recovery._thread._answered
        for x in (50, 100, 150):
            drag(canvas, Point(x, 50), Point(x, 90))
            with qtbot.waitSignal(answered):
                editor.recovery.keep()
        (sentence,) = editor.window.area.notices.sentences
        assert sentence.startswith("Unsaved work cannot be kept for recovery (")
        assert len(canvas.session.document.history.entries) == 4, "editing has stopped"
        in_the_way.unlink()
        editor.recovery.keep()
        qtbot.waitUntil(lambda: len(journals(home)) == 1)
