"""The brightest part of a score's map becomes the mask."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.plugin.tasks import Task
from imagetool.ui.canvas.canvas import Canvas
from imagetool.ui.share_dialog import ShareDialog
from tests.fakes.editors import open_photo, press
from tests.fakes.hands import CONTROL
from tests.fakes.papers import catalog_of, manifest_of
from tests.fakes.runners import FakeRunner


@pytest.fixture
def canvas(qtbot: QtBot, editor: Editor, photo: Path) -> Canvas:
    """A photo of 320 × 240, and a model that scores."""
    shown = open_photo(qtbot, editor, photo)
    editor.window.task.set_catalog(catalog_of(manifest_of("org.example.score", Task.SCORE)))
    editor.window.task.choose_task(Task.SCORE)
    return shown


def score(qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner, figures: dict[str, float]) -> None:
    """A map that is bright in its left tenth; waits until what made it is known."""
    values = np.random.default_rng(1).random((240, 320, 1)).astype(np.float32)
    values[:, :32] += 9
    press(canvas, Qt.Key.Key_Return, CONTROL)
    runner.finish_with(values, figures)
    state = canvas.session.state
    qtbot.waitUntil(lambda: canvas.session.state is not state)
    qtbot.waitUntil(lambda: editor.recipes.recipe_of(canvas.session.state.active_id) is not None)


def asked(editor: Editor) -> ShareDialog:
    editor.actions["select-unlikely"].trigger()
    (dialog,) = editor.window.findChildren(ShareDialog)
    return dialog


def masked(canvas: Canvas) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    mask = canvas.session.state.mask
    return mask.read(mask.bounds)[..., 0]


def test_the_unlikely_is_masked_and_the_map_hidden(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    score(qtbot, editor, canvas, runner, {"bits_per_dim": 3.21, "bits_per_dim_corrected": -0.4})
    assert editor.window.status.message.text().endswith("3.21 bits per value (corrected −0.40)")
    dialog = asked(editor)
    assert dialog.share == 0.05
    dialog.row.set_value(10)
    with qtbot.waitSignal(canvas.session.state_changed):
        dialog.accept()
    state = canvas.session.state
    assert (masked(canvas)[:, :30] == 255).mean() > 0.99
    assert not masked(canvas)[:, 36:].any()
    assert (state.active.name, state.active.visible) == ("Score · Fast score", False)
    assert (
        editor.window.status.message.text()
        == f"Selected {(masked(canvas) > 0).mean():.1%} of the picture; the map is hidden"
    )
    names = [entry.name for entry in canvas.session.document.history.entries]
    assert names == ["Open", "Score with Fast score", "Select the unlikely"]
    canvas.session.undo()
    assert canvas.session.state.active.visible
    assert not masked(canvas).any()


def test_a_layer_that_no_score_has_made_is_refused(editor: Editor, canvas: Canvas) -> None:
    editor.actions["select-unlikely"].trigger()
    assert not editor.window.findChildren(ShareDialog)
    assert editor.window.status.message.text().startswith("This layer is no map of a score.")
    assert len(canvas.session.document.history.entries) == 1


def test_nothing_happens_where_nothing_stands_out_or_it_is_cancelled(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    press(canvas, Qt.Key.Key_Return, CONTROL)
    runner.finish_with(np.full((240, 320, 1), 2, np.float32))
    qtbot.waitUntil(lambda: len(canvas.session.state.layers) == 2)
    qtbot.waitUntil(lambda: editor.recipes.recipe_of(canvas.session.state.active_id) is not None)
    state = canvas.session.state
    asked(editor).reject()
    qtbot.waitUntil(lambda: not editor.window.findChildren(ShareDialog))
    asked(editor).accept()
    qtbot.waitUntil(lambda: editor.window.status.message.text().startswith("Nothing stands out"))
    assert canvas.session.state is state
