"""An old photo is restored step by step, and each step is a layer that can be hidden or undone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.app.restoration_offers import restoration_offers
from imagetool.catalog.catalog import Catalog
from imagetool.core.compositing import composite
from imagetool.core.damage import Cut
from imagetool.core.document import Document
from imagetool.core.geometry import Point, Rect
from imagetool.core.picture import Picture
from imagetool.plugin.tasks import Task
from imagetool.ui.canvas.canvas import Canvas
from imagetool.ui.restoring.dialog import RestoreDialog
from imagetool.ui.restoring.steps import Step
from imagetool.ui.restoring.strip import RestoreStrip
from tests.fakes.editors import open_photo, press
from tests.fakes.hands import Hand
from tests.fakes.old_photos import restoring_catalog, scratched
from tests.fakes.pictures import textured, written
from tests.fakes.runners import FakeRunner

pytestmark = pytest.mark.shared_worker


@pytest.fixture
def runner(shared_runner: FakeRunner) -> FakeRunner:
    """Asked nothing yet."""
    shared_runner.requests.clear()
    return shared_runner


@pytest.fixture
def editor(shared_editor: Editor, runner: FakeRunner) -> Iterator[Editor]:
    """With nothing open."""
    yield shared_editor
    for canvas in shared_editor.window.area.canvases:
        shared_editor._remove(canvas)


@pytest.fixture
def canvas(qtbot: QtBot, editor: Editor, photo: Path) -> Canvas:
    """A photo of 320 × 240, and the models for all steps."""
    shown = open_photo(qtbot, editor, photo)
    editor.window.activateWindow()
    show_models(editor, restoring_catalog())
    return shown


def show_models(editor: Editor, catalog: Catalog) -> None:
    editor.catalog = catalog
    editor.window.task.set_catalog(catalog)


def asked(editor: Editor) -> RestoreDialog:
    editor.actions["restore"].trigger()
    (dialog,) = [it for it in editor.window.findChildren(RestoreDialog) if it.isVisible()]
    return dialog


def begin(editor: Editor, canvas: Canvas, *left_out: Step) -> RestoreStrip:
    dialog = asked(editor)
    for step in left_out:
        dialog.rows[step].tick.setChecked(False)
    dialog.accept()
    editor.window.activateWindow()
    strip = editor.restoring.strip_of(canvas.session)
    assert strip is not None
    return strip


def answer(qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner, gray: int = 0) -> None:
    """The step that runs is done; waits until the next one is asked for, or all are done."""
    asked_for, session = len(runner.requests), canvas.session
    if runner.requests[-1].model.entry.task is Task.SCORE:
        runner.finish_with(scratched(320, 240))
    else:
        runner.finish(gray)
    qtbot.waitUntil(lambda: len(runner.requests) > asked_for or editor.restoring.strip_of(session) is None)


def layers(canvas: Canvas) -> list[str]:
    return [layer.name for layer in canvas.session.state.layers]


def history(canvas: Canvas) -> list[str]:
    return [entry.name for entry in canvas.session.document.history.entries]


def stages(strip: RestoreStrip) -> list[str]:
    return [chip.accessibleName() for chip in strip.chips]


def test_one_button_does_all_steps(qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner) -> None:
    strip = begin(editor, canvas)
    assert strip.isVisible()
    with qtbot.waitSignal(editor.running.queue.began):
        runner.start()
    assert editor.window.status.job.text().startswith("Step 1 of 4, find damage: ")
    answer(qtbot, editor, canvas, runner)
    found = canvas.session.state.mask
    share = f"{found.read(found.bounds).astype(bool).mean():.1%}"
    assert stages(strip) == [f"Find damage: {share}", "Fill damage: under way", "Denoise: waits", "Colour: waits"]
    fill = runner.requests[1]
    assert fill.mask is not None
    assert fill.mask.tiles == found.tiles
    for gray in (70, 80, 90):
        answer(qtbot, editor, canvas, runner, gray)
    names = [request.model.id for request in runner.requests]
    assert names == [
        "imagetool.damage/damage",
        "org.example.fill/fast-inpaint",
        "imagetool.denoising/photo",
        "org.example.colour/fast-colorize",
    ]
    assert layers(canvas) == ["Background", "Damage filled", "Denoised", "Coloured"]
    assert history(canvas) == ["Open", "Find damage", "Damage filled", "Denoised", "Coloured"]
    assert editor.restoring.strip_of(canvas.session) is None
    assert editor.window.status.message.text() == "Restored in 12.6 s: damage filled, denoised, coloured"
    filled = canvas.session.state.layers[1].pixels.read(canvas.session.state.bounds)
    assert (filled[20, 160] == (70, 70, 70, 255)).all()
    assert not filled[200:, :, 3].any(), "only what is damaged is filled"
    qtbot.waitUntil(lambda: editor.recipes.recipe_of(canvas.session.state.active_id) is not None)
    for count in (3, 2, 1):
        canvas.session.undo()
        assert len(layers(canvas)) == count
    assert canvas.session.state.mask.tiles == found.tiles


def test_every_step_sees_what_the_one_before_has_made(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    begin(editor, canvas, Step.FIND, Step.FILL)
    answer(qtbot, editor, canvas, runner, 70)
    source = runner.requests[-1].source
    assert source is not None
    pixels = np.zeros((1, 1, 4), np.uint8)
    source.read_into(Rect(0, 0, 1, 1), pixels)
    assert pixels[0, 0].tolist() == [70, 70, 70, 255]
    answer(qtbot, editor, canvas, runner, 90)
    assert layers(canvas) == ["Background", "Denoised", "Coloured"]
    assert (composite(canvas.session.state, canvas.session.state.bounds)[..., 0] == 90).all()


def test_what_is_masked_is_filled_and_not_searched_for(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    Hand(canvas).stroke(Point(50, 50), Point(80, 50))
    painted = canvas.session.state.mask
    dialog = asked(editor)
    assert [it.step for it in dialog.steps] == [Step.FILL, Step.DENOISE, Step.COLOUR]
    assert dialog.rows[Step.FILL].note.text() == "What is masked now is filled."
    dialog.rows[Step.FIND].tick.setChecked(True)
    assert dialog.rows[Step.FIND].note.text() == "Takes the place of what is masked now."
    dialog.rows[Step.FIND].tick.setChecked(False)
    dialog.accept()
    assert runner.requests[0].mask is painted
    answer(qtbot, editor, canvas, runner, 70)
    assert not canvas.session.state.mask.tiles


def test_the_dialog_says_what_cannot_be_done(editor: Editor, canvas: Canvas) -> None:
    show_models(editor, restoring_catalog(finds=False, colours=False))
    dialog = asked(editor)
    notes = {step: row.note.text() for step, row in dialog.rows.items()}
    assert notes == {
        Step.FIND: "No model that finds damage is there. Install imagetool again; it comes with one.",
        Step.FILL: "Nothing is masked. Find the damage first, or paint over it.",
        Step.DENOISE: "",
        Step.COLOUR: "No installed model colours photos. Add one under Models ▸ Plugins….",
    }
    assert [it.step for it in dialog.steps] == [Step.DENOISE]
    button = dialog.findChild(QPushButton, "run")
    assert isinstance(button, QPushButton)
    assert button.isEnabled()
    dialog.rows[Step.DENOISE].tick.setChecked(False)
    assert not button.isEnabled()
    dialog.reject()


def test_the_models_that_are_proposed(editor: Editor, canvas: Canvas) -> None:
    task = editor.window.task
    fills = editor.catalog.models_for(Task.INPAINT)
    task.choose_task(Task.DENOISE)
    task.models.setCurrentIndex(0)
    offers = restoration_offers(editor.catalog, task.model_for, masked=False)
    proposed = [offer.model.id if offer.model else "" for offer in offers]
    assert proposed == [
        "imagetool.damage/damage",
        fills[0].id,
        "imagetool.denoising/photo",
        "org.example.colour/fast-colorize",
    ]
    (colour,) = editor.catalog.models_for(Task.COLORIZE)
    held = {Task.COLORIZE: colour}
    assert restoration_offers(editor.catalog, held.get, masked=True)[3].model is colour
    assert task.model_for(Task.UPSCALE) is None


def test_another_model_and_another_sensitivity_are_taken(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    dialog = asked(editor)
    dialog.rows[Step.DENOISE].models.setCurrentIndex(0)
    dialog.sensitivity.set_value(90)
    assert dialog.cut == Cut(0.9, 2)
    dialog.accept()
    answer(qtbot, editor, canvas, runner)
    mask = canvas.session.state.mask
    assert mask.read(mask.bounds)[200].any()
    answer(qtbot, editor, canvas, runner, 70)
    assert runner.requests[-1].model.id == "org.example.denoise/fast-denoise"


def test_where_nothing_is_damaged_nothing_is_filled(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    strip = begin(editor, canvas, Step.COLOUR)
    runner.finish_with(np.zeros((240, 320, 1), np.float32))
    qtbot.waitUntil(lambda: len(runner.requests) == 2)
    assert stages(strip) == ["Find damage: none found", "Fill damage: nothing to fill", "Denoise: under way"]
    answer(qtbot, editor, canvas, runner, 80)
    assert history(canvas) == ["Open", "Denoised"]
    begin(editor, canvas, Step.DENOISE, Step.COLOUR)
    runner.finish_with(np.zeros((240, 320, 1), np.float32))
    qtbot.waitUntil(lambda: editor.restoring.strip_of(canvas.session) is None)
    assert editor.window.status.message.text() == "No damage was found. The picture is as it was."


@pytest.mark.parametrize("how", ["Esc", "Stop", "the list"])
def test_stopping_keeps_the_steps_that_are_done(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner, how: str
) -> None:
    strip = begin(editor, canvas)
    answer(qtbot, editor, canvas, runner)
    answer(qtbot, editor, canvas, runner, 70)
    with qtbot.waitSignal(editor.running.queue.began):
        runner.start()
    if how == "Esc":
        press(canvas, Qt.Key.Key_Escape)
    elif how == "Stop":
        strip.stop_button.click()
    else:
        editor.running.queue.stop(editor.running.queue.open[0])
    qtbot.waitUntil(lambda: not editor.running.queue.open)
    assert editor.restoring.strip_of(canvas.session) is None
    assert layers(canvas) == ["Background", "Damage filled"]
    assert len(runner.requests) == 3
    assert editor.window.status.message.text() == "Stopped. Kept: damage filled."
    assert not editor.restoring.stop(canvas.session)


def test_stopping_while_a_step_is_laid_in_ends_with_that_step(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    begin(editor, canvas, Step.FIND, Step.FILL)
    editor.running.arrivals.taken.connect(lambda _: editor.restoring.stop(canvas.session))
    runner.finish(80)
    qtbot.waitUntil(lambda: editor.restoring.strip_of(canvas.session) is None)
    assert layers(canvas) == ["Background", "Denoised"]
    assert len(runner.requests) == 1
    assert editor.window.status.message.text() == "Stopped. Kept: denoised."


def test_a_step_that_fails_ends_it(qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner) -> None:
    begin(editor, canvas, Step.FIND, Step.FILL)
    answer(qtbot, editor, canvas, runner, 80)
    runner.fail("The colours ran out.")
    qtbot.waitUntil(lambda: editor.restoring.strip_of(canvas.session) is None)
    assert editor.window.task.failure.sentence == "The colours ran out."
    assert editor.window.status.message.text() == "Stopped. Kept: denoised."
    assert layers(canvas) == ["Background", "Denoised"]


def test_a_step_that_fits_no_more_ends_it(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    begin(editor, canvas, Step.FIND, Step.FILL)
    other = Document(Picture.of(np.full((48, 64, 4), 200, np.uint8))).state
    canvas.session.apply("Another size", other)
    answer(qtbot, editor, canvas, runner, 80)
    assert canvas.session.state is other
    assert editor.window.task.failure.sentence.startswith("The picture has another size now")
    assert len(runner.requests) == 1


def test_one_restoration_at_a_time_and_none_of_what_is_closed(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner, tmp_path: Path
) -> None:
    strip = begin(editor, canvas)
    editor.actions["restore"].trigger()
    assert editor.window.status.message.text().startswith("This picture is being restored.")
    other = open_photo(qtbot, editor, written(tmp_path / "other.png", textured(40, 30)))
    assert not strip.isVisible()
    late = asked(editor)
    editor.close_canvas(canvas)
    assert editor.restoring.strip_of(canvas.session) is None
    editor.close_canvas(other)
    late.accept()
    assert len(runner.requests) == 1
    assert editor.restoring.strip_of(other.session) is None


def test_the_chips_follow_the_theme(qtbot: QtBot, editor: Editor, canvas: Canvas) -> None:
    strip = begin(editor, canvas)
    dark = strip.chips[0].icon.pixmap().toImage()
    editor.actions["theme-light"].trigger()
    light = strip.chips[0].icon.pixmap().toImage()
    editor.actions["theme-dark"].trigger()
    assert light != dark
