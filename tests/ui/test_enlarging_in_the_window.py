"""Enlarging in the window: the result is a state of another size, and undo knows both; the model is a script."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.app.landing import SizeChanged
from imagetool.core.document import Layer
from imagetool.core.files import read_picture
from imagetool.core.geometry import Point, Rect, Size
from imagetool.core.tiles import TiledImage
from imagetool.plugin.tasks import Task
from imagetool.ui.canvas.canvas import Canvas
from tests.fakes.editors import open_photo, press
from tests.fakes.hands import CONTROL, SHIFT, Hand
from tests.fakes.held_background import held, settle
from tests.fakes.pictures import textured, written
from tests.fakes.runners import FakeRunner

SMALL, LARGE = Size(320, 240), Size(640, 480)
SPOT, ELSEWHERE = Point(100, 100), Point(250, 200)


@pytest.fixture
def canvas(qtbot: QtBot, editor: Editor, photo: Path) -> Canvas:
    """A photo of 320 × 240, with the panel set to enlarge it twice."""
    shown = open_photo(qtbot, editor, photo)
    editor.window.task.choose_task(Task.UPSCALE)
    return shown


def run(canvas: Canvas) -> None:
    press(canvas, Qt.Key.Key_Return, CONTROL)


def finish(qtbot: QtBot, canvas: Canvas, runner: FakeRunner) -> None:
    """The job ends, and what comes of it is there."""
    runner.finish(200)
    qtbot.waitUntil(lambda: canvas.session.job is None)


def enlarge(qtbot: QtBot, canvas: Canvas, runner: FakeRunner) -> None:
    run(canvas)
    finish(qtbot, canvas, runner)


def names(canvas: Canvas) -> list[str]:
    return [entry.name for entry in canvas.session.document.history.entries]


def test_a_click_on_the_task_is_enough_to_run(qtbot: QtBot, editor: Editor, photo: Path) -> None:
    open_photo(qtbot, editor, photo)
    task = editor.window.task
    next(it for it in task.findChildren(QPushButton) if it.isCheckable() and it.text() == "Enlarge").click()
    assert (task.run_button.text(), task.run_button.isEnabled()) == ("Enlarge", True), "no mask is needed"
    assert task.size_form.isVisible()
    assert not task._softness.isVisible()
    assert not task._seeds.isVisible(), "another seed gives no other result"


def test_the_request_has_no_mask_and_the_size_of_the_form(
    editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    Hand(canvas).stroke(SPOT)
    run(canvas)
    (request,) = runner.requests
    assert request.source is not None
    assert (request.mask, request.target, request.source.size) == (None, LARGE, SMALL)
    assert request.model.entry.id == "strong", "the first model is the proposed one"


def test_the_result_is_one_state_of_the_new_size(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    enlarge(qtbot, canvas, runner)
    state = canvas.session.state
    (layer,) = state.layers
    assert (state.size, layer.pixels.size, state.mask.size) == (LARGE, LARGE, LARGE)
    assert (layer.name, state.active) == ("Enlarge · Strong", layer)
    assert (layer.pixels.read(Rect(300, 300, 310, 310))[..., 0] == 200).all()
    assert names(canvas)[1:] == ["Enlarge with Strong"], "a result is one entry"
    status = editor.window.status
    assert status.message.text() == "Enlarged in 3.1 s · 640 × 480 px"
    assert any(it.text().startswith("640 × 480 px") for it in status.findChildren(QLabel)), (
        "the size is an old one"
    )
    assert not canvas.session.document.history.saved
    assert editor.window.task.failure.sentence == ""


def test_undo_and_redo_give_the_very_same_states(qtbot: QtBot, canvas: Canvas, runner: FakeRunner) -> None:
    Hand(canvas).stroke(SPOT)
    before = canvas.session.state
    enlarge(qtbot, canvas, runner)
    after = canvas.session.state
    for _ in range(3):
        press(canvas, Qt.Key.Key_Z, CONTROL)
        assert canvas.session.state is before, "undo must not compute anything"
        press(canvas, Qt.Key.Key_Z, CONTROL | SHIFT)
        assert canvas.session.state is after


def test_the_mask_is_carried_along(qtbot: QtBot, canvas: Canvas, runner: FakeRunner) -> None:
    Hand(canvas).stroke(SPOT)
    old = canvas.session.state.mask.content_rect()
    enlarge(qtbot, canvas, runner)
    mask = canvas.session.state.mask
    assert mask.read(Rect(200, 200, 201, 201)).item() == 255, "the mask is not over the same place"
    new = mask.content_rect()
    assert all(abs(n - 2 * o) <= 2 for n, o in zip(new.size, old.size, strict=True))


def test_a_mask_painted_meanwhile_is_carried_along_too(qtbot: QtBot, canvas: Canvas, runner: FakeRunner) -> None:
    run(canvas)
    Hand(canvas).stroke(SPOT)
    finish(qtbot, canvas, runner)
    assert canvas.session.state.mask.read(Rect(200, 200, 201, 201)).item() == 255
    assert names(canvas)[1:] == ["Mask brush", "Enlarge with Strong"]


def test_a_layer_added_meanwhile_is_one_undo_away(qtbot: QtBot, canvas: Canvas, runner: FakeRunner) -> None:
    run(canvas)
    state = canvas.session.state
    canvas.session.apply("Paste", state.with_layer_added(Layer.new("pasted", TiledImage.blank(SMALL, 4))))
    pasted = canvas.session.state
    finish(qtbot, canvas, runner)
    assert canvas.session.state.size == LARGE
    press(canvas, Qt.Key.Key_Z, CONTROL)
    assert canvas.session.state is pasted


def test_undo_while_the_job_runs_is_no_trouble(qtbot: QtBot, canvas: Canvas, runner: FakeRunner) -> None:
    Hand(canvas).stroke(SPOT)
    run(canvas)
    press(canvas, Qt.Key.Key_Z, CONTROL)
    assert not canvas.session.state.mask.tiles
    finish(qtbot, canvas, runner)
    assert canvas.session.state.size == LARGE
    assert not canvas.session.state.mask.tiles, "the undone stroke has come back"


def test_a_stroke_under_the_pen_ends_with_the_old_size(qtbot: QtBot, canvas: Canvas, runner: FakeRunner) -> None:
    run(canvas)
    hand = Hand(canvas)
    hand.press(SPOT)
    hand.move(ELSEWHERE)
    finish(qtbot, canvas, runner)
    assert canvas.session.mask.size == LARGE, "a mask of the old size is drawn over the new picture"
    hand.move(SPOT)
    hand.release(SPOT)
    assert names(canvas)[1:] == ["Enlarge with Strong"]
    assert not canvas.session.state.mask.tiles
    hand.stroke(Point(500, 400))
    assert canvas.session.state.mask.read(Rect(500, 400, 501, 401)).item() == 255, "the next stroke works"


def test_a_fill_of_another_size_is_refused_and_nothing_is_lost(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    small = canvas.session.state
    enlarge(qtbot, canvas, runner)
    editor.window.task.choose_task(Task.INPAINT)
    Hand(canvas).stroke(Point(400, 300))
    run(canvas)
    source = runner.requests[-1].source
    assert source is not None
    assert source.size == LARGE
    press(canvas, Qt.Key.Key_Z, CONTROL)
    press(canvas, Qt.Key.Key_Z, CONTROL)
    entries = canvas.session.document.history.entries
    finish(qtbot, canvas, runner)
    assert editor.window.task.failure.sentence == str(SizeChanged())
    assert canvas.session.state is small
    assert canvas.session.document.history.entries == entries, "what was undone can be redone no more"


def test_a_fill_lands_when_its_size_is_back(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    enlarge(qtbot, canvas, runner)
    editor.window.task.choose_task(Task.INPAINT)
    Hand(canvas).stroke(Point(400, 300))
    run(canvas)
    for keys in (CONTROL, CONTROL, CONTROL | SHIFT, CONTROL | SHIFT):
        press(canvas, Qt.Key.Key_Z, keys)
    finish(qtbot, canvas, runner)
    assert editor.window.task.failure.sentence == ""
    assert [layer.name for layer in canvas.session.state.layers] == ["Enlarge · Strong", "Fill · Natural"]


@pytest.mark.parametrize("end", ["cancel", "failure"])
def test_a_job_that_gives_nothing_changes_nothing(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner, end: str
) -> None:
    before, entries = canvas.session.state, canvas.session.document.history.entries
    run(canvas)
    runner.preview(Rect(0, 0, 160, 240), 255)
    if end == "cancel":
        press(canvas, Qt.Key.Key_Escape)
    else:
        runner.fail("The model gave up.")
    qtbot.waitUntil(lambda: canvas.session.job is None)
    assert canvas.session.state is before
    assert canvas.session.document.history.entries == entries
    assert editor.window.task.failure.sentence == ("" if end == "cancel" else "The model gave up.")


def test_a_size_that_cannot_be_is_said_and_not_run(editor: Editor, canvas: Canvas, runner: FakeRunner) -> None:
    editor.window.task.size_form.width_px.set_value(320)
    run(canvas)
    assert runner.requests == []
    assert editor.window.task.failure.sentence.startswith("320 × 240 pixels is not 1.1 to 8 times as large")
    editor.window.task.size_form.width_px.set_value(960)
    run(canvas)
    assert runner.requests[0].target == Size(960, 720)
    assert editor.window.task.failure.sentence == ""


def test_how_long_it_will_take_is_known_after_the_first_time(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    line = editor.window.task.ready_line
    assert line.text() == "CPU"
    enlarge(qtbot, canvas, runner)
    qtbot.waitUntil(lambda: line.text() == "≈ 13 s · CPU")  # four times as many pixels as the 3.14 s were for
    press(canvas, Qt.Key.Key_Z, CONTROL)
    qtbot.waitUntil(lambda: line.text() == "≈ 3 s · CPU")
    editor.window.task.size_form.factor.set_value(4.0)
    qtbot.waitUntil(lambda: line.text() == "≈ 13 s · CPU")


def test_a_size_on_paper_sets_the_resolution_of_the_file(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner, photo: Path
) -> None:
    form = editor.window.task.size_form
    next(it for it in form.findChildren(QPushButton) if it.text() == "Print").click()
    form.dpi.set_value(200)
    form.width_cm.set_value(8.0)
    enlarge(qtbot, canvas, runner)
    session = canvas.session
    assert (session.state.size, session.state.dpi) == (Size(630, 472), 200)
    press(canvas, Qt.Key.Key_S, CONTROL)
    qtbot.waitUntil(lambda: session.document.history.saved, timeout=20_000)
    saved = read_picture(photo)
    assert saved.size == session.state.size
    assert saved.metadata.dpi == pytest.approx((200, 200), abs=0.1)
    press(canvas, Qt.Key.Key_Z, CONTROL)
    assert session.state.dpi is None
    assert not session.document.history.saved


def test_the_form_speaks_of_the_picture_that_is_shown(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner, tmp_path: Path
) -> None:
    summary = editor.window.task.size_form.summary
    assert summary.text() == "320 × 240 → 640 × 480 px · 0.3 megapixels"
    other = open_photo(qtbot, editor, written(tmp_path / "other.png", textured(200, 150)))
    assert summary.text() == "200 × 150 → 400 × 300 px · 0.1 megapixels"
    editor.window.area.choose(canvas.session)
    enlarge(qtbot, canvas, runner)
    assert summary.text() == "640 × 480 → 1280 × 960 px · 1.2 megapixels"
    press(canvas, Qt.Key.Key_Z, CONTROL)
    assert summary.text() == "320 × 240 → 640 × 480 px · 0.3 megapixels"
    assert other.session.state.size == Size(200, 150)


def test_a_result_lands_where_it_came_from(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner, tmp_path: Path
) -> None:
    run(canvas)
    other = open_photo(qtbot, editor, written(tmp_path / "other.png", textured(200, 150)))
    finish(qtbot, canvas, runner)
    assert canvas.session.state.size == LARGE
    assert other.session.state.size == Size(200, 150)
    assert editor.window.status.message.text() == "photo.png: Enlarged in 3.1 s · 640 × 480 px"
    assert editor.window.task.size_form.summary.text().startswith("200 × 150 → ")
    editor.window.area.choose(canvas.session)
    assert editor.window.task.size_form.summary.text().startswith("640 × 480 → ")


def test_both_documents_can_be_enlarged_at_once(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner, tmp_path: Path
) -> None:
    run(canvas)
    other = open_photo(qtbot, editor, written(tmp_path / "other.png", textured(200, 150)))
    run(other)
    first, second = runner.requests
    runner.finish(10, second)
    runner.finish(20, first)
    qtbot.waitUntil(lambda: canvas.session.job is None and other.session.job is None)
    assert (canvas.session.state.size, other.session.state.size) == (LARGE, Size(400, 300))


@pytest.mark.parametrize("when", ["before the result", "while it is laid in"])
def test_a_document_closed_meanwhile_gets_no_result(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner, when: str
) -> None:
    run(canvas)
    session = canvas.session
    if when == "before the result":
        editor._remove(canvas)
        assert runner.cancelled == [runner.requests[0].job_id]
        with qtbot.waitSignal(editor.inference.finished):
            runner.finish()
    else:
        with held(editor.background):
            with qtbot.waitSignal(editor.inference.finished):
                runner.finish()
            editor._remove(canvas)
        settle(qtbot, editor.background)
    assert session.state.size == SMALL
    assert editor.window.area.canvases == []
