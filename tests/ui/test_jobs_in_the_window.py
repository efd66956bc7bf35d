"""What the window shows and does while a model works; the model is a script."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.core.compositing import composite
from imagetool.core.geometry import Point
from imagetool.ui.canvas.canvas import Canvas
from tests.fakes.editors import at, open_photo, press
from tests.fakes.hands import CONTROL, Hand
from tests.fakes.pictures import textured, written
from tests.fakes.runners import FakeRunner

HOLE, ELSEWHERE = Point(100, 100), Point(250, 200)


@pytest.fixture
def canvas(qtbot: QtBot, editor: Editor, photo: Path) -> Canvas:
    return open_photo(qtbot, editor, photo)


def begin(canvas: Canvas) -> None:
    Hand(canvas).stroke(HOLE)
    press(canvas, Qt.Key.Key_Return, CONTROL)


def finished(qtbot: QtBot, canvas: Canvas) -> None:
    qtbot.waitUntil(lambda: canvas.session.job is None)


def test_the_button_says_what_to_do_next(qtbot: QtBot, editor: Editor, photo: Path, runner: FakeRunner) -> None:
    button = editor.window.task.run_button
    assert (button.text(), button.isEnabled()) == ("Fill", False), "nothing is open"
    canvas = open_photo(qtbot, editor, photo)
    assert (button.text(), button.isEnabled()) == ("Paint over what should go", False)
    press(canvas, Qt.Key.Key_Return, CONTROL)
    assert "Paint over what should go" in editor.window.status.message.text()
    assert runner.requests == []
    Hand(canvas).stroke(HOLE)
    assert (button.text(), button.isEnabled()) == ("Fill", True)
    assert runner.warmed_up == ["imagetool.inpainting"], "the worker starts when a job is likely to follow"


def test_progress_is_said_and_stays(qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner) -> None:
    begin(canvas)
    button, status = editor.window.task.run_button, editor.window.status
    assert button.text() == "Cancel · 0%"
    runner.progress(0.4, "level 2 of 4")
    qtbot.waitUntil(lambda: button.text() == "Cancel · 40%")
    assert status.job.text().startswith("Fill: level 2 of 4")
    Hand(canvas).stroke(ELSEWHERE)
    assert button.text() == "Cancel · 40%", "painting has set the progress back"
    assert button.isEnabled()
    button.click()
    finished(qtbot, canvas)
    assert runner.cancelled == [runner.requests[0].job_id]
    assert status.message.text() == "Stopped. The picture is as it was."
    assert status.job.isHidden()
    assert button.text() == "Fill"


def test_a_preview_shows_in_the_hole_only(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    begin(canvas)
    editor.choose_tool("hand")
    runner.preview(canvas.session.state.mask.content_rect(), 255)
    qtbot.waitUntil(lambda: canvas.session.preview is not None)
    seen = canvas.grab().toImage()
    assert QColor(seen.pixel(at(canvas, *HOLE))) == QColor(255, 255, 255)
    assert QColor(seen.pixel(at(canvas, *ELSEWHERE))) != QColor(255, 255, 255)


def test_the_result_is_a_layer_and_the_mask_goes(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    begin(canvas)
    before = canvas.session.state
    runner.finish(255)
    finished(qtbot, canvas)
    state = canvas.session.state
    assert [layer.name for layer in state.layers] == ["Background", "Fill · Natural"]
    assert state.active is state.layers[1]
    assert not state.mask.tiles
    seen, original = composite(state, state.bounds), composite(before, state.bounds)
    outside = before.mask.read(state.bounds)[..., 0] == 0
    assert np.array_equal(seen[outside], original[outside])
    assert (seen[100, 100] == 255).all()
    status = editor.window.status
    assert status.message.text() == "Filled in 3.1 s · 0 pixels changed outside the mask"
    undo = next(it for it in status.findChildren(QPushButton) if it.text() == "Undo")
    undo.click()
    assert len(canvas.session.state.layers) == 1


def test_a_mask_painted_meanwhile_is_kept(qtbot: QtBot, canvas: Canvas, runner: FakeRunner) -> None:
    begin(canvas)
    Hand(canvas).stroke(ELSEWHERE)
    painted = canvas.session.state.mask
    runner.finish()
    finished(qtbot, canvas)
    assert len(canvas.session.state.layers) == 2
    assert canvas.session.state.mask is painted


def test_a_result_lands_where_it_came_from(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner, tmp_path: Path
) -> None:
    begin(canvas)
    other = open_photo(qtbot, editor, written(tmp_path / "other.png", textured(200, 150)))
    assert editor.window.task.run_button.text() == "Paint over what should go"
    assert editor.window.status.job.isHidden(), "the other document has no job"
    runner.finish()
    finished(qtbot, canvas)
    assert len(canvas.session.state.layers) == 2
    assert len(other.session.state.layers) == 1
    status = editor.window.status
    assert status.message.text().startswith("photo.png: Filled")
    assert not [it for it in status.findChildren(QPushButton) if it.text() == "Undo" and it.isVisible()], (
        "Undo would take back something else"
    )


def test_coming_back_to_a_running_job_shows_it(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner, tmp_path: Path
) -> None:
    begin(canvas)
    runner.progress(0.6, "level 3 of 4")
    qtbot.waitUntil(lambda: "60%" in editor.window.task.run_button.text())
    open_photo(qtbot, editor, written(tmp_path / "other.png", textured(200, 150)))
    editor.window.area.choose(canvas.session)
    assert editor.window.task.run_button.text() == "Cancel · 60%"
    assert "level 3 of 4" in editor.window.status.job.text()
    assert editor.window.status.job.isVisible()


def test_a_failure_is_said_with_its_log(qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner) -> None:
    begin(canvas)
    before = canvas.session.state
    runner.fail("The <b>model</b> gave up.", "line 1\nline 2")
    finished(qtbot, canvas)
    failure = editor.window.task.failure
    assert failure.sentence == "The <b>model</b> gave up."
    assert canvas.session.state is before
    log = failure.findChild(QPlainTextEdit)
    assert log is not None
    assert not log.isVisible()
    next(it for it in failure.findChildren(QPushButton) if it.text() == "Details").click()
    assert log.isVisible()
    assert log.toPlainText().startswith("Fill · Natural"), "what was asked for"
    assert log.toPlainText().endswith("\nline 1\nline 2")
    press(canvas, Qt.Key.Key_Return, CONTROL)
    assert failure.sentence == "", "the next run begins without the old complaint"
    runner.fail("Once more.")
    finished(qtbot, canvas)
    failure.clear()
    assert failure.isHidden()


def test_the_request_has_captured_the_form(editor: Editor, canvas: Canvas, runner: FakeRunner) -> None:
    editor.window.task._seed.set_value(4711)
    mask_before = canvas.session.state.mask
    begin(canvas)
    request = runner.requests[0]
    assert request.seed == 4711
    assert request.model.entry.id == "learned"
    assert request.mask is canvas.session.state.mask
    assert request.mask is not mask_before
    editor.window.task.new_seed()
    assert editor.window.task.wish.seed != 4711


def test_a_document_closed_meanwhile_gets_no_result(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    begin(canvas)
    session = canvas.session
    editor._remove(canvas)
    assert runner.cancelled == [runner.requests[0].job_id]
    with qtbot.waitSignal(editor.inference.finished):
        runner.finish()
    assert len(session.state.layers) == 1
