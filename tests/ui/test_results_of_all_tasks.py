"""What becomes of the results of the tasks that neither fill nor enlarge; the model is a script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.core.compositing import composite
from imagetool.core.document import Layer
from imagetool.core.geometry import Point, Rect, Size
from imagetool.core.tiles import TiledImage
from imagetool.plugin.tasks import Task
from imagetool.ui.canvas.canvas import Canvas
from tests.fakes.editors import open_photo, press
from tests.fakes.hands import CONTROL, Hand
from tests.fakes.papers import catalog_of, manifest_of
from tests.fakes.pictures import textured, written
from tests.fakes.runners import FakeRunner

SIZE = Size(320, 240)
SPOT, ELSEWHERE = Point(100, 100), Point(250, 200)


@pytest.fixture
def canvas(qtbot: QtBot, editor: Editor, photo: Path) -> Canvas:
    """A photo of 320 × 240, and models for every task."""
    shown = open_photo(qtbot, editor, photo)
    manifest = manifest_of("org.example.all", *[task for task in Task if task is not Task.GENERATE])
    editor.window.task.set_catalog(catalog_of(manifest))
    return shown


def begin(editor: Editor, canvas: Canvas, task: Task) -> None:
    editor.window.task.choose_task(task)
    press(canvas, Qt.Key.Key_Return, CONTROL)


def end(
    qtbot: QtBot,
    canvas: Canvas,
    runner: FakeRunner,
    pixels: NDArray[Any],
    figures: dict[str, float] | None = None,
) -> None:
    runner.finish_with(pixels, figures)
    qtbot.waitUntil(lambda: canvas.session.job is None)


def shade(gray: int, alpha: int = 255, size: Size = SIZE) -> NDArray[np.uint8]:
    pixels = np.full((size.height, size.width, 4), gray, np.uint8)
    pixels[..., 3] = alpha
    return pixels


def seen(canvas: Canvas) -> NDArray[Any]:
    return composite(canvas.session.state, canvas.session.state.bounds)


def entries(canvas: Canvas) -> list[str]:
    return [entry.name for entry in canvas.session.document.history.entries][1:]


@pytest.mark.parametrize(
    ("task", "verb", "past"),
    [
        (Task.DENOISE, "Denoise", "Denoised"),
        (Task.FILTER, "Apply", "Applied"),
        (Task.COLORIZE, "Colour", "Coloured"),
    ],
)
def test_an_opaque_effect_is_a_layer_on_top(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner, task: Task, verb: str, past: str
) -> None:
    before = seen(canvas)
    begin(editor, canvas, task)
    assert runner.requests[0].mask is None
    end(qtbot, canvas, runner, shade(200))
    assert [layer.name for layer in canvas.session.state.layers] == ["Background", f"{verb} · Fast {task}"]
    assert (seen(canvas)[..., :3] == 200).all()
    assert entries(canvas) == [f"{verb} with Fast {task}"]
    assert editor.window.status.message.text() == f"{past} in 3.1 s"
    canvas.session.undo()
    assert np.array_equal(seen(canvas), before)


def test_an_effect_that_can_be_seen_through_replaces_the_layers(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    begin(editor, canvas, Task.FILTER)
    end(qtbot, canvas, runner, shade(200, alpha=90))
    (layer,) = canvas.session.state.layers
    assert (layer.pixels.read(Rect(0, 0, 5, 5)) == [200, 200, 200, 90]).all()
    assert "layers merged" in editor.window.status.message.text()
    canvas.session.undo()
    assert [layer.name for layer in canvas.session.state.layers] == ["Background"]


@pytest.mark.parametrize("alpha", [255, 90])
def test_a_mask_limits_the_effect(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner, alpha: int
) -> None:
    Hand(canvas).stroke(SPOT)
    before, mask = seen(canvas), canvas.session.state.mask
    editor.window.task.choose_task(Task.DENOISE)
    assert "only under the mask" in editor.window.task.ready_line.text()
    begin(editor, canvas, Task.DENOISE)
    end(qtbot, canvas, runner, shade(200, alpha))
    outside = mask.read(mask.bounds)[..., 0] == 0
    after = seen(canvas)
    assert np.array_equal(after[outside], before[outside]), "a pixel outside the mask has changed"
    assert (after[100, 100] == [200, 200, 200, alpha]).all()
    assert not canvas.session.state.mask.tiles, "it goes as it does after filling"
    assert len(entries(canvas)) == 2, "the stroke, and the effect"
    canvas.session.undo()
    assert canvas.session.state.mask is mask


def test_an_effect_under_a_mask_keeps_what_was_painted_meanwhile(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    Hand(canvas).stroke(SPOT)
    begin(editor, canvas, Task.DENOISE)
    Hand(canvas).stroke(ELSEWHERE)
    painted = canvas.session.state.mask
    end(qtbot, canvas, runner, shade(200))
    assert canvas.session.state.mask is painted
    assert (seen(canvas)[100, 100, :3] == 200).all()
    assert (seen(canvas)[200, 250, :3] != 200).any(), "the mask is that of the moment the job began"


def test_a_merged_effect_keeps_a_layer_that_came_meanwhile(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    Hand(canvas).stroke(SPOT)
    begin(editor, canvas, Task.DENOISE)
    state = canvas.session.state
    pasted = Layer.new("pasted", TiledImage.from_array(shade(33)))
    canvas.session.apply("Paste", state.with_layer_added(pasted))
    end(qtbot, canvas, runner, shade(200, alpha=90))
    assert (seen(canvas)[200, 250] == [33, 33, 33, 255]).all()


def test_a_score_is_a_gray_layer(qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner) -> None:
    begin(editor, canvas, Task.SCORE)
    values = np.linspace(-2, 6, SIZE.pixels, dtype=np.float32).reshape(SIZE.height, SIZE.width, 1)
    end(qtbot, canvas, runner, values, {"bits per pixel": 2.5})
    shown = seen(canvas)
    assert shown.dtype == np.uint8
    assert (shown[0, 0] == [0, 0, 0, 255]).all()
    assert (shown[-1, -1] == 255).all()
    said = editor.window.status.message.text()
    assert said == "Scored in 3.1 s · black is -2, white is 6 · bits per pixel 2.5"


def test_a_score_of_a_deep_picture_is_deep(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner, tmp_path: Path
) -> None:
    deep = open_photo(
        qtbot, editor, written(tmp_path / "deep.png", textured(40, 30)[..., 0].astype(np.uint16) * 257)
    )
    begin(editor, deep, Task.SCORE)
    end(qtbot, deep, runner, np.arange(1200, dtype=np.float32).reshape(30, 40, 1))
    assert seen(deep).dtype == np.uint16
    assert len(np.unique(seen(deep)[..., 0])) == 1200, "the map has lost its depth"


def test_a_selection_becomes_the_mask(qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner) -> None:
    editor.window.task.choose_task(Task.SEGMENT)
    assert editor.window.task.run_button.text() == "Paint over what is to be selected"
    press(canvas, Qt.Key.Key_Return, CONTROL)
    assert runner.requests == []
    Hand(canvas).stroke(SPOT)
    painted = canvas.session.state.mask.content_rect()
    begin(editor, canvas, Task.SEGMENT)
    (request,) = runner.requests
    assert request.mask is None
    assert request.prompt is not None
    assert request.prompt.box == painted
    plane = np.zeros((SIZE.height, SIZE.width, 1), np.uint8)
    plane[60:120, 40:200] = 255
    end(qtbot, canvas, runner, plane)
    assert canvas.session.state.mask.content_rect() == Rect(40, 60, 200, 120)
    assert len(canvas.session.state.layers) == 1
    assert editor.window.status.message.text() == "Selected in 3.1 s · 12% of the picture"
    assert entries(canvas)[-1] == "Select with Fast segment"


def test_an_empty_selection_is_said_and_changes_nothing(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    Hand(canvas).stroke(SPOT)
    before = canvas.session.state
    begin(editor, canvas, Task.SEGMENT)
    end(qtbot, canvas, runner, np.zeros((SIZE.height, SIZE.width, 1), np.uint8))
    assert canvas.session.state is before
    assert "found nothing there" in editor.window.task.failure.sentence


@pytest.mark.parametrize("task", [Task.DENOISE, Task.SCORE, Task.SEGMENT])
def test_a_result_for_another_size_is_refused(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner, task: Task
) -> None:
    Hand(canvas).stroke(SPOT)
    begin(editor, canvas, task)
    state = canvas.session.state
    larger = Layer.new("larger", TiledImage.from_array(shade(5, size=Size(640, 480))))
    grown = type(state)(larger.pixels.size, (larger,), TiledImage.blank(larger.pixels.size, 1), larger.id)
    canvas.session.apply("Enlarge", grown)
    answers: dict[Task, NDArray[Any]] = {
        Task.DENOISE: shade(200),
        Task.SCORE: np.zeros((SIZE.height, SIZE.width, 1), np.float32),
        Task.SEGMENT: np.full((SIZE.height, SIZE.width, 1), 255, np.uint8),
    }
    end(qtbot, canvas, runner, answers[task])
    assert canvas.session.state is grown
    assert "another size" in editor.window.task.failure.sentence
