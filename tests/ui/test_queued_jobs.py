"""Several jobs on one document: they wait in line, and what is said is about the one that runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.core.geometry import Point, Size
from imagetool.jobs.events import Cancelled, Noted, Progressed, Queued, Started
from imagetool.plugin.tasks import Task
from imagetool.ui.canvas.canvas import Canvas
from tests.fakes.editors import open_photo, press
from tests.fakes.hands import CONTROL, Hand
from tests.fakes.pictures import textured, written
from tests.fakes.runners import FakeRunner

HOLE = Point(100, 100)


@pytest.fixture
def canvas(qtbot: QtBot, editor: Editor, photo: Path) -> Canvas:
    """A picture with a mask, and the model that fills chosen."""
    shown = open_photo(qtbot, editor, photo)
    Hand(shown).stroke(HOLE)
    return shown


def run(canvas: Canvas) -> None:
    press(canvas, Qt.Key.Key_Return, CONTROL)


def enlarge(editor: Editor, canvas: Canvas) -> None:
    editor.window.task.choose_task(Task.UPSCALE)
    run(canvas)


def answer(editor: Editor, text: str) -> QPushButton:
    """A button of the status bar."""
    buttons = editor.window.status.findChildren(QPushButton)
    return next(it for it in buttons if it.text() == text and not it.isHidden())


def test_a_second_run_waits_in_line(qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner) -> None:
    run(canvas)
    runner.hear(Started(runner.requests[0].job_id))
    enlarge(editor, canvas)
    first, second = runner.requests
    assert editor.window.status.message.text().startswith("Queued: Enlarge · ")
    assert canvas.session.job is first
    runner.hear(Progressed(first.job_id, 0.4, "level 2 of 4"))
    qtbot.waitUntil(lambda: editor.window.task.run_button.text() == "Cancel · 40%")
    assert editor.window.status.job.text().startswith("Fill: level 2 of 4")
    runner.finish(request=first)
    qtbot.waitUntil(lambda: canvas.session.job is second)
    assert editor.window.task.run_button.text() == "Cancel · 0%"
    assert editor.window.status.job.text() == "Enlarge: waiting"
    runner.finish(request=second)
    qtbot.waitUntil(lambda: canvas.session.job is None)
    assert [entry.name for entry in canvas.session.document.history.entries][-2:] == [
        "Fill with Natural",
        f"Enlarge with {second.model.entry.name}",
    ]
    assert editor.window.task.run_button.text() == "Enlarge"


def test_the_queue_button_is_there_while_a_job_runs(editor: Editor, canvas: Canvas, runner: FakeRunner) -> None:
    task = editor.window.task
    assert task.queue_button.isHidden()
    run(canvas)
    assert not task.queue_button.isHidden()
    assert "Ctrl+Return queues another one" in task.run_button.toolTip()
    task.choose_task(Task.UPSCALE)
    assert task.queue_button.isEnabled()
    assert task.queue_button.toolTip().startswith("Enlarge with ")
    task.queue_button.click()
    assert [request.model.entry.task for request in runner.requests] == [Task.INPAINT, Task.UPSCALE]


def test_what_cannot_run_cannot_be_queued(editor: Editor, canvas: Canvas, runner: FakeRunner) -> None:
    run(canvas)
    press(canvas, Qt.Key.Key_D, CONTROL)
    button = editor.window.task.queue_button
    assert not button.isEnabled()
    assert button.toolTip() == "Paint over what should go first"
    assert editor.window.task.run_button.isEnabled(), "the job can still be stopped"


def test_filling_again_takes_another_seed(editor: Editor, canvas: Canvas, runner: FakeRunner) -> None:
    run(canvas)
    run(canvas)
    first, second = runner.requests
    assert first.seed != second.seed, "the same seed would give the same picture twice"
    assert editor.window.task.wish.seed == second.seed
    editor.window.task._seed.set_value(first.seed)
    editor.window.task._softness.field.set_value(9)
    run(canvas)
    assert runner.requests[2].seed == first.seed, "something else is different already"


def test_the_very_same_job_is_not_queued_twice(editor: Editor, canvas: Canvas, runner: FakeRunner) -> None:
    enlarge(editor, canvas)
    run(canvas)
    assert len(runner.requests) == 1
    assert editor.window.status.message.text().startswith("This very job is under way.")
    editor.window.task.size_form.factor.set_value(4.0)
    run(canvas)
    assert [request.target for request in runner.requests] == [Size(640, 480), Size(1280, 960)]


def test_cancel_stops_the_one_that_runs(qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner) -> None:
    run(canvas)
    enlarge(editor, canvas)
    first, second = runner.requests
    runner.hear(Started(first.job_id))
    runner.hear(Queued((first.job_id, second.job_id), frozenset()))
    qtbot.waitUntil(lambda: editor.window.status.job.text().startswith("Fill: 0%"))
    press(canvas, Qt.Key.Key_Escape)
    assert runner.cancelled == [first.job_id]
    qtbot.waitUntil(lambda: canvas.session.job is second)
    press(canvas, Qt.Key.Key_Escape)
    assert runner.cancelled == [first.job_id, second.job_id]
    qtbot.waitUntil(lambda: canvas.session.job is None)
    assert editor.window.status.message.text() == "Taken out of the queue."


def test_what_is_being_stopped_is_not_stopped_again(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    run(canvas)
    enlarge(editor, canvas)
    press(canvas, Qt.Key.Key_Escape)
    press(canvas, Qt.Key.Key_Escape)
    assert runner.cancelled == [runner.requests[0].job_id], "an impatient key has stopped the next job, too"
    assert editor.window.task.run_button.text() == "Stopping"
    qtbot.waitUntil(lambda: canvas.session.job is runner.requests[1])


def test_what_another_job_makes_is_not_shown_meanwhile(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    """Models of two plugins can be at work on one picture at the same time."""
    run(canvas)
    run(canvas)
    for request in runner.requests:
        runner.hear(Started(request.job_id))
    with qtbot.waitSignal(editor.inference.previewed):
        runner.preview(canvas.session.state.mask.content_rect(), 9)
    assert canvas.session.preview is None


def test_a_failure_stays_while_the_next_job_runs(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    run(canvas)
    enlarge(editor, canvas)
    second = runner.requests.pop()
    runner.fail("The model gave up.")
    qtbot.waitUntil(lambda: canvas.session.job is second)
    runner.hear(Started(second.job_id))
    runner.hear(Progressed(second.job_id, 0.5, "tile 2 of 4"))
    qtbot.waitUntil(lambda: editor.window.task.run_button.text() == "Cancel · 50%")
    assert editor.window.task.failure.sentence == "The model gave up."


def test_results_land_in_their_documents_after_switching(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner, tmp_path: Path
) -> None:
    run(canvas)
    run(canvas)
    other = open_photo(qtbot, editor, written(tmp_path / "other.png", textured(200, 150)))
    editor.window.task.choose_task(Task.UPSCALE)
    run(other)
    for request in reversed(runner.requests):
        runner.finish(request=request)
    qtbot.waitUntil(lambda: canvas.session.job is None and other.session.job is None)
    assert [layer.name for layer in canvas.session.state.layers] == ["Background", *["Fill · Natural"] * 2]
    assert other.session.state.size == Size(400, 300)
    assert len(other.session.state.layers) == 1


def test_a_queued_job_says_that_its_picture_has_another_size(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    enlarge(editor, canvas)
    editor.window.task.choose_task(Task.INPAINT)
    run(canvas)
    first, second = runner.requests
    runner.finish(request=first)
    status = editor.window.status
    qtbot.waitUntil(lambda: canvas.session.job is second)
    qtbot.waitUntil(lambda: "begun for 320 × 240 px, which the picture no longer has" in status.job.text())
    runner.hear(Started(second.job_id))
    qtbot.waitUntil(lambda: status.message.text().startswith("Fill · Natural is begun for 320 × 240 px"))
    canvas.session.undo()
    assert "begun for" not in status.job.text(), "the size is the old one again"
    canvas.session.redo()
    answer(editor, "Stop it").click()
    assert runner.cancelled == [second.job_id]
    qtbot.waitUntil(lambda: canvas.session.job is None)


def test_an_enlarged_picture_says_what_it_has_not_seen(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    run(canvas)
    enlarge(editor, canvas)
    for request in runner.requests:
        runner.finish(request=request)
        with qtbot.waitSignal(canvas.session.job_changed):
            pass
    assert editor.window.status.message.text().endswith(" · 640 × 480 px · without the changes made meanwhile")


def test_notes_for_people_are_said_and_all_are_logged(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    run(canvas)
    job_id = runner.requests[0].job_id
    runner.hear(Noted(job_id, "Smaller tiles: 256 px instead of 512 px.", plain=True))
    runner.hear(Noted(job_id, "cudaMalloc failed"))
    job = editor.running.queue.open[0]
    qtbot.waitUntil(lambda: len(job.log) == 3)
    assert editor.window.status.message.text() == "Smaller tiles: 256 px instead of 512 px."
    runner.finish()
    qtbot.waitUntil(lambda: canvas.session.job is None)
    assert job.log[0].startswith("Fill · Natural · 320 × 240 px · auto · seed 0 · "), "what was asked for"
    assert job.log[2] == "cudaMalloc failed"
    assert job.log[-1].startswith("Filled in 3.1 s")


def test_answers_about_unknown_jobs_are_dropped(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    before = canvas.session.state
    with qtbot.waitSignal(editor.inference.cancelled):
        runner.hear(Noted("nobody", "Psst", plain=True))
        runner.hear(Progressed("nobody", 0.5, "half"))
        runner.hear(Queued(("nobody",), frozenset({"nobody"})))
        runner.hear(Cancelled("nobody"))
    assert canvas.session.state is before
    assert editor.running.queue.open == []


def test_closing_a_document_stops_all_its_jobs(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner, tmp_path: Path
) -> None:
    run(canvas)
    run(canvas)
    other = open_photo(qtbot, editor, written(tmp_path / "other.png", textured(200, 150)))
    enlarge(editor, other)
    editor._remove(canvas)
    assert runner.cancelled == [request.job_id for request in runner.requests[:2]]
    assert [job.session for job in editor.running.queue.open] == [other.session]


def test_free_memory_now(editor: Editor, canvas: Canvas, runner: FakeRunner) -> None:
    editor.actions["free-memory"].trigger()
    assert runner.times_freed == 1
    assert editor.window.status.message.text() == "Memory of loaded models is freed."
