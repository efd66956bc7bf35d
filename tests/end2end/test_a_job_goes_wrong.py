"""A job is stopped, or its worker is killed: the document does not notice, and the next job works."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.core.geometry import Point
from imagetool.ui.canvas.canvas import Canvas
from tests.fakes.editors import drag, open_editor, open_photo, press, wait_for, wait_for_job
from tests.fakes.pictures import textured, written

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return written(tmp_path / "photo.png", textured(900, 700))


def begin_long_job(qtbot: QtBot, editor: Editor, photo: Path) -> Canvas:
    """A job that is in the middle of its work, and not near its end."""
    canvas = open_photo(qtbot, editor, photo)
    editor.resize_brush(10)
    drag(canvas, Point(300, 200), Point(600, 500))
    press(canvas, Qt.Key.Key_Return, CONTROL)
    wait_for(qtbot, lambda: canvas.session.preview is not None)
    assert canvas.session.job is not None, "the job was over before it could be disturbed; make it longer"
    return canvas


def run_to_the_end(qtbot: QtBot, editor: Editor, canvas: Canvas) -> None:
    """The next job, a small one."""
    press(canvas, Qt.Key.Key_D, CONTROL)
    editor.resize_brush(-10)
    drag(canvas, Point(100, 100), Point(110, 100))
    press(canvas, Qt.Key.Key_Return, CONTROL)
    wait_for_job(qtbot, canvas)
    assert editor.window.task.failure.sentence == ""
    assert len(canvas.session.state.layers) == 2


def test_cancel_in_the_middle(qtbot: QtBot, photo: Path) -> None:
    with open_editor(qtbot) as editor:
        canvas = begin_long_job(qtbot, editor, photo)
        state, entries = canvas.session.state, canvas.session.document.history.entries
        press(canvas, Qt.Key.Key_Escape)
        wait_for_job(qtbot, canvas)
        assert canvas.session.state is state, "the very same pixels, layers and mask"
        assert canvas.session.document.history.entries == entries
        assert editor.window.task.failure.sentence == "", "stopping is no failure"
        run_to_the_end(qtbot, editor, canvas)


def test_kill_the_worker_in_the_middle(qtbot: QtBot, photo: Path) -> None:
    with open_editor(qtbot) as editor:
        canvas = begin_long_job(qtbot, editor, photo)
        state, entries = canvas.session.state, canvas.session.document.history.entries
        (worker,) = psutil.Process().children()
        os.kill(worker.pid, signal.SIGKILL)
        wait_for_job(qtbot, canvas)
        assert canvas.session.state is state, "the very same pixels, layers and mask"
        assert canvas.session.document.history.entries == entries
        assert "stopped unexpectedly. Your image is unchanged." in editor.window.task.failure.sentence
        run_to_the_end(qtbot, editor, canvas)


def test_closing_the_picture_stops_its_job(qtbot: QtBot, photo: Path) -> None:
    with open_editor(qtbot) as editor:
        canvas = begin_long_job(qtbot, editor, photo)
        job_id = canvas.session.job.job_id if canvas.session.job else ""
        with qtbot.waitSignal(editor.inference.cancelled, timeout=10_000) as stopped:
            editor._remove(canvas)
        assert stopped.args[0].job_id == job_id
        assert editor.window.area.canvases == []
