"""The contact sheet: cells on a crop, choosing, zooming, failing, stopping; the winner on the whole picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.catalog.catalog import Catalog
from imagetool.core.compositing import composite
from imagetool.core.geometry import Rect, Size
from imagetool.core.tiles import TiledImage
from imagetool.jobs.errors import ModelFailed
from imagetool.jobs.events import Cancelled, Failed
from imagetool.jobs.request import Request
from imagetool.plugin.tasks import Task
from imagetool.ui.canvas.canvas import Canvas
from imagetool.ui.shootout.cell import CellStage
from imagetool.ui.shootout.window import ShootoutWindow
from tests.fakes.editors import open_photo, wait_for
from tests.fakes.papers import catalog_of, manifest_of
from tests.fakes.runners import FakeRunner

PARAMETER = """
[[model.param]]
id = "strength"
type = "float"
label = "Strength"
min = 0.0
max = 1.0
default = 0.5
"""
HOLE = Rect(100, 80, 140, 120)


def models() -> Catalog:
    """Two that denoise, two that enlarge, one that fills, one that makes pictures."""
    one = manifest_of("org.example.one", Task.UPSCALE, Task.INPAINT, Task.GENERATE, Task.DENOISE, more=PARAMETER)
    return catalog_of(one, manifest_of("org.example.two", Task.UPSCALE, Task.DENOISE, model="slow"))


@pytest.fixture
def canvas(qtbot: QtBot, editor: Editor, photo: Path) -> Canvas:
    shown = open_photo(qtbot, editor, photo)
    editor.window.task.set_catalog(models())
    editor.window.task.choose_task(Task.DENOISE)
    return shown


def opened(qtbot: QtBot, editor: Editor) -> ShootoutWindow:
    """The window, with the original in its only cell."""
    editor.actions["compare-models"].trigger()
    window = editor.shootout.window
    wait_for(qtbot, window.isVisible)
    return window


def stages(window: ShootoutWindow) -> list[CellStage]:
    return [cell.facts.stage for cell in window.sheet.cells]


def finish(qtbot: QtBot, window: ShootoutWindow, runner: FakeRunner, place: int, gray: int) -> None:
    """The job of a cell ends well."""
    runner.finish(gray, runner.requests[place - 1])
    wait_for(qtbot, lambda: window.sheet.cells[place].facts.image is not None)


def shade(window: ShootoutWindow, place: int, x: int, y: int) -> int:
    image = window.sheet.cells[place].facts.image
    assert image is not None
    return image.pixelColor(x, y).red()


def mask_of(canvas: Canvas, hole: Rect = HOLE) -> TiledImage:
    plane = np.zeros((canvas.session.state.size.height, canvas.session.state.size.width), np.uint8)
    plane[hole.slices] = 255
    return TiledImage.from_array(plane)


def crop_pixels(request: Request) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    assert request.source is not None
    pixels = np.empty((request.source.size.height, request.source.size.width, 4), np.uint8)
    request.source.read_into(Rect.of_size(request.source.size), pixels)
    return pixels


def turn(widget: QWidget, spot: QPoint, notches: int) -> None:
    place = QPointF(spot)
    event = QWheelEvent(
        place,
        QPointF(widget.mapToGlobal(spot)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def test_each_model_works_on_the_crop_that_is_in_view(
    qtbot: QtBot, editor: Editor, runner: FakeRunner, canvas: Canvas
) -> None:
    canvas.zoom_to(8.0)
    seen = canvas.viewport.visible
    window = opened(qtbot, editor)
    assert [cell.facts.name for cell in window.sheet.cells] == ["Original"]
    window.run_button.click()
    assert [request.model.id for request in runner.requests] == [
        "org.example.one/fast-denoise",
        "org.example.two/slow-denoise",
    ]
    assert all(request.source and request.source.size == seen.size for request in runner.requests)
    whole = composite(canvas.session.state, canvas.session.state.bounds)
    assert np.array_equal(crop_pixels(runner.requests[0]), whole[seen.slices])
    assert [cell.facts.name for cell in window.sheet.cells] == ["Original", "Fast denoise", "Slow denoise"]
    assert canvas.session.job is None, "the document's own jobs are others"
    finish(qtbot, window, runner, 2, 40)
    assert stages(window) == [CellStage.DONE, CellStage.WAITING, CellStage.DONE]
    assert shade(window, 2, 5, 5) == 40
    assert window.sheet.cells[2].facts.cost == "3.1 s · 100 MB"


def test_enlarging_takes_a_crop_whose_result_fits(
    qtbot: QtBot, editor: Editor, runner: FakeRunner, canvas: Canvas
) -> None:
    editor.window.task.choose_task(Task.UPSCALE)
    window = opened(qtbot, editor)
    window.run_button.click()
    first = runner.requests[0]
    assert first.source
    assert first.source.size == Size(320, 240)
    assert first.target == Size(640, 480)
    finish(qtbot, window, runner, 1, 99)
    image = window.sheet.cells[1].facts.image
    assert image is not None
    assert (image.width(), image.height()) == (640, 480)
    assert window.sheet.view.viewport.picture == Size(640, 480)


def test_filling_is_shown_laid_in_under_the_mask(
    qtbot: QtBot, editor: Editor, runner: FakeRunner, canvas: Canvas
) -> None:
    canvas.session.set_mask("Paint", mask_of(canvas))
    editor.window.task.choose_task(Task.INPAINT)
    window = opened(qtbot, editor)
    assert window.setup.kind == "Seeds", "there is one model only"
    window.run_button.click()
    assert len({request.seed for request in runner.requests}) == len(runner.requests) == 5
    first = runner.requests[0]
    assert first.mask
    assert first.source
    assert first.mask.content_rect() == Rect(20, 20, 60, 60), "the hole, with as much around it as it is large"
    finish(qtbot, window, runner, 1, 7)
    before = crop_pixels(first)
    assert shade(window, 1, 30, 30) == 7
    assert shade(window, 1, 5, 5) == before[5, 5, 0], "outside the mask nothing changes"


def test_without_a_mask_nothing_is_filled(editor: Editor, canvas: Canvas) -> None:
    editor.window.task.choose_task(Task.INPAINT)
    editor.actions["compare-models"].trigger()
    assert editor.window.status.message.text() == "Paint over what should go, then compare."
    assert not editor.shootout.window.isVisible()


def test_one_setting_in_several_values(qtbot: QtBot, editor: Editor, runner: FakeRunner, canvas: Canvas) -> None:
    window = opened(qtbot, editor)
    window.setup.kinds["One setting"].click()
    window.setup.setting.count.set_value(3)
    window.run_button.click()
    assert [request.params["strength"] for request in runner.requests] == [0.0, 0.5, 1.0]
    names = [cell.facts.name for cell in window.sheet.cells]
    assert names == ["Original", "Strength 0", "Strength 0.5", "Strength 1"]


def test_new_pictures_have_no_crop(qtbot: QtBot, editor: Editor, runner: FakeRunner, canvas: Canvas) -> None:
    editor.window.task.choose_task(Task.GENERATE)
    window = opened(qtbot, editor)
    window.run_button.click()
    request = runner.requests[0]
    assert (request.source, request.target) == (None, Size(512, 512))
    runner.finish_with(np.full((1, 512, 512, 4), 255, np.uint8), request=request)
    wait_for(qtbot, lambda: window.sheet.cells[1].facts.image is not None)
    assert window.sheet.cells[0].facts.image is None


def test_a_failure_is_told_in_its_cell_and_the_others_go_on(
    qtbot: QtBot, editor: Editor, runner: FakeRunner, canvas: Canvas
) -> None:
    window = opened(qtbot, editor)
    window.run_button.click()
    runner.hear(Failed(runner.requests[0].job_id, ModelFailed("The weights are not there.")))
    finish(qtbot, window, runner, 2, 9)
    assert stages(window) == [CellStage.DONE, CellStage.FAILED, CellStage.DONE]
    assert window.sheet.cells[1].facts.told == "The weights are not there."
    window.sheet.choose(1)
    assert not window.apply_button.isEnabled(), "nothing can be made of a failure"
    assert window.run_button.text() == "Compare 2", "all have ended"


def test_stopping_stops_what_is_not_done(qtbot: QtBot, editor: Editor, runner: FakeRunner, canvas: Canvas) -> None:
    window = opened(qtbot, editor)
    window.run_button.click()
    finish(qtbot, window, runner, 1, 9)
    assert window.run_button.text() == "Stop"
    window.run_button.click()
    wait_for(qtbot, lambda: window.run_button.text() == "Compare 2")
    assert runner.cancelled == [runner.requests[1].job_id]
    assert stages(window) == [CellStage.DONE, CellStage.DONE, CellStage.STOPPED]


def test_closing_stops_and_what_comes_later_is_not_heard(
    qtbot: QtBot, editor: Editor, runner: FakeRunner, canvas: Canvas
) -> None:
    window = opened(qtbot, editor)
    window.run_button.click()
    QTest.keyClick(window.sheet, Qt.Key.Key_Escape)
    assert not window.isVisible()
    assert set(runner.cancelled) == {request.job_id for request in runner.requests}
    before = canvas.session.state
    runner.finish(9, runner.requests[0])
    runner.hear(Cancelled(runner.requests[1].job_id))
    assert canvas.session.state is before


def test_the_keyboard_chooses_and_applies_the_winner_to_the_whole_picture(
    qtbot: QtBot, editor: Editor, runner: FakeRunner, canvas: Canvas
) -> None:
    canvas.zoom_to(8.0)
    window = opened(qtbot, editor)
    window.setup.kinds["One setting"].click()
    window.setup.setting.count.set_value(3)
    window.run_button.click()
    for place in (1, 2, 3):
        finish(qtbot, window, runner, place, 50 * place)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        QTest.keyClick(window.sheet, key)
    assert window.sheet.current == 2
    QTest.keyClick(window.sheet, Qt.Key.Key_Return)
    last = runner.requests[-1]
    assert len(runner.requests) == 4
    assert last.source
    assert last.source.size == canvas.session.state.size, "not the crop"
    assert (last.model.entry.name, last.params["strength"]) == ("Fast denoise", 0.5)
    assert editor.window.task.wish.params["strength"] == 0.5
    assert not window.isVisible()
    runner.finish(12)
    wait_for(qtbot, lambda: len(canvas.session.state.layers) == 2)


def test_the_winning_seed_goes_to_the_panel(
    qtbot: QtBot, editor: Editor, runner: FakeRunner, canvas: Canvas
) -> None:
    canvas.session.set_mask("Paint", mask_of(canvas))
    editor.window.task.choose_task(Task.INPAINT)
    window = opened(qtbot, editor)
    window.run_button.click()
    finish(qtbot, window, runner, 3, 9)
    window.sheet.choose(3)
    window.apply_button.click()
    assert runner.requests[-1].seed == runner.requests[2].seed == editor.window.task.wish.seed
    assert runner.requests[-1].mask is canvas.session.state.mask


def test_all_cells_look_at_the_same_place(
    qtbot: QtBot, editor: Editor, runner: FakeRunner, canvas: Canvas
) -> None:
    window = opened(qtbot, editor)
    window.run_button.click()
    for place in (1, 2):
        finish(qtbot, window, runner, place, 9)
    cells, view = window.sheet.cells, window.sheet.view
    assert len({(cell.width(), cell.height()) for cell in cells}) == 1
    before = view.viewport
    turn(cells[1], QPoint(40, 30), 3)
    assert view.viewport.scale == pytest.approx(before.scale * 1.25**3)
    spot = view.viewport.to_view(0, 0)
    QTest.mousePress(cells[2], Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(50, 50))
    QTest.mouseMove(cells[2], QPoint(40, 45))
    QTest.mouseRelease(cells[2], Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(40, 45))
    moved = view.viewport.to_view(0, 0)
    assert (moved.x - spot.x, moved.y - spot.y) == (-10, -5)
    assert window.sheet.current == 2, "a press chooses, too"
    QTest.keyClick(window.sheet, Qt.Key.Key_0)
    assert view.viewport == before


def test_the_backslash_shows_the_original_while_it_is_held(
    qtbot: QtBot, editor: Editor, runner: FakeRunner, canvas: Canvas
) -> None:
    window = opened(qtbot, editor)
    window.run_button.click()
    for place in (1, 2):
        finish(qtbot, window, runner, place, 255)
    cell = window.sheet.cells[1]
    middle = QPoint(cell.width() // 2, cell.height() // 2 - 20)
    own = cell.grab().toImage().pixelColor(middle)
    QTest.keyPress(window.sheet, Qt.Key.Key_Backslash)
    assert cell.grab().toImage().pixelColor(middle) != own
    QTest.keyRelease(window.sheet, Qt.Key.Key_Backslash)
    assert cell.grab().toImage().pixelColor(middle) == own


def test_the_crop_is_framed_on_the_picture_while_the_window_is_open(
    qtbot: QtBot, editor: Editor, canvas: Canvas
) -> None:
    canvas.session.set_mask("Paint", mask_of(canvas))
    bare = canvas.grab().toImage()
    window = opened(qtbot, editor)
    assert canvas.grab().toImage() != bare
    window.take_view.click()
    wait_for(qtbot, lambda: canvas.framed == Rect(0, 0, 320, 240))
    window.close()
    assert canvas.framed is None


def test_a_document_that_is_closed_takes_the_window_with_it(
    qtbot: QtBot, editor: Editor, runner: FakeRunner, canvas: Canvas
) -> None:
    window = opened(qtbot, editor)
    window.run_button.click()
    editor.close_canvas(canvas)
    assert not window.isVisible()
    assert len(runner.cancelled) == 2


def test_one_cell_alone_is_no_comparison(qtbot: QtBot, editor: Editor, canvas: Canvas) -> None:
    window = opened(qtbot, editor)
    next(iter(window.setup.ticks.values())).setChecked(False)
    assert not window.run_button.isEnabled()
    assert window.run_button.toolTip() == "Choose at least two"
