"""Several jobs with the real worker: they wait in line, land where they came from, and can be stopped in part."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.core.compositing import composite
from imagetool.core.geometry import Rect, Size
from imagetool.plugin.tasks import Task
from imagetool.ui.canvas.canvas import Canvas
from tests.fakes.editors import open_editor, open_photo, press, wait_for, wait_for_job
from tests.fakes.pictures import textured, written

CONTROL = Qt.KeyboardModifier.ControlModifier


def run(editor: Editor, canvas: Canvas, task: Task) -> None:
    editor.window.task.choose_task(task)
    press(canvas, Qt.Key.Key_Return, CONTROL)


def click(editor: Editor, text: str) -> None:
    buttons = editor.window.status.findChildren(QPushButton)
    next(it for it in buttons if it.text() == text and not it.isHidden()).click()


def stop_in_the_middle(qtbot: QtBot, editor: Editor, canvas: Canvas) -> None:
    """Enlarges and stops once a tile is done."""
    task, status = editor.window.task, editor.window.status
    task.choose_task(Task.UPSCALE)
    task.models.setCurrentText("Fast")
    task.size_form.factor.set_value(4.0)
    press(canvas, Qt.Key.Key_Return, CONTROL)
    wait_for(qtbot, lambda: bool(re.match("Enlarge: tile [2-9]", status.job.text())))
    press(canvas, Qt.Key.Key_Escape)
    wait_for_job(qtbot, canvas)
    told = re.match(r"Stopped after (\d+) of (\d+) tiles\.", status.message.text())
    assert told, status.message.text()
    assert 1 <= int(told[1]) < int(told[2])


def test_results_land_in_their_documents_after_switching(qtbot: QtBot, tmp_path: Path) -> None:
    with open_editor(qtbot) as editor:
        first = open_photo(qtbot, editor, written(tmp_path / "first.png", textured(96, 72)))
        run(editor, first, Task.DENOISE)
        run(editor, first, Task.UPSCALE)
        second = open_photo(qtbot, editor, written(tmp_path / "second.png", textured(80, 64, seed=2)))
        run(editor, second, Task.UPSCALE)
        third = open_photo(qtbot, editor, written(tmp_path / "third.png", textured(60, 60, seed=3)))
        assert len(editor.running.queue.open) == 3
        for canvas in (first, second):
            wait_for_job(qtbot, canvas)
        assert editor.window.task.failure.sentence == ""
        names = [entry.name.split()[0] for entry in first.session.document.history.entries]
        assert names == ["Open", "Denoise", "Enlarge"], "they run in the order in which they were asked for"
        assert (first.session.state.size, second.session.state.size) == (Size(192, 144), Size(160, 128))
        assert len(third.session.document.history.entries) == 1
        assert editor.window.status.message.text().startswith("second.png: Enlarged in ")
        shown = composite(second.session.state, second.session.state.bounds)
        small = textured(80, 64, seed=2).astype(float)
        assert np.abs(shown[1::2, 1::2, :3] - small).mean() < 40, "it is not this picture enlarged"


def test_what_is_done_is_discarded_or_kept(qtbot: QtBot, tmp_path: Path) -> None:
    with open_editor(qtbot) as editor:
        canvas = open_photo(qtbot, editor, written(tmp_path / "photo.png", textured(900, 700)))
        session = canvas.session
        state, before = session.state, composite(session.state, session.state.bounds)
        canvas.zoom_to(4.0)
        canvas.set_viewport(canvas.viewport.panned(-3000, -2400))  # the lower right corner
        tiles: list[Rect] = []
        editor.inference.previewed.connect(lambda event: tiles.append(event.rect))
        stop_in_the_middle(qtbot, editor, canvas)
        assert tiles[0].overlaps(canvas.viewport.visible), "what the user looks at comes first"
        click(editor, "Discard")
        assert session.state is state
        stop_in_the_middle(qtbot, editor, canvas)
        assert session.state is state, "nothing is changed before the user says so"
        click(editor, "Keep what is done")
        wait_for(qtbot, lambda: session.state.size == Size(3600, 2800))
        after = composite(session.state, session.state.bounds)
        means = after.reshape(700, 4, 900, 4, 4).mean(axis=(1, 3))
        assert np.abs(means - before).mean() < 12, "somewhere it is not this picture enlarged"
        assert (after[..., 3] == 255).all()
        assert editor.window.task.failure.sentence == ""
        click(editor, "Undo")
        assert np.array_equal(composite(session.state, session.state.bounds), before)
