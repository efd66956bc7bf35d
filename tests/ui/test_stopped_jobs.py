"""A job that was stopped in the middle: what is done can be kept or discarded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.core.compositing import composite
from imagetool.core.geometry import Point, Rect, Size
from imagetool.core.picture import Pixels
from imagetool.jobs.events import Cancelled, Started
from imagetool.plugin.tasks import Task
from imagetool.ui.canvas.canvas import Canvas
from tests.fakes.editors import open_photo, press
from tests.fakes.hands import CONTROL, Hand
from tests.fakes.held_background import settle
from tests.fakes.partials import partial_of
from tests.fakes.pictures import textured, written
from tests.fakes.runners import FakeRunner

Stop = Callable[..., None]


@pytest.fixture
def canvas(qtbot: QtBot, editor: Editor, photo: Path) -> Canvas:
    return open_photo(qtbot, editor, photo)


@pytest.fixture
def stop(qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner) -> Stop:
    """Runs a task and stops it when some of four tiles are done."""

    def stopped(task: Task, done: int = 2) -> None:
        editor.window.task.choose_task(task)
        press(canvas, Qt.Key.Key_Return, CONTROL)
        request = runner.requests[-1]
        runner.hear(Started(request.job_id))
        runner.hear(Cancelled(request.job_id, partial_of(request, done=done)))
        qtbot.waitUntil(lambda: canvas.session.job is None)
        settle(qtbot, editor.background)

    return stopped


def shown(editor: Editor) -> list[str]:
    """The buttons in the status bar that answer a question."""
    texts = [it.text() for it in editor.window.status.findChildren(QPushButton) if not it.isHidden()]
    return [text for text in texts if text in ("Keep what is done", "Discard")]


def click(editor: Editor, text: str) -> None:
    buttons = editor.window.status.findChildren(QPushButton)
    next(it for it in buttons if it.text() == text and not it.isHidden()).click()


def seen(canvas: Canvas) -> Pixels:
    return composite(canvas.session.state, canvas.session.state.bounds)


def test_what_is_done_is_kept_as_a_layer(qtbot: QtBot, editor: Editor, canvas: Canvas, stop: Stop) -> None:
    before = seen(canvas)
    stop(Task.DENOISE)
    status = editor.window.status
    assert status.message.text() == "Stopped after 2 of 4 tiles."
    assert shown(editor) == ["Keep what is done", "Discard"]
    assert len(canvas.session.state.layers) == 1, "nothing is changed before the user says so"
    click(editor, "Keep what is done")
    qtbot.waitUntil(lambda: len(canvas.session.state.layers) == 2)
    after = seen(canvas)
    assert (after[:, :160] == 255).all()
    assert np.array_equal(after[:, 160:], before[:, 160:]), "what was not done has changed"
    assert status.message.text() == "Kept 2 of 4 tiles"
    assert canvas.session.document.history.entries[-1].name.endswith(", in part")
    click(editor, "Undo")
    assert np.array_equal(seen(canvas), before)
    assert shown(editor) == []


def test_what_is_done_is_discarded(editor: Editor, canvas: Canvas, stop: Stop) -> None:
    state = canvas.session.state
    stop(Task.DENOISE)
    assert canvas.session.preview is not None, "what is done can be looked at"
    click(editor, "Discard")
    assert canvas.session.state is state
    assert canvas.session.preview is None
    assert editor.window.status.message.text() == "Discarded. The picture is as it was."
    assert shown(editor) == []


def test_the_next_job_shows_its_own_tiles_alone(
    qtbot: QtBot, canvas: Canvas, stop: Stop, runner: FakeRunner
) -> None:
    stop(Task.DENOISE)
    assert list(canvas.scene._previews) == [Rect(0, 0, 80, 240), Rect(80, 0, 160, 240)]
    press(canvas, Qt.Key.Key_Return, CONTROL)
    with qtbot.waitSignal(canvas.session.preview_changed):
        runner.preview(Rect(160, 0, 320, 240), 9)
    assert list(canvas.scene._previews) == [Rect(160, 0, 320, 240)]


def test_an_enlarged_picture_is_completed_plainly(
    qtbot: QtBot, editor: Editor, canvas: Canvas, stop: Stop
) -> None:
    stop(Task.UPSCALE, done=1)
    click(editor, "Keep what is done")
    qtbot.waitUntil(lambda: canvas.session.state.size == Size(640, 480))
    after = seen(canvas)
    assert (after[:, :160] == 255).all()
    assert after[:, 160:, :3].std() > 20, "the rest is the picture, and not what the buffer held"
    assert editor.window.status.message.text() == "Kept 1 of 4 tiles; the rest is enlarged plainly (bicubic)"


def test_what_was_filled_is_kept_under_the_mask(qtbot: QtBot, editor: Editor, canvas: Canvas, stop: Stop) -> None:
    Hand(canvas).stroke(Point(100, 100), Point(200, 100))
    before, mask = seen(canvas), canvas.session.state.mask
    stop(Task.INPAINT)
    click(editor, "Keep what is done")
    qtbot.waitUntil(lambda: len(canvas.session.state.layers) == 2)
    changed = (seen(canvas) != before).any(axis=2)
    plane = mask.read(mask.bounds)[..., 0]
    assert changed[100, 100]
    assert not changed[100, 200], "this tile was not done"
    assert not changed[plane == 0].any()
    assert canvas.session.state.mask is mask, "the rest can still be filled"


def test_a_part_does_not_fit_another_size(qtbot: QtBot, editor: Editor, canvas: Canvas, stop: Stop) -> None:
    stop(Task.UPSCALE, done=1)
    click(editor, "Keep what is done")
    qtbot.waitUntil(lambda: canvas.session.state.size == Size(640, 480))
    stop(Task.DENOISE)
    canvas.session.undo()
    click(editor, "Keep what is done")
    qtbot.waitUntil(lambda: "another size now" in editor.window.task.failure.sentence)
    assert len(canvas.session.state.layers) == 1
    assert canvas.session.preview is None


def test_nothing_is_asked_where_nothing_is_done(editor: Editor, canvas: Canvas, stop: Stop) -> None:
    stop(Task.DENOISE, done=0)
    assert shown(editor) == []
    assert editor.window.status.message.text() == "Stopped. The picture is as it was."


def test_the_question_stands_until_it_is_answered(editor: Editor, canvas: Canvas, stop: Stop) -> None:
    stop(Task.DENOISE)
    status = editor.window.status
    status.say("Something else.")
    assert shown(editor) == []
    status.clear()  # as after some seconds
    assert status.message.text() == "Stopped after 2 of 4 tiles."
    assert shown(editor) == ["Keep what is done", "Discard"]


def test_the_question_is_about_the_document_that_is_shown(
    qtbot: QtBot, editor: Editor, canvas: Canvas, stop: Stop, tmp_path: Path
) -> None:
    stop(Task.DENOISE)
    other = open_photo(qtbot, editor, written(tmp_path / "other.png", textured(200, 150)))
    assert shown(editor) == []
    editor.window.area.choose(canvas.session)
    assert shown(editor) == ["Keep what is done", "Discard"]
    click(editor, "Keep what is done")
    editor.window.area.choose(other.session)
    qtbot.waitUntil(lambda: len(canvas.session.state.layers) == 2)
    assert editor.window.status.message.text() == "photo.png: Kept 2 of 4 tiles"
    assert len(other.session.state.layers) == 1


def test_the_next_part_takes_the_place_of_the_last(
    qtbot: QtBot, editor: Editor, canvas: Canvas, stop: Stop
) -> None:
    stop(Task.DENOISE)
    stop(Task.DENOISE, done=3)
    assert editor.window.status.message.text() == "Stopped after 3 of 4 tiles."
    assert [job.keepable for job in editor.running.queue.ended] == [True, False]
    click(editor, "Keep what is done")
    qtbot.waitUntil(lambda: len(canvas.session.state.layers) == 2)
    assert (seen(canvas)[:, :240] == 255).all()


def test_closing_the_document_lets_its_part_go(editor: Editor, canvas: Canvas, stop: Stop) -> None:
    stop(Task.DENOISE)
    (job,) = editor.running.queue.ended
    editor._remove(canvas)
    assert shown(editor) == []
    assert editor.window.status.message.isHidden()
    assert editor.running.remnants._find(job.id) is None, "its pixels are still kept"
