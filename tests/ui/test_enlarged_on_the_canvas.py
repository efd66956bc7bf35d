"""What the canvas shows while a picture changes its size: place, pointer, comparison, previews, threads."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.core.document import Layer, State
from imagetool.core.geometry import Point, Rect, Size
from imagetool.core.masks import resized
from imagetool.core.tiles import TiledImage
from imagetool.plugin.tasks import Task
from imagetool.ui.canvas.brush_tool import BrushTool
from imagetool.ui.canvas.canvas import Canvas
from tests.fakes.editors import open_photo, press
from tests.fakes.hands import CONTROL, SHIFT, Hand
from tests.fakes.held_background import held, settle
from tests.fakes.pictures import written
from tests.fakes.runners import FakeRunner
from tests.ui.conftest import ShowCanvas, plain_picture

BEFORE, AFTER, PREVIEW = 90, 200, 255  # shades
SMALL = Size(400, 300)


def larger(state: State, factor: int = 2, shade: int = AFTER) -> State:
    """The picture `factor` times as large, in one light shade."""
    size = Size(state.size.width * factor, state.size.height * factor)
    layer = Layer.new("Enlarge", TiledImage.from_array(plain_picture(*size, shade)))
    return replace(state, size=size, layers=(layer,), mask=resized(state.mask, size), active_id=layer.id)


def shade(canvas: Canvas, at: QPoint) -> int:
    return QColor(canvas.grab().toImage().pixel(at)).red()


def shades(canvas: Canvas) -> set[int]:
    """All that is to be seen inside the picture, on a coarse grid."""
    seen = canvas.grab().toImage()
    first, last = canvas.viewport.to_view(0, 0), canvas.viewport.to_view(*canvas.viewport.picture)
    xs, ys = range(int(first.x) + 2, int(last.x) - 1, 20), range(int(first.y) + 40, int(last.y) - 1, 20)
    return {QColor(seen.pixel(x, y)).red() for x in xs if 0 <= x < 500 for y in ys if 0 <= y < 400}


def leave(canvas: Canvas) -> None:
    """The pointer goes; its ring is out of the way."""
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))


@pytest.fixture
def canvas(qtbot: QtBot, show_canvas: ShowCanvas, brush: BrushTool) -> Canvas:
    shown = show_canvas(brush)
    qtbot.waitUntil(lambda: shades(shown) == {BEFORE})
    return shown


def test_a_fitted_picture_stays_fitted(canvas: Canvas) -> None:
    canvas.session.apply("Enlarge", larger(canvas.session.state))
    assert canvas.viewport.picture == Size(800, 600)
    assert canvas.viewport.is_fitted
    canvas.session.undo()
    assert canvas.viewport.picture == SMALL
    assert canvas.viewport.is_fitted


def test_what_was_looked_at_stays_under_the_eye(canvas: Canvas) -> None:
    canvas.set_viewport(canvas.viewport.scaled_at(120, 90, 3.0).panned(-130, 40))
    before = canvas.viewport
    spot = before.to_view(100, 80)
    canvas.session.apply("Enlarge", larger(canvas.session.state))
    assert canvas.viewport.to_view(200, 160) == pytest.approx(spot)
    assert canvas.viewport.scale == 1.5
    canvas.session.undo()
    assert canvas.viewport == before
    canvas.session.redo()
    assert canvas.viewport.to_view(200, 160) == pytest.approx(spot)


def test_the_ring_stays_under_the_mouse(canvas: Canvas) -> None:
    Hand(canvas).move(Point(300, 200))
    assert canvas._pointer is not None
    spot = canvas.viewport.to_view(*canvas._pointer)
    canvas.session.apply("Enlarge", larger(canvas.session.state))
    assert canvas._pointer is not None
    assert canvas.viewport.to_view(*canvas._pointer) == pytest.approx(spot, abs=1), (
        "the mouse has not moved, but the ring has; the next zoom step goes somewhere else"
    )


def test_a_straight_line_does_not_begin_where_the_other_size_had_it(canvas: Canvas) -> None:
    """Shift with a click draws from the end of the last stroke; in another size that place is another one."""
    hand = Hand(canvas)
    hand.stroke(Point(40, 40))
    canvas.session.apply("Enlarge", larger(canvas.session.state))
    canvas.session.set_mask("Clear", TiledImage.blank(Size(800, 600), 1))
    hand.stroke(Point(700, 80), keys=SHIFT)
    mask = canvas.session.state.mask.read(canvas.session.state.bounds)[..., 0]
    assert mask[80, 700] == 255
    assert not mask[30:52, 30:52].any(), "the line begins at (40, 40), where the small picture had the last stroke"


def test_the_new_picture_is_there_and_the_old_one_again_after_undo(qtbot: QtBot, canvas: Canvas) -> None:
    canvas.session.apply("Enlarge", larger(canvas.session.state))
    assert shades(canvas) <= {BEFORE, AFTER}, "nothing but the old picture stands in for the new one"
    qtbot.waitUntil(lambda: shades(canvas) == {AFTER})
    canvas.session.undo()
    assert shades(canvas) <= {BEFORE, AFTER}
    qtbot.waitUntil(lambda: shades(canvas) == {BEFORE})


def test_changing_the_size_again_and_again_leaves_no_threads(qtbot: QtBot, canvas: Canvas) -> None:
    canvas.session.apply("Enlarge", larger(canvas.session.state))
    qtbot.waitUntil(lambda: shades(canvas) == {AFTER})
    for _ in range(4):
        canvas.session.undo()
        canvas.session.redo()
    displays = [thread for thread in threading.enumerate() if thread.name == "display"]
    assert len(displays) == 2, "one for what is there now, and one for how it was"
    qtbot.waitUntil(lambda: shades(canvas) == {AFTER})


def test_the_backslash_shows_the_small_picture_in_the_same_place(qtbot: QtBot, canvas: Canvas) -> None:
    canvas.session.apply("Enlarge", larger(canvas.session.state))
    qtbot.waitUntil(lambda: shades(canvas) == {AFTER})
    QTest.keyPress(canvas, Qt.Key.Key_Backslash)
    qtbot.waitUntil(lambda: shades(canvas) == {BEFORE})
    viewport = canvas.viewport
    left, top = round(viewport.left), round(viewport.top)
    assert shade(canvas, QPoint(left + 1, top + 60)) == BEFORE
    assert shade(canvas, QPoint(left - 3, top + 60)) not in (BEFORE, AFTER), "the surround"
    QTest.keyRelease(canvas, Qt.Key.Key_Backslash)
    assert shades(canvas) == {AFTER}
    assert canvas.viewport == viewport


def test_undo_while_comparing_keeps_both_right(qtbot: QtBot, canvas: Canvas) -> None:
    session = canvas.session
    session.apply("Enlarge", larger(session.state))
    session.apply("Enlarge", larger(session.state, shade=150))
    canvas.compare.hold(True)
    for step in (session.undo, session.undo, session.redo, session.redo):
        step()
        qtbot.waitUntil(lambda: shades(canvas) == {BEFORE})
    canvas.compare.hold(False)
    qtbot.waitUntil(lambda: shades(canvas) == {150})
    canvas.compare.toggle_split()
    qtbot.waitUntil(lambda: shade(canvas, QPoint(100, 200)) == BEFORE)
    assert shade(canvas, QPoint(400, 200)) == 150


def test_recovered_work_of_another_size_can_be_compared(
    qtbot: QtBot, show_canvas: ShowCanvas, brush: BrushTool
) -> None:
    """Its canvas is made when the enlarged state is already there."""
    first = show_canvas(brush)
    first.session.apply("Enlarge", larger(first.session.state))
    second = Canvas(first.session, brush)
    qtbot.addWidget(second)
    second.resize(500, 400)
    with qtbot.waitExposed(second):
        second.show()
    try:
        qtbot.waitUntil(lambda: shades(second) == {AFTER})
        second.compare.hold(True)
        qtbot.waitUntil(lambda: shades(second) == {BEFORE})
    finally:
        second.close_scene()


def test_a_mask_made_for_the_other_size_is_dropped(canvas: Canvas) -> None:
    session = canvas.session
    old = TiledImage.from_array(np.full((300, 400, 1), 255, np.uint8))
    session.apply("Enlarge", larger(session.state))
    state, entries = session.state, session.document.history.entries
    session.show_live_mask(state.mask, None)
    session.set_mask("Invert", old)
    assert session.state is state
    assert session.document.history.entries == entries
    assert session.mask is state.mask, "what was shown of it is gone, too"


# with a job


@pytest.fixture
def enlarging(qtbot: QtBot, editor: Editor, tmp_path: Path) -> Canvas:
    """A plain picture that is being enlarged."""
    path = written(tmp_path / "plain.png", plain_picture()[..., :3].copy())
    shown = open_photo(qtbot, editor, path)
    editor.choose_tool("hand")
    editor.window.task.choose_task(Task.UPSCALE)
    press(shown, Qt.Key.Key_Return, CONTROL)
    qtbot.waitUntil(lambda: seen_at(shown, 10, 150) == BEFORE)
    return shown


def seen_at(canvas: Canvas, x: float, y: float) -> int:
    """The shade at an image position."""
    spot = canvas.viewport.to_view(x, y)
    return shade(canvas, QPoint(int(spot.x), int(spot.y)))


def test_previews_of_tiles_stay_beside_each_other_until_the_end(
    qtbot: QtBot, enlarging: Canvas, runner: FakeRunner
) -> None:
    session = enlarging.session
    for left, gray in ((0, PREVIEW), (200, 0)):
        with qtbot.waitSignal(session.preview_changed):
            runner.preview(Rect(left, 0, left + 100, 300), gray)
    seen = [seen_at(enlarging, x, 150) for x in (50, 150, 250, 350)]
    assert seen == [PREVIEW, BEFORE, 0, BEFORE]
    runner.finish(AFTER)
    qtbot.waitUntil(lambda: session.state.size == Size(800, 600))
    qtbot.waitUntil(lambda: [seen_at(enlarging, x, 300) for x in (100, 300, 500, 700)] == [AFTER] * 4)


def test_a_cancelled_job_takes_its_previews_with_it(qtbot: QtBot, enlarging: Canvas, runner: FakeRunner) -> None:
    with qtbot.waitSignal(enlarging.session.preview_changed):
        runner.preview(Rect(0, 0, 200, 300), PREVIEW)
    assert seen_at(enlarging, 50, 150) == PREVIEW
    press(enlarging, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: enlarging.session.job is None)
    assert seen_at(enlarging, 50, 150) == BEFORE
    press(enlarging, Qt.Key.Key_Return, CONTROL)
    assert seen_at(enlarging, 50, 150) == BEFORE, "the next job begins with the previews of the last"


def test_previews_do_not_show_over_a_picture_of_another_size(
    qtbot: QtBot, enlarging: Canvas, runner: FakeRunner
) -> None:
    """The second enlargement is at work on the large picture while the first one is undone, and done again."""
    session = enlarging.session
    runner.finish(AFTER)
    qtbot.waitUntil(lambda: session.job is None)
    press(enlarging, Qt.Key.Key_Return, CONTROL)
    with qtbot.waitSignal(session.preview_changed):
        runner.preview(Rect(400, 0, 800, 600), PREVIEW)
    assert seen_at(enlarging, 600, 300) == PREVIEW
    session.undo()
    qtbot.waitUntil(lambda: seen_at(enlarging, 100, 150) == BEFORE)
    assert seen_at(enlarging, 410, 150) != PREVIEW, "a preview is drawn beside the picture"
    with qtbot.waitSignal(session.preview_changed):
        runner.preview(Rect(0, 0, 400, 300), PREVIEW)
    assert seen_at(enlarging, 100, 150) == BEFORE, "a preview of the large picture is drawn over the small one"
    session.redo()
    with qtbot.waitSignal(session.preview_changed):
        runner.preview(Rect(400, 300, 800, 600), PREVIEW)
    assert seen_at(enlarging, 600, 450) == PREVIEW
    runner.finish(AFTER)
    qtbot.waitUntil(lambda: session.job is None)
    assert session.state.size == Size(1600, 1200)


def test_a_rectangle_drawn_just_before_the_size_changed_is_dropped(
    qtbot: QtBot, editor: Editor, tmp_path: Path
) -> None:
    """Its pixels are computed on a thread; when they come, the same numbers mean another place."""
    canvas = open_photo(qtbot, editor, written(tmp_path / "plain.png", plain_picture()[..., :3].copy()))
    session = canvas.session
    session.apply("Enlarge", larger(session.state))
    editor.choose_tool("rectangle")
    with held(editor.background):
        Hand(canvas).stroke(Point(100, 100), Point(300, 250))
        session.undo()
    for _ in range(2):  # a change that came too late is tried once more
        settle(qtbot, editor.background)
    assert session.state.size == SMALL
    assert not session.state.mask.tiles, "a rectangle over the large picture became one over the small picture"
    assert session.document.history.can_redo
