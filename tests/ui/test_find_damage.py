"""Damage is found, a slider says how much of it is masked, and the mask is one like any other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.core.geometry import Point
from imagetool.ui.canvas.canvas import Canvas
from imagetool.ui.restoring.damage_strip import DamageStrip
from imagetool.ui.restoring.dialog import RestoreDialog
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
    editor.catalog = restoring_catalog()
    editor.window.task.set_catalog(editor.catalog)
    return shown


def find(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner, values: NDArray[np.float32] | None = None
) -> DamageStrip:
    editor.actions["find-damage"].trigger()
    runner.finish_with(scratched(320, 240) if values is None else values)
    qtbot.waitUntil(lambda: editor.damage.strip_of(canvas.session) is not None)
    strip = editor.damage.strip_of(canvas.session)
    assert strip is not None
    return strip


def masked(canvas: Canvas, *, live: bool = False) -> NDArray[np.uint8]:
    mask = canvas.session.mask if live else canvas.session.state.mask
    return mask.read(mask.bounds)[..., 0]


def history(canvas: Canvas) -> list[str]:
    return [entry.name for entry in canvas.session.document.history.entries]


def test_what_is_found_is_the_mask_at_once(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    editor.actions["find-damage"].trigger()
    (request,) = runner.requests
    assert (request.model.id, request.mask) == ("imagetool.damage/damage", None)
    runner.start()
    assert editor.window.status.job.text().startswith("Find damage: ")
    editor.actions["find-damage"].trigger()
    assert len(runner.requests) == 1
    assert editor.window.status.message.text().startswith("Damage is being looked for already.")
    runner.finish_with(scratched(320, 240))
    qtbot.waitUntil(lambda: editor.damage.strip_of(canvas.session) is not None)
    mask = masked(canvas)
    assert set(np.flatnonzero(mask[20])) == set(range(156, 164)), "4 px, and 2 px more on both sides"
    assert not mask[130:].any(), "below one half"
    assert history(canvas) == ["Open", "Find damage"]
    strip = editor.damage.strip_of(canvas.session)
    assert strip is not None
    assert strip.isVisible()
    share = f"{(mask > 0).mean():.1%}"
    assert strip.heading.text() == f"Damage: {share} of the picture"
    assert editor.window.status.message.text() == f"Found damage in {share} of the picture"
    assert strip.sensitivity.slider.hasFocus(), "the arrow keys are for the threshold"


def test_the_mask_follows_the_sliders_as_one_entry(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    strip = find(qtbot, editor, canvas, runner)
    before = canvas.session.state
    strip.sensitivity.set_value(80)
    qtbot.waitUntil(lambda: bool(masked(canvas)[180].any()))
    strip.growth.set_value(6)
    qtbot.waitUntil(lambda: set(np.flatnonzero(masked(canvas)[20])) == set(range(152, 168)))
    assert history(canvas) == ["Open", "Find damage"]
    assert canvas.session.state is not before
    press(strip.sensitivity.slider, Qt.Key.Key_Left)
    assert strip.sensitivity.field.value == 79
    with qtbot.waitSignal(canvas.session.state_changed):
        strip.use_button.click()
    qtbot.waitUntil(lambda: editor.damage.strip_of(canvas.session) is None)
    assert canvas.hasFocus()
    share = f"{(masked(canvas) > 0).mean():.1%}"
    assert editor.window.status.message.text() == f"Masked {share} of the picture"
    canvas.session.undo()
    assert not canvas.session.state.mask.tiles


def test_while_a_slider_is_dragged_the_mask_is_only_shown(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    strip = find(qtbot, editor, canvas, runner)
    state = canvas.session.state
    strip.sensitivity.slider.setSliderDown(True)
    strip.sensitivity.set_value(90)
    qtbot.waitUntil(lambda: bool(masked(canvas, live=True)[200].any()))
    assert canvas.session.state is state
    with qtbot.waitSignal(canvas.session.state_changed):
        strip.sensitivity.slider.setSliderDown(False)
    assert masked(canvas)[200].any()
    assert editor.damage.strip_of(canvas.session) is strip


def test_what_a_slider_passes_by_is_left_out(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    strip = find(qtbot, editor, canvas, runner)
    changes: list[object] = []
    canvas.session.mask_changed.connect(changes.append)
    for percent in range(51, 91):
        strip.sensitivity.set_value(percent)
    qtbot.waitUntil(lambda: bool(masked(canvas)[200].any()))
    assert 0 < len(changes) < 10


def test_discarding_brings_the_former_mask_back(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    Hand(canvas).stroke(Point(50, 50))
    painted = canvas.session.state.mask
    strip = find(qtbot, editor, canvas, runner)
    assert not masked(canvas)[50, 50]
    strip.discard_button.click()
    assert canvas.session.state.mask is painted
    find(qtbot, editor, canvas, runner)
    press(canvas, Qt.Key.Key_Escape)
    assert editor.damage.strip_of(canvas.session) is None
    assert canvas.session.state.mask is painted
    find(qtbot, editor, canvas, runner)
    canvas.session.apply("Something else", canvas.session.state)
    assert editor.damage.discard(canvas.session)
    assert canvas.session.state.mask.tiles == painted.tiles
    assert history(canvas)[-1] == "Discard damage"
    assert not editor.damage.discard(canvas.session)


def test_the_brush_corrects_it_and_undo_takes_it_back(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    find(qtbot, editor, canvas, runner)
    Hand(canvas).stroke(Point(50, 50))
    assert editor.damage.strip_of(canvas.session) is None, "a slider would undo the correction"
    assert masked(canvas)[50, 50]
    assert masked(canvas)[20, 160]
    assert history(canvas) == ["Open", "Find damage", "Mask brush"]
    canvas.session.undo()
    find(qtbot, editor, canvas, runner)
    assert history(canvas) == ["Open", "Find damage", "Find damage"], "the second search is a change of its own"
    canvas.session.undo()
    assert editor.damage.strip_of(canvas.session) is None


def test_where_nothing_is_found_the_slider_is_there_to_look_closer(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    strip = find(qtbot, editor, canvas, runner, scratched(320, 240) * np.float32(0.3))
    assert history(canvas) == ["Open"]
    assert strip.heading.text() == "No damage at this sensitivity"
    assert editor.window.status.message.text() == "Found no damage"
    strip.sensitivity.set_value(90)
    qtbot.waitUntil(lambda: bool(masked(canvas)[20, 160]))
    assert history(canvas) == ["Open", "Find damage"]


def test_restoring_is_offered_with_what_is_masked(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    strip = find(qtbot, editor, canvas, runner)
    strip.sensitivity.set_value(80)
    strip.restore_button.click()
    qtbot.waitUntil(lambda: bool(editor.window.findChildren(RestoreDialog)))
    assert masked(canvas)[180].any(), "the mask is as the strip said"
    (dialog,) = editor.window.findChildren(RestoreDialog)
    assert [it.step for it in dialog.steps] == ["fill", "denoise", "colour"]
    dialog.reject()


def test_it_belongs_to_its_document(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner, tmp_path: Path
) -> None:
    strip = find(qtbot, editor, canvas, runner)
    other = open_photo(qtbot, editor, written(tmp_path / "other.png", textured(40, 30)))
    assert not strip.isVisible()
    editor.window.area.choose(canvas.session)
    assert strip.isVisible()
    editor.close_canvas(other)
    strip.sensitivity.set_value(90)
    editor._remove(canvas)  # closed with the mask under way
    assert editor.damage.strip_of(canvas.session) is None


def test_it_says_why_there_is_nothing_to_cut(
    qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner
) -> None:
    editor.actions["find-damage"].trigger()
    press(canvas, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not editor.running.queue.open)
    assert editor.window.status.message.text() == "Taken out of the queue."
    editor.actions["find-damage"].trigger()
    runner.finish_with(scratched(200, 100))
    qtbot.waitUntil(lambda: editor.window.status.message.text().startswith("The picture has another size now"))
    editor.catalog = restoring_catalog(finds=False)
    editor.actions["find-damage"].trigger()
    assert editor.window.status.message.text().startswith("No model that finds damage is there.")
    assert len(runner.requests) == 2
    assert history(canvas) == ["Open"]


def test_f6_comes_by_the_sliders(qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner) -> None:
    strip = find(qtbot, editor, canvas, runner)
    canvas.setFocus()
    window = editor.window
    passed = []
    for _ in range(7):
        press(window, Qt.Key.Key_F6)
        passed.append(window.focusWidget())
    assert passed.count(canvas) == 1
    assert sum(strip.isAncestorOf(it) for it in passed) == 1
