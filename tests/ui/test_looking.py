"""What the user looks at is told to the runner, soon and not too often."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.core.geometry import Rect
from imagetool.jobs.events import Started
from imagetool.plugin.tasks import Task
from imagetool.ui.canvas.canvas import Canvas
from tests.fakes.editors import open_photo, press
from tests.fakes.hands import CONTROL
from tests.fakes.pictures import textured, written
from tests.fakes.runners import FakeRunner


@pytest.fixture
def canvas(qtbot: QtBot, editor: Editor, tmp_path: Path) -> Canvas:
    """A picture that is larger than its view, and a job on it."""
    shown = open_photo(qtbot, editor, written(tmp_path / "large.png", textured(900, 700)))
    shown.zoom_to(2.0)
    editor.window.task.choose_task(Task.DENOISE)
    return shown


def run(canvas: Canvas) -> None:
    press(canvas, Qt.Key.Key_Return, CONTROL)


def test_a_job_is_told_at_once(canvas: Canvas, runner: FakeRunner) -> None:
    assert runner.looked_at == [], "nobody has to know while nothing runs"
    run(canvas)
    assert runner.looked_at == [(runner.requests[0].job_id, canvas.viewport.visible)]
    assert canvas.viewport.visible != Rect(0, 0, 900, 700)


def test_moving_about_is_told_a_few_times(qtbot: QtBot, canvas: Canvas, runner: FakeRunner) -> None:
    run(canvas)
    for _ in range(20):
        canvas.set_viewport(canvas.viewport.panned(-5, -5))
    assert len(runner.looked_at) <= 2
    qtbot.waitUntil(lambda: runner.looked_at[-1][1] == canvas.viewport.visible)
    assert len(runner.looked_at) <= 3


def test_what_is_known_is_not_told_again(editor: Editor, canvas: Canvas, runner: FakeRunner) -> None:
    run(canvas)
    count = len(runner.looked_at)
    for _ in range(3):
        editor.running.looking._pause.stop()
        editor.running.looking.look()
    assert len(runner.looked_at) == count


def test_a_job_that_begins_is_told_once_more(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    run(canvas)
    job_id = runner.requests[0].job_id
    with qtbot.waitSignal(editor.running.queue.began):
        runner.hear(Started(job_id))
    qtbot.waitUntil(lambda: runner.looked_at == [(job_id, canvas.viewport.visible)] * 2)


def test_switching_tells_the_other_job(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner, photo: Path
) -> None:
    run(canvas)
    other = open_photo(qtbot, editor, photo)
    run(other)
    first, second = runner.requests
    qtbot.waitUntil(lambda: runner.looked_at[-1] == (second.job_id, Rect(0, 0, 320, 240)))
    editor.window.area.choose(canvas.session)
    canvas.set_viewport(canvas.viewport.panned(-100, -100))
    qtbot.waitUntil(lambda: runner.looked_at[-1] == (first.job_id, canvas.viewport.visible))


def test_a_picture_of_another_size_says_nothing_of_the_job(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner, photo: Path
) -> None:
    small = open_photo(qtbot, editor, photo)
    editor.window.task.choose_task(Task.UPSCALE)
    run(small)
    editor.window.task.choose_task(Task.DENOISE)
    run(small)
    first, second = runner.requests
    seen = (second.job_id, Rect(0, 0, 320, 240))
    qtbot.waitUntil(lambda: seen in runner.looked_at)
    runner.finish(request=first)
    qtbot.waitUntil(lambda: small.session.state.size.width == 640)
    qtbot.waitUntil(lambda: not editor.running.looking._pause.isActive())
    assert [told for told in runner.looked_at if told[0] == second.job_id] == [seen]
