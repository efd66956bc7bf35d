"""The canvas made larger in the window: dialog, mask, view, comparison, and what is filled into the margins."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.core.canvas_size import Margins, enlarged_canvas
from imagetool.core.compositing import composite
from imagetool.core.document import Document
from imagetool.core.files import read_picture
from imagetool.core.geometry import Rect, Size
from imagetool.ui.canvas.brush_tool import BrushTool
from imagetool.ui.canvas.canvas import Canvas
from imagetool.ui.canvas.tile_images import matched
from imagetool.ui.canvas_dialog import CanvasDialog
from tests.fakes.editors import open_photo
from tests.fakes.runners import FakeRunner
from tests.ui.conftest import ShowCanvas, plain_picture

MARGINS = Margins(100, 0, 20, 50)


def seen(canvas: Canvas, x: float, y: float) -> tuple[int, int, int]:
    """The colour at an image position, as the screen shows it."""
    spot = canvas.viewport.to_view(x, y)
    shown = canvas.grab().toImage().pixelColor(int(spot.x), int(spot.y))
    return shown.red(), shown.green(), shown.blue()


def dialog_of(editor: Editor) -> CanvasDialog:
    (dialog,) = editor.window.findChildren(CanvasDialog)
    return dialog


def test_the_dialog_says_what_comes_of_it(qtbot: QtBot) -> None:
    dialog = CanvasDialog(None, Size(400, 300), QImage(40, 30, QImage.Format.Format_RGB32))  # type: ignore[arg-type]
    qtbot.addWidget(dialog)
    (go,) = [button for button in dialog.findChildren(QPushButton) if button.text() == "Enlarge"]
    assert not go.isEnabled()
    dialog.quick["Both sides"].click()
    assert dialog.margins == Margins(100, 0, 100, 0)
    assert go.isEnabled()
    dialog.quick["All around"].click()
    assert dialog.margins == Margins(100, 75, 100, 75)
    dialog.rows["top"].field.set_value(10)
    assert dialog.margins == Margins(100, 10, 100, 75)
    assert any("600 × 385 px" in text.text() for text in dialog.findChildren(type(dialog._says)))
    dialog.quick["None"].click()
    assert not go.isEnabled()


def test_a_canvas_nobody_could_open_again_is_not_offered(qtbot: QtBot) -> None:
    dialog = CanvasDialog(None, Size(19_000, 19_000), QImage(30, 30, QImage.Format.Format_RGB32))  # type: ignore[arg-type]
    qtbot.addWidget(dialog)
    dialog.rows["right"].field.set_value(3000)
    (go,) = [button for button in dialog.findChildren(QPushButton) if button.text() == "Enlarge"]
    assert not go.isEnabled()
    assert dialog._says.text() == "22000 × 19000 px is too large; a picture has at most 400 megapixels."


def test_margins_are_masked_filled_and_opaque_and_all_of_it_is_undone(
    qtbot: QtBot, editor: Editor, runner: FakeRunner, photo: Path
) -> None:
    """Though the edge is soft: there is nothing under it in the margins that could show through."""
    canvas = open_photo(qtbot, editor, photo)
    before = canvas.session.state
    editor.actions["enlarge-canvas"].trigger()
    dialog = dialog_of(editor)
    for side in ("left", "right", "bottom"):
        dialog.rows[side].field.set_value(getattr(MARGINS, side))
    dialog.accept()
    qtbot.waitUntil(lambda: canvas.session.state.size == Size(440, 290))
    history = canvas.session.document.history
    assert [entry.name for entry in history.entries] == ["Open", "Enlarge canvas"]
    assert canvas.viewport.is_fitted
    editor.window.task._softness.set_value(20)
    buttons = [it for it in editor.window.status.findChildren(QPushButton) if it.text() == "Fill"]
    buttons[0].click()
    (request,) = runner.requests
    assert request.mask is canvas.session.state.mask
    runner.finish(77)
    qtbot.waitUntil(lambda: len(canvas.session.state.layers) == 2)
    after = canvas.session.state
    shown = composite(after, after.bounds)
    assert (shown[..., 3] == 255).all()
    assert (shown[:, :100] == (77, 77, 77, 255)).all()
    inner = Rect(100 + 8, 0, 420 - 8, 240 - 8)
    old = composite(before, before.bounds)
    np.testing.assert_array_equal(shown[inner.slices], old[inner.moved(-100, 0).slices])
    assert "0 pixels changed outside the mask" in editor.window.status.message.text()
    history_names = [entry.name for entry in history.entries]
    assert len(history_names) == 3
    canvas.session.go_to(0)
    assert canvas.session.state is before


def test_what_was_there_stays_where_it_is_on_the_screen(show_canvas: ShowCanvas, brush: BrushTool) -> None:
    canvas = show_canvas(brush)
    canvas.zoom_to(2.0)
    spot = canvas.viewport.to_view(200, 150)
    canvas.session.apply("Enlarge canvas", enlarged_canvas(canvas.session.state, MARGINS))
    assert canvas.viewport.to_view(300, 150) == spot
    assert canvas.viewport.scale == 2.0
    canvas.session.undo()
    assert canvas.viewport.to_view(200, 150) == spot


def test_before_is_shown_in_its_place_and_nothing_around_it(
    qtbot: QtBot, show_canvas: ShowCanvas, brush: BrushTool
) -> None:
    pixels = plain_picture()
    pixels[:, 200:, :3] = (10, 200, 30)
    canvas = show_canvas(brush, pixels)
    canvas.session.apply("Enlarge canvas", enlarged_canvas(canvas.session.state, MARGINS))
    canvas.session.apply("Clear mask", canvas.session.state.with_mask(canvas.session.document.original.mask))
    canvas.fit()
    qtbot.waitUntil(lambda: seen(canvas, 310, 100) == (10, 200, 30))
    qtbot.waitUntil(lambda: seen(canvas, 50, 100) in {(204, 204, 204), (255, 255, 255)})
    canvas.compare.hold(True)
    qtbot.waitUntil(lambda: seen(canvas, 310, 100) == (10, 200, 30))
    assert seen(canvas, 290, 100) == (90, 90, 90)
    surround = canvas.palette().shadow().color()
    assert seen(canvas, 50, 150) == (surround.red(), surround.green(), surround.blue())


def test_until_it_is_rendered_the_old_image_stands_in_at_its_place() -> None:
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(QColor(200, 0, 0))
    old, new = (Size(400, 300), Rect(0, 0, 400, 300)), (Size(520, 350), Rect(100, 0, 500, 300))
    moved = matched(image, old, new)
    assert (moved.width(), moved.height()) == (52, 35)
    assert moved.pixelColor(12, 5) == QColor(200, 0, 0)
    assert [moved.pixelColor(x, y).alpha() for x, y in ((5, 5), (51, 5), (12, 33))] == [0, 0, 0]
    back = matched(moved, new, old)
    assert (back.width(), back.height()) == (40, 30)
    assert back.pixelColor(2, 2) == back.pixelColor(38, 28) == QColor(200, 0, 0)
    assert matched(image, old, (Size(800, 600), Rect(0, 0, 800, 600))) is image
    assert QApplication.instance()


@pytest.mark.parametrize("overlap_px", [0, 8])
def test_the_margins_touch_no_pixel_of_the_picture_before_they_are_filled(overlap_px: int, photo: Path) -> None:

    state = Document(read_picture(photo)).state
    larger = enlarged_canvas(state, MARGINS, overlap_px)
    np.testing.assert_array_equal(composite(larger, larger.frame), composite(state, state.bounds))
