"""With the real worker: new pictures are created, chosen and kept; a hole is filled in several ways."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.catalog.catalog import Catalog
from imagetool.catalog.scanning import read_manifest, third_party
from imagetool.core.compositing import composite
from imagetool.core.files import SaveOptions, read_picture
from imagetool.core.geometry import Point, Rect, Size
from imagetool.plugin.tasks import Task
from tests.fakes.editors import drag, open_editor, press, wait_for

FOLDER = Path(__file__).parents[1] / "fakes" / "all_tasks"
CONTROL = Qt.KeyboardModifier.ControlModifier


def round_done(qtbot: QtBot, editor: Editor) -> None:
    wait_for(qtbot, lambda: bool(editor.candidates.board.new) and not editor.running.queue.open)


def test_create_choose_more_like_it_keep_and_fill_in_two_ways(qtbot: QtBot, tmp_path: Path) -> None:
    plugin = third_party(read_manifest(FOLDER / "plugin.toml"), FOLDER, sealed=False)
    with open_editor(qtbot) as editor:
        task, page = editor.window.task, editor.candidates.page
        task.set_catalog(Catalog((plugin,), ()))
        task.choose_task(Task.GENERATE)
        task.create_form.count_row.set_value(4)
        press(editor.window, Qt.Key.Key_Return, CONTROL)
        seen_early: list[bool] = []
        editor.candidates.session.preview_changed.connect(
            lambda: seen_early.append(page.new.cells[3].image is not None)
        )
        round_done(qtbot, editor)
        assert any(seen_early), "the cells fill before the round is done"
        first = [candidate.pixels.copy() for candidate in editor.candidates.board.new]
        assert len({pixels.tobytes() for pixels in first}) == 4
        page.new.look_at(2)
        page.more_button.click()
        round_done(qtbot, editor)
        assert np.array_equal(editor.candidates.board.kept[0].pixels, first[2])
        alike = editor.candidates.board.new[0].pixels.astype(int)
        visible = first[2][..., 3] > 0
        assert np.abs(alike - first[2])[visible].max() <= 1, "it resembles the one that was looked at"
        page.kept.choose([])
        page.new.choose([0])
        press(page.new, Qt.Key.Key_Return)
        canvas = editor.canvas
        assert canvas is not None
        assert canvas.session.state.size == Size(64, 64)
        page.kept.choose([0])
        page.new.choose([])
        editor.candidates.keep()
        wait_for(qtbot, lambda: len(canvas.session.state.layers) == 2)
        kept = composite(canvas.session.state, canvas.session.state.bounds)
        editor.saving.write(canvas.session, tmp_path / "kept.png", SaveOptions())
        wait_for(qtbot, (tmp_path / "kept.png").exists)
        assert np.array_equal(read_picture(tmp_path / "kept.png").pixels, kept)

        task.choose_task(Task.INPAINT)
        task.models.setCurrentText("Fill with opacity")
        editor.resize_brush(-5)
        drag(canvas, Point(20, 20), Point(30, 30))
        assert task.ways_field is not None
        task.ways_field.set_value(2)
        press(canvas, Qt.Key.Key_Return, CONTROL)
        strip = editor.ways.strip_of(canvas.session)
        assert strip is not None
        wait_for(qtbot, lambda: strip.heading.text() == "2 ways to fill")
        press(strip.view, Qt.Key.Key_Right)
        press(strip.view, Qt.Key.Key_Return)
        wait_for(qtbot, lambda: len(canvas.session.state.layers) == 3)
        filled = canvas.session.state.active.pixels.read(Rect(24, 24, 28, 28))
        assert (filled[..., 3].astype(int) + kept[24:28, 24:28, 3] == 255).all(), "the model makes the negative"
        canvas.session.undo()
        assert np.array_equal(composite(canvas.session.state, canvas.session.state.bounds), kept)
