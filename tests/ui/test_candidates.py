"""New pictures to choose from: rounds, previews, choosing, keeping; the model is a script."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.core.compositing import composite
from imagetool.core.files import read_picture
from imagetool.core.geometry import Rect, Size
from imagetool.core.grids import composed
from imagetool.jobs.events import Previewed
from imagetool.plugin.tasks import Task
from imagetool.ui.candidates.page import CandidatesPage
from imagetool.ui.candidates.view import CandidateView
from tests.fakes.editors import open_photo, press
from tests.fakes.papers import catalog_of, manifest_of
from tests.fakes.runners import FakeRunner

CREATE = """
tile = { size = 32, overlap = 8 }
variations = true
[[model.param]]
id = "label"
type = "choice"
label = "What"
default = "floor"
choices = [{ value = "floor", label = "A floor" }, { value = "wall", label = "A wall" }]
"""
SIDE = Size(32, 32)
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def page(editor: Editor) -> CandidatesPage:
    """A model that creates, chosen in the task panel; no picture is open. Four pictures are asked for."""
    editor.window.task.set_catalog(catalog_of(manifest_of("org.example.c", Task.GENERATE, more=CREATE)))
    editor.window.task.choose_task(Task.GENERATE)
    editor.window.task.create_form.count_row.set_value(4)
    return editor.candidates.page


def pictures(*shades: int, alpha: int = 255) -> NDArray[np.uint8]:
    made = np.empty((len(shades), SIDE.height, SIDE.width, 4), np.uint8)
    for picture, shade in zip(made, shades, strict=True):
        picture[...] = (shade, shade, shade, alpha)
    return made


def create(qtbot: QtBot, editor: Editor, runner: FakeRunner, *shades: int, alpha: int = 255) -> None:
    """One round, from the button to its pictures."""
    press(editor.window, Qt.Key.Key_Return, CONTROL)
    finish(qtbot, editor, runner, *(shades or (10, 20, 30, 40)), alpha=alpha)


def finish(qtbot: QtBot, editor: Editor, runner: FakeRunner, *shades: int, alpha: int = 255) -> None:
    runner.finish_with(pictures(*shades, alpha=alpha))
    qtbot.waitUntil(lambda: bool(editor.candidates.board.new))


def shades_of(view: CandidateView) -> list[int]:
    return [cell.image.pixelColor(3, 3).red() if cell.image else -1 for cell in view.cells]


def click(view: CandidateView, place: int, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    spot = view.visualRect(view.model().index(place, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, keys, spot)


def said(editor: Editor) -> str:
    return editor.window.status.message.text()


def test_without_a_picture_the_button_says_what_will_be_made(editor: Editor, page: CandidatesPage) -> None:
    button, form = editor.window.task.run_button, editor.window.task.create_form
    assert (button.isEnabled(), button.text()) == (True, "Create 4 pictures")
    assert form.size_px == SIDE, "the size that the model likes"
    form.count_row.set_value(1)
    assert button.text() == "Create"
    assert editor.window.area.page is None, "nothing is to be chosen from yet"


def test_what_is_asked_of_the_model(editor: Editor, page: CandidatesPage, runner: FakeRunner) -> None:
    task = editor.window.task
    task.create_form.width_px.set_value(48)
    press(editor.window, Qt.Key.Key_Return, CONTROL)
    (request,) = runner.requests
    assert (request.source, request.target, request.count) == (None, Size(48, 32), 4)
    assert dict(request.params) == {"label": "floor"}
    assert editor.window.area.page is page
    assert [cell.made for cell in page.new.cells] == [False] * 4
    press(editor.window, Qt.Key.Key_Return, CONTROL)
    assert len(runner.requests) == 1, "one round at a time"


def test_the_cells_fill_from_the_previews_and_then_become_the_pictures(
    qtbot: QtBot, editor: Editor, page: CandidatesPage, runner: FakeRunner
) -> None:
    press(editor.window, Qt.Key.Key_Return, CONTROL)
    runner.start()
    grid = composed([picture[..., :3] for picture in pictures(50, 60, 70)])
    runner.hear(Previewed(runner.requests[0].job_id, Rect.of_size(SIDE), grid))
    qtbot.waitUntil(lambda: shades_of(page.new) == [50, 60, 70, 128])
    assert not page.new.cells[0].made
    runner.progress(0.5, "row 16 of 32")
    qtbot.waitUntil(lambda: "row 16 of 32" in page.facts.text())
    assert page.heading.text() == "Creating 4 candidates"
    assert editor.window.task.run_button.text() == "Cancel · 50%"
    assert editor.window.task.queue_button.isHidden(), "one round at a time"
    finish(qtbot, editor, runner, 1, 2, 3, 4)
    assert shades_of(page.new) == [1, 2, 3, 4]
    assert page.heading.text() == "4 candidates"
    assert said(editor) == "Created 4 pictures in 3.1 s · 32 × 32 px"
    told = page.new.cells[2].told
    assert told == f"32 × 32 px\nseed {runner.requests[0].seed} · picture 3 of 4\nWhat: A floor"


def test_choosing_with_the_mouse_and_the_keys(
    qtbot: QtBot, editor: Editor, page: CandidatesPage, runner: FakeRunner
) -> None:
    create(qtbot, editor, runner)
    assert not page.keep_button.isEnabled()
    click(page.new, 0)
    click(page.new, 2, CONTROL)
    assert page.new.chosen == [0, 2], "a click chooses one more"
    click(page.new, 0)
    assert page.new.chosen == [2], "and lets it go again"
    click(page.new, 1)
    click(page.new, 3, SHIFT)
    assert page.new.chosen == [1, 2, 3]
    assert page.count.text() == "3 chosen"
    assert page.keep_button.isEnabled()
    press(page.new, Qt.Key.Key_Left)
    assert (page.new.place, page.new.chosen) == (2, [1, 2, 3]), "arrow keys look and choose nothing"
    assert page.closer.name.text() == "Fast generate 3"
    press(page.new, Qt.Key.Key_Space)
    assert page.new.chosen == [1, 3]
    assert page.new.accessibleName() == "Candidates"


def test_nothing_can_be_chosen_before_it_is_made(editor: Editor, page: CandidatesPage, runner: FakeRunner) -> None:
    press(editor.window, Qt.Key.Key_Return, CONTROL)
    click(page.new, 1)
    assert page.new.chosen == []
    assert not page.more_button.isEnabled()


def test_a_chosen_one_is_marked_by_more_than_colour(
    qtbot: QtBot, editor: Editor, page: CandidatesPage, runner: FakeRunner
) -> None:
    create(qtbot, editor, runner, 10, 10, 10, 10)
    click(page.new, 1)
    page.new.clearFocus()
    shown = page.new.viewport().grab().toImage()
    rects = [page.new.visualRect(page.new.model().index(place, 0)) for place in (0, 1)]
    corner = QPoint(rects[1].width() - 10, 8)  # where the disc with the tick lies
    disc, plain = (QColor(shown.pixel(rect.topLeft() + corner)) for rect in (rects[1], rects[0]))
    assert disc != plain


def test_the_chosen_ones_become_layers_of_the_open_picture(
    qtbot: QtBot, editor: Editor, page: CandidatesPage, runner: FakeRunner, photo: Path
) -> None:
    canvas = open_photo(qtbot, editor, photo)
    before = composite(canvas.session.state, canvas.session.state.bounds)
    create(qtbot, editor, runner)
    assert editor.canvas is None
    page.new.choose([1, 3])
    press(page.new, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(canvas.session.state.layers) == 3)
    names = [layer.name for layer in canvas.session.state.layers][1:]
    assert names == ["Create · Fast generate 2", "Create · Fast generate 4"]
    after = composite(canvas.session.state, canvas.session.state.bounds)
    assert (after[104:136, 144:176, :3] == 40).all()
    after[104:136, 144:176] = before[104:136, 144:176]
    assert np.array_equal(after, before)
    entries = [entry.name for entry in canvas.session.document.history.entries]
    assert entries == ["Open", "Keep 2 pictures"]
    assert editor.canvas is canvas, "the picture is shown"
    assert said(editor) == "Kept 2 pictures as layers"
    layer = canvas.session.state.active
    qtbot.waitUntil(lambda: editor.recipes.recipe_of(layer.id) is not None)
    recipe = editor.recipes.recipe_of(layer.id)
    assert recipe is not None
    assert recipe.count == 4


def test_a_kept_one_that_is_larger_than_the_picture_is_cut(
    qtbot: QtBot, editor: Editor, page: CandidatesPage, runner: FakeRunner, photo: Path
) -> None:
    canvas = open_photo(qtbot, editor, photo)
    press(editor.window, Qt.Key.Key_Return, CONTROL)
    runner.finish_with(np.full((4, 500, 500, 4), 255, np.uint8))
    qtbot.waitUntil(lambda: bool(editor.candidates.board.new))
    page.new.choose([0])
    page.keep_button.click()
    qtbot.waitUntil(lambda: len(canvas.session.state.layers) == 2)
    assert canvas.session.state.size == Size(320, 240)


def test_where_no_picture_is_open_the_chosen_ones_become_pictures(
    qtbot: QtBot, editor: Editor, page: CandidatesPage, runner: FakeRunner
) -> None:
    create(qtbot, editor, runner, alpha=100)
    page.new.choose([0, 2])
    press(page.new, Qt.Key.Key_Return)
    documents = [canvas.session.document for canvas in editor.window.area.canvases]
    assert [document.name for document in documents] == ["Fast generate 1", "Fast generate 3"]
    assert (documents[1].picture.pixels == [30, 30, 30, 100]).all()
    assert documents[1].picture.has_alpha
    assert not documents[1].history.saved, "closing it asks"
    assert editor.canvas is not None


def test_enter_keeps_what_is_looked_at_where_nothing_is_chosen(
    qtbot: QtBot, editor: Editor, page: CandidatesPage, runner: FakeRunner
) -> None:
    create(qtbot, editor, runner)
    page.new.look_at(1)
    press(page.new, Qt.Key.Key_Return)
    (canvas,) = editor.window.area.canvases
    assert canvas.session.document.picture.pixels[0, 0, 0] == 20


def test_another_round_keeps_the_chosen_ones_above(
    qtbot: QtBot, editor: Editor, page: CandidatesPage, runner: FakeRunner
) -> None:
    create(qtbot, editor, runner)
    assert not page.kept.isVisible()
    page.new.choose([1, 3])
    page.round_button.click()
    first, second = runner.requests
    assert (second.params, second.target, second.count) == (first.params, first.target, first.count)
    assert second.seed != first.seed
    assert shades_of(page.kept) == [20, 40]
    finish(qtbot, editor, runner, 50, 60, 70, 80)
    page.new.choose([0])
    assert page.count.text() == "3 chosen", "what was kept stays chosen"
    page.kept.choose([1])
    page.round_button.click()
    assert shades_of(page.kept) == [40, 50], "what is not chosen any more goes"
    finish(qtbot, editor, runner, 1, 2, 3, 4)
    assert editor.candidates.board.chosen[0].request is first


def test_the_same_wish_once_more_gets_another_seed(
    qtbot: QtBot, editor: Editor, page: CandidatesPage, runner: FakeRunner
) -> None:
    create(qtbot, editor, runner)
    create(qtbot, editor, runner)
    first, second = runner.requests
    assert first.seed != second.seed
    assert editor.window.task.wish.seed == second.seed, "the field says so, too"


def test_more_like_one_is_made_from_its_pixels(
    qtbot: QtBot, editor: Editor, page: CandidatesPage, runner: FakeRunner
) -> None:
    create(qtbot, editor, runner, alpha=90)
    page.new.look_at(2)
    page.more_button.click()
    request = runner.requests[1]
    assert request.source is not None
    pixels = np.empty((32, 32, 4), np.uint8)
    request.source.read_into(Rect.of_size(SIDE), pixels)
    assert (pixels == [30, 30, 30, 90]).all()
    assert (request.target, request.count, request.source.size) == (SIDE, 4, SIDE)
    assert shades_of(page.kept)[0] == pytest.approx(30, abs=3), "it stays above what resembles it"
    finish(qtbot, editor, runner, 5, 6, 7, 8)
    assert "like a candidate" in page.facts.text()


def test_a_model_without_variations_offers_none(
    qtbot: QtBot, editor: Editor, page: CandidatesPage, runner: FakeRunner
) -> None:
    plain = manifest_of("org.example.p", Task.GENERATE, more=CREATE.replace("true", "false"))
    editor.window.task.set_catalog(catalog_of(plain))
    create(qtbot, editor, runner)
    assert page.more_button.isHidden()


def test_a_stopped_round_brings_the_last_one_back(
    qtbot: QtBot, editor: Editor, page: CandidatesPage, runner: FakeRunner
) -> None:
    create(qtbot, editor, runner)
    page.new.choose([2])
    page.round_button.click()
    runner.start()
    qtbot.waitUntil(lambda: editor.running.queue.open[0].began)
    press(page.new, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: bool(editor.candidates.board.new))
    assert shades_of(page.new) == [10, 20, 30, 40]
    assert page.new.chosen == [2]
    assert not page.kept.isVisible()
    assert editor.window.area.page is page
    qtbot.waitUntil(lambda: said(editor) == "Stopped. No new candidates were kept.")


def test_a_first_round_that_fails_leaves_no_page(
    qtbot: QtBot, editor: Editor, page: CandidatesPage, runner: FakeRunner, photo: Path
) -> None:
    canvas = open_photo(qtbot, editor, photo)
    press(editor.window, Qt.Key.Key_Return, CONTROL)
    runner.fail("The paint is dry. Choose another model.")
    qtbot.waitUntil(lambda: editor.window.area.page is None)
    assert editor.canvas is canvas
    assert editor.window.task.failure.sentence == "The paint is dry. Choose another model."
    assert canvas.session.document.history.position == 0


def test_escape_discards_and_the_message_brings_them_back(
    qtbot: QtBot, editor: Editor, page: CandidatesPage, runner: FakeRunner
) -> None:
    create(qtbot, editor, runner)
    page.new.choose([1])
    press(page.new, Qt.Key.Key_Escape)
    assert editor.window.area.page is None
    assert editor.window.area.tabs.count() == 0
    assert said(editor) == "Discarded 4 candidates."
    answers = editor.window.status.findChildren(QPushButton)
    next(button for button in answers if button.text() == "Bring back").click()
    assert editor.window.area.page is page
    assert (shades_of(page.new), page.new.chosen) == ([10, 20, 30, 40], [1])


def test_closing_the_tab_during_a_round_stops_it(
    qtbot: QtBot, editor: Editor, page: CandidatesPage, runner: FakeRunner
) -> None:
    press(editor.window, Qt.Key.Key_Return, CONTROL)
    runner.start()
    editor.actions["close"].trigger()
    assert editor.window.area.page is None
    assert runner.cancelled == [runner.requests[0].job_id]
    qtbot.waitUntil(lambda: not editor.running.queue.open)
    assert editor.window.area.page is None, "what was discarded does not come back"


def test_the_chosen_ones_are_saved_and_replace_nothing(
    qtbot: QtBot, editor: Editor, page: CandidatesPage, runner: FakeRunner, tmp_path: Path
) -> None:
    create(qtbot, editor, runner, alpha=80)
    seed = runner.requests[0].seed
    there = tmp_path / f"fast-generate-{seed}-02.png"
    there.write_bytes(b"mine")
    page.new.choose([1, 2])
    editor.candidates.keeping.as_files(editor.candidates.board.chosen, tmp_path)
    qtbot.waitUntil(lambda: said(editor).startswith("Saved 2 pictures"))
    assert there.read_bytes() == b"mine"
    names = sorted(path.name for path in tmp_path.glob("fast*.png"))
    assert names == [f"fast-generate-{seed}-02 (2).png", there.name, f"fast-generate-{seed}-03.png"]
    assert (read_picture(tmp_path / names[0]).pixels == [20, 20, 20, 80]).all()


def test_the_page_is_no_document(
    qtbot: QtBot, editor: Editor, page: CandidatesPage, runner: FakeRunner, photo: Path
) -> None:
    canvas = open_photo(qtbot, editor, photo)
    create(qtbot, editor, runner)
    area = editor.window.area
    assert (area.canvases, area.current, area.last) == ([canvas], None, canvas)
    assert not editor.actions["undo"].isEnabled()
    assert page.keep_button.toolTip().startswith("Layers in the middle of photo.png")
    area.step(-1)
    assert (area.page, editor.canvas) == (None, canvas)
    editor.close_canvas(canvas)
    assert (area.page, area.last) == (page, None)
    assert page.keep_button.toolTip().startswith("No picture is open")
