"""Recipes of the layers that models made: saved, run again, compared; the model is a script."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.core.geometry import Size
from imagetool.jobs.recipe import sha256_of
from imagetool.jobs.recipe_files import read_recipe
from imagetool.plugin.tasks import Task
from imagetool.ui.canvas.canvas import Canvas
from tests.fakes.editors import open_photo, wait_for
from tests.fakes.papers import catalog_of, manifest_of
from tests.fakes.runners import FakeRunner

SIZE = Size(320, 240)


@pytest.fixture
def canvas(qtbot: QtBot, editor: Editor, runner: FakeRunner, photo: Path) -> Canvas:
    """A photo on which a model has put a gray layer, whose recipe is kept."""
    shown = open_photo(qtbot, editor, photo)
    editor.window.task.set_catalog(catalog_of(manifest_of("org.example.all", Task.DENOISE, Task.SEGMENT)))
    editor.window.task.choose_task(Task.DENOISE)
    editor.running.run()
    runner.finish_with(gray())
    wait_for(qtbot, lambda: editor.recipes.recipe_of(shown.session.state.active_id) is not None)
    return shown


def gray(shade: int = 90) -> NDArray[np.uint8]:
    pixels = np.full((SIZE.height, SIZE.width, 4), 255, np.uint8)
    pixels[..., :3] = shade
    return pixels


def said(editor: Editor) -> str:
    return editor.window.status.message.text()


def run_again(qtbot: QtBot, editor: Editor, runner: FakeRunner, canvas: Canvas, pixels: NDArray[np.uint8]) -> None:
    editor.actions["run-again"].trigger()
    runner.finish_with(pixels)
    wait_for(qtbot, lambda: canvas.session.job is None)


def test_the_recipe_of_the_layer_in_hand_is_saved(
    qtbot: QtBot, editor: Editor, canvas: Canvas, tmp_path: Path
) -> None:
    editor.recipes.write(canvas.session, tmp_path / "a.recipe.json")
    wait_for(qtbot, lambda: said(editor) == "Saved a.recipe.json")
    recipe = read_recipe(tmp_path / "a.recipe.json")
    assert (recipe.task, recipe.size, recipe.output_sha256) == (Task.DENOISE, SIZE, sha256_of(gray()))


def test_what_cannot_be_saved_is_told(qtbot: QtBot, editor: Editor, canvas: Canvas, tmp_path: Path) -> None:
    editor.recipes.write(canvas.session, tmp_path / "nowhere" / "a.json")
    notices = editor.window.area.notices
    wait_for(qtbot, lambda: bool(notices.sentences))
    assert "its folder does not exist" in notices.sentences[0]


def test_running_again_changes_nothing_and_says_identical(
    qtbot: QtBot, editor: Editor, runner: FakeRunner, canvas: Canvas
) -> None:
    before, first = canvas.session.state, runner.requests[-1]
    run_again(qtbot, editor, runner, canvas, gray())
    second = runner.requests[-1]
    assert said(editor) == "Run again: identical"
    assert canvas.session.state is before, "the result is compared, not laid in"
    assert (second.model, second.params, second.seed) == (first.model, first.params, first.seed)
    assert second.source is first.source, "the pixels are those of the first run, whatever lies over them now"
    assert (second.device, second.precision) == ("cpu", "float32"), "as it was done, not as it would be done now"
    assert second.job_id != first.job_id


def test_running_again_says_how_much_differs(
    qtbot: QtBot, editor: Editor, runner: FakeRunner, canvas: Canvas
) -> None:
    other = gray()
    other[7, 9, 0] += 2
    other[8, 9, 1] -= 1
    run_again(qtbot, editor, runner, canvas, other)
    assert said(editor) == "Run again: differs: at most 2 of 255 in 2 pixels"


def test_where_the_first_pixels_are_gone_the_hash_still_tells(
    qtbot: QtBot, editor: Editor, runner: FakeRunner, canvas: Canvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(editor.recipes, "_most_bytes", 0)
    first = canvas.session.state.active_id
    editor.running.run()
    runner.finish_with(gray(50))
    wait_for(qtbot, lambda: canvas.session.state.active_id != first)
    wait_for(qtbot, lambda: editor.recipes.recipe_of(canvas.session.state.active_id) is not None)
    canvas.session.choose_layer(first)
    run_again(qtbot, editor, runner, canvas, gray())
    assert said(editor) == "Run again: identical"
    run_again(qtbot, editor, runner, canvas, gray(1))
    assert said(editor) == "Run again: differs; by how much is not known: its pixels are not kept any more."


def test_a_layer_that_no_model_made_has_none(editor: Editor, canvas: Canvas, runner: FakeRunner) -> None:
    canvas.session.choose_layer(canvas.session.state.layers[0].id)
    for command in ("run-again", "save-recipe"):
        editor.actions[command].trigger()
        assert said(editor).startswith("This layer has no recipe")
    assert len(runner.requests) == 1


def test_a_document_that_is_closed_is_forgotten(editor: Editor, canvas: Canvas) -> None:
    layer = canvas.session.state.active_id
    editor.recipes.forget(canvas.session)
    assert editor.recipes.recipe_of(layer) is None


def test_a_stopped_comparison_keeps_nothing(
    qtbot: QtBot, editor: Editor, runner: FakeRunner, canvas: Canvas
) -> None:
    before = canvas.session.state
    editor.actions["run-again"].trigger()
    editor.running.cancel()
    wait_for(qtbot, lambda: canvas.session.job is None)
    assert canvas.session.state is before
