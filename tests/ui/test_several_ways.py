"""Several ways to fill a hole: looked at in the picture, one of them kept; the model is a script."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.core.compositing import composite
from imagetool.core.geometry import Point
from imagetool.core.picture import Pixels
from imagetool.jobs.request import Request
from imagetool.plugin.tasks import Task
from imagetool.ui.candidates.strip import WaysStrip
from imagetool.ui.canvas.canvas import Canvas
from tests.fakes.editors import open_photo, press
from tests.fakes.hands import CONTROL, Hand
from tests.fakes.papers import catalog_of, manifest_of
from tests.fakes.runners import FakeRunner

SPOT = Point(100, 100)


@pytest.fixture
def canvas(qtbot: QtBot, editor: Editor, photo: Path) -> Canvas:
    """A photo with a hole, and a model that fills it in three ways."""
    shown = open_photo(qtbot, editor, photo)
    editor.window.task.set_catalog(catalog_of(manifest_of("org.example.f", Task.INPAINT, Task.DENOISE)))
    editor.window.task.choose_task(Task.INPAINT)
    Hand(shown).stroke(SPOT)
    field = editor.window.task.ways_field
    assert field is not None
    field.set_value(3)
    return shown


def begin(editor: Editor, canvas: Canvas, runner: FakeRunner) -> tuple[WaysStrip, list[Request]]:
    press(canvas, Qt.Key.Key_Return, CONTROL)
    strip = editor.ways.strip_of(canvas.session)
    assert strip is not None
    return strip, list(runner.requests)


def all_done(qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner) -> tuple[WaysStrip, list[Request]]:
    strip, requests = begin(editor, canvas, runner)
    for number, request in enumerate(requests):
        runner.finish(50 * number, request)
    qtbot.waitUntil(lambda: strip.heading.text() == "3 ways to fill")
    return strip, requests


def seen(canvas: Canvas) -> Pixels:
    return composite(canvas.session.state, canvas.session.state.bounds)


def looked_at(canvas: Canvas) -> int:
    """The shade that is laid over the hole; −1 where nothing is."""
    preview = canvas.session.preview
    return int(preview.pixels[preview.pixels.shape[0] // 2, preview.pixels.shape[1] // 2, 0]) if preview else -1


def test_each_way_has_its_own_seed(editor: Editor, canvas: Canvas, runner: FakeRunner) -> None:
    assert editor.window.task.run_button.text() == "Fill in 3 ways"
    editor.window.task.take(editor.window.task.wish.model, editor.window.task.wish.params, 999_999)
    strip, requests = begin(editor, canvas, runner)
    assert [request.seed for request in requests] == [999_999, 0, 1]
    assert len({request.job_id for request in requests}) == 3
    assert strip.isVisible()
    assert [cell.made for cell in strip.view.cells] == [False] * 3
    assert not strip.keep_button.isEnabled()


def test_the_ways_are_looked_at_in_the_picture_with_the_arrow_keys(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    before = seen(canvas)
    strip, _ = all_done(qtbot, editor, canvas, runner)
    assert strip.view.hasFocus()
    assert (strip.view.place, looked_at(canvas)) == (0, 0)
    press(strip.view, Qt.Key.Key_Right)
    assert (strip.view.place, looked_at(canvas)) == (1, 50)
    canvas.grab()
    assert np.array_equal(seen(canvas), before), "looking changes nothing"
    assert canvas.session.document.history.position == 1, "the stroke"


def test_enter_keeps_one(qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner) -> None:
    strip, requests = all_done(qtbot, editor, canvas, runner)
    before, mask = seen(canvas), canvas.session.state.mask
    press(strip.view, Qt.Key.Key_Right)
    press(strip.view, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(canvas.session.state.layers) == 2)
    outside = mask.read(mask.bounds)[..., 0] == 0
    assert (seen(canvas)[100, 100, :3] == 50).all()
    assert np.array_equal(seen(canvas)[outside], before[outside])
    assert looked_at(canvas) == -1
    assert editor.ways.strip_of(canvas.session) is None
    assert canvas.hasFocus()
    layer = canvas.session.state.active
    qtbot.waitUntil(lambda: editor.recipes.recipe_of(layer.id) is not None)
    recipe = editor.recipes.recipe_of(layer.id)
    assert recipe is not None
    assert recipe.seed == requests[1].seed
    assert editor.window.status.message.text() == "Filled · 0 pixels changed outside the mask"
    canvas.session.undo()
    assert canvas.session.state.mask is mask


def test_escape_drops_all(qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner) -> None:
    strip, _ = all_done(qtbot, editor, canvas, runner)
    press(strip.view, Qt.Key.Key_Escape)
    assert editor.ways.strip_of(canvas.session) is None
    assert looked_at(canvas) == -1
    assert len(canvas.session.state.layers) == 1
    assert canvas.session.state.mask.tiles, "the mask is still there, to be tried once more"


def test_the_same_wish_once_more_fills_in_other_ways(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    first, requests = all_done(qtbot, editor, canvas, runner)
    press(first.view, Qt.Key.Key_Return, CONTROL)
    others = runner.requests[3:]
    assert len(others) == 3
    assert others[0].seed != requests[0].seed
    assert editor.window.task.wish.seed == others[0].seed, "the field says so, too"
    second = editor.ways.strip_of(canvas.session)
    assert second is not first
    assert looked_at(canvas) == -1
    for request in others:
        runner.finish(9, request)
    qtbot.waitUntil(lambda: second is not None and second.heading.text() == "3 ways to fill")
    press(canvas, Qt.Key.Key_Return, CONTROL)
    assert len({request.seed for request in runner.requests}) > 6, "and so does the third time"


def test_stopping_stops_all_and_keeps_what_is_done(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    strip, requests = begin(editor, canvas, runner)
    runner.finish(77, requests[0])
    qtbot.waitUntil(lambda: strip.heading.text() == "1 of 3 ways are done")
    press(canvas, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not editor.running.queue.open)
    assert set(runner.cancelled) == {requests[1].job_id, requests[2].job_id}
    assert [cell.made for cell in strip.view.cells] == [True]
    assert strip.heading.text() == "1 way to fill"
    assert looked_at(canvas) == 77


def test_stopping_before_any_is_done_leaves_nothing(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    begin(editor, canvas, runner)
    press(canvas, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not editor.running.queue.open)
    assert editor.ways.strip_of(canvas.session) is None


def test_the_strip_belongs_to_its_document(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner, photo: Path, tmp_path: Path
) -> None:
    strip, _ = all_done(qtbot, editor, canvas, runner)
    other = tmp_path / "other.png"
    other.write_bytes(photo.read_bytes())
    open_photo(qtbot, editor, other)
    assert not strip.isVisible()
    editor.window.area.choose(canvas.session)
    assert strip.isVisible()
    editor.close_canvas(canvas)
    assert editor.ways.strip_of(canvas.session) is None


def test_other_tasks_have_one_way(editor: Editor, canvas: Canvas, runner: FakeRunner) -> None:
    editor.window.task.choose_task(Task.DENOISE)
    assert editor.window.task.wish.ways == 1
    press(canvas, Qt.Key.Key_Return, CONTROL)
    assert len(runner.requests) == 1
    assert editor.ways.strip_of(canvas.session) is None
