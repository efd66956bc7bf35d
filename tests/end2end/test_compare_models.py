"""Models are compared on a crop with real workers, and the winner is applied; its result is run again."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from imagetool.cli.main import main
from imagetool.core.geometry import Size
from imagetool.plugin.tasks import Task
from imagetool.ui.shootout.cell import CellStage
from tests.fakes.editors import open_editor, open_photo, wait_for, wait_for_job
from tests.fakes.pictures import textured, written


def test_from_the_contact_sheet_to_the_whole_picture_and_back_by_its_recipe(
    qtbot: QtBot, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = written(tmp_path / "photo.png", textured(150, 120))
    with open_editor(qtbot) as editor:
        canvas = open_photo(qtbot, editor, photo)
        canvas.zoom_to(16.0)
        seen = canvas.viewport.visible
        editor.window.task.choose_task(Task.UPSCALE)
        editor.actions["compare-models"].trigger()
        window = editor.shootout.window
        wait_for(qtbot, window.isVisible)
        for name, tick in window.setup.ticks.items():
            tick.setChecked(name.endswith(("/fast", "/fast-photo")))
        window.run_button.click()
        cells = window.sheet.cells
        wait_for(qtbot, lambda: all(cell.facts.stage is CellStage.DONE for cell in cells))
        images = [cell.facts.image for cell in cells]
        assert all(images)
        sizes = [Size(image.width(), image.height()) for image in images if image]
        assert sizes[0] == Size(max(64, seen.width), max(64, seen.height))
        assert sizes[1:] == [Size(2 * sizes[0].width, 2 * sizes[0].height)] * 2
        assert images[1] != images[2], "two models make two pictures"
        assert all(" s · " in cell.facts.cost and cell.facts.cost.endswith("MB") for cell in cells[1:])
        winner = cells[1].facts.name
        window.sheet.choose(1)
        QTest.keyClick(window.sheet, Qt.Key.Key_Return)
        wait_for(qtbot, lambda: canvas.session.state.size == Size(300, 240))
        wait_for_job(qtbot, canvas)
        layer = canvas.session.state.active
        assert layer.name == f"Enlarge · {winner}"
        wait_for(qtbot, lambda: editor.recipes.recipe_of(layer.id) is not None)
        editor.actions["run-again"].trigger()
        wait_for(qtbot, lambda: editor.window.status.message.text().startswith("Run again"))
        assert editor.window.status.message.text() == "Run again: identical"
        assert canvas.session.state.active is layer
        editor.recipes.write(canvas.session, tmp_path / "a.json")
        wait_for(qtbot, (tmp_path / "a.json").exists)
    output = str(tmp_path / "out.png")
    assert main(["run", "upscale", str(photo), "-o", output, "--again", str(tmp_path / "a.json")]) == 0
    assert capsys.readouterr().out.endswith("Again: identical\n"), "the command line makes the same of the same"
