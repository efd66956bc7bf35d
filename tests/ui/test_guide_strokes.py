"""Strokes of colour for models: drawn, shown, erased, undone, handed to the model and gone with its result."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QColorSpace
from pytestqt.qtbot import QtBot

from imagetool.app.cell_jobs import Ground, Terms
from imagetool.app.editor import Editor
from imagetool.app.wishes import request_of
from imagetool.core.compositing import composite
from imagetool.core.geometry import Point, Rect
from imagetool.core.hints import Hint
from imagetool.core.masks import full
from imagetool.plugin.tasks import Task
from imagetool.ui.canvas.canvas import Canvas
from imagetool.ui.canvas.guide_tool import GuideTool, picked_colour
from imagetool.ui.canvas.hint_marks import picture_colour, shown_colour
from imagetool.ui.guide_page import GuidePage
from imagetool.ui.panels.task_panel import Wish
from imagetool.ui.shootout.entrants import Entrant
from tests.fakes.editors import at, drag, open_photo, press
from tests.fakes.hands import ALT, LEFT, RIGHT, SHIFT, Hand
from tests.fakes.requests import MANIFEST, fake_model
from tests.fakes.runners import FakeRunner
from tests.ui.conftest import ShowCanvas, plain_picture

ORANGE = "#f08010"
ACROSS = (Point(100, 100), Point(200, 100))


@pytest.fixture
def guide(qtbot: QtBot) -> Iterator[GuideTool]:
    """Orange, 20 px wide."""
    tool = GuideTool()
    tool.set_colour(ORANGE)
    tool.set_size(20)
    yield tool
    tool.deleteLater()


def shown(canvas: Canvas, x: float, y: float) -> str:
    spot = canvas.viewport.to_view(x, y)
    return canvas.grab().toImage().pixelColor(int(spot.x), int(spot.y)).name()


def names(canvas: Canvas) -> list[str]:
    return [entry.name for entry in canvas.session.document.history.entries]


def test_a_stroke_is_seen_at_once_and_never_part_of_the_picture(show_canvas: ShowCanvas, guide: GuideTool) -> None:
    canvas = show_canvas(guide)
    hand = Hand(canvas)
    before = composite(canvas.session.state, canvas.session.state.bounds)
    hand.press(ACROSS[0])
    hand.move(Point(150, 100))
    hand.move(ACROSS[1])
    assert names(canvas) == ["Open"], "it is no change yet"
    assert shown(canvas, 150, 100) == ORANGE
    hand.release(ACROSS[1])
    (hint,) = canvas.session.state.hints
    assert (hint.colour, hint.radius_px) == ((240, 128, 16), 10)
    assert [tuple(round(x) for x in point) for point in hint.points] == [(100, 100), (150, 100), (200, 100)]
    assert shown(canvas, 150, 107) == ORANGE
    rim = QColor(shown(canvas, 150, 110)).lightness(), QColor(shown(canvas, 150, 111)).lightness()
    assert max(rim) > 150, "a light rim shows on a dark picture"
    np.testing.assert_array_equal(composite(canvas.session.state, canvas.session.state.bounds), before)
    assert canvas.session.document.history.saved
    canvas.session.undo()
    assert canvas.session.hints == ()
    assert shown(canvas, 150, 100) == "#5a5a5a"
    assert names(canvas) == ["Open", "Guide stroke"]


def test_shift_draws_a_straight_line_from_where_the_last_ended(show_canvas: ShowCanvas, guide: GuideTool) -> None:
    canvas = show_canvas(guide)
    hand = Hand(canvas)
    hand.stroke(*ACROSS)
    hand.stroke(Point(200, 250), keys=SHIFT)
    first, second = canvas.session.state.hints
    assert second.points == (first.points[-1], Point(200, 250))


def test_a_click_is_a_point_and_esc_drops_what_is_being_drawn(show_canvas: ShowCanvas, guide: GuideTool) -> None:
    canvas = show_canvas(guide)
    hand = Hand(canvas)
    hand.stroke(Point(50, 60))
    assert [hint.points for hint in canvas.session.state.hints] == [(Point(50, 60),)]
    hand.press(Point(80, 80))
    hand.move(Point(120, 80))
    assert len(canvas.session.hints) == 2
    assert canvas.abandon()
    assert len(canvas.session.hints) == 1
    hand.release(Point(120, 80))
    assert names(canvas) == ["Open", "Guide stroke"]


@pytest.mark.parametrize("by", ["right button", "mode"])
def test_erasing_takes_away_whole_strokes_that_are_touched(
    show_canvas: ShowCanvas, guide: GuideTool, by: str
) -> None:
    canvas = show_canvas(guide)
    hand = Hand(canvas)
    for y in (50, 150, 250):
        hand.stroke(Point(100, y), Point(300, y))
    button = RIGHT if by == "right button" else LEFT
    if by == "mode":
        guide.swap_mode()
    hand.stroke(Point(20, 20), Point(30, 20), button=button)
    assert len(names(canvas)) == 4, "nothing was touched, so nothing has changed"
    hand.stroke(Point(290, 20), Point(290, 45), Point(290, 145), button=button)
    (left,) = canvas.session.state.hints
    assert left.points[0].y == 250
    assert names(canvas)[-1] == "Erase guide stroke"
    canvas.session.undo()
    assert len(canvas.session.hints) == 3


def test_the_size_follows_keys_and_drag(show_canvas: ShowCanvas, guide: GuideTool) -> None:
    canvas = show_canvas(guide)
    hand = Hand(canvas)
    hand.press(Point(100, 100), RIGHT, ALT)
    hand.move(Point(130, 100), ALT)
    assert guide.size_px == 50
    hand.release(Point(130, 100))
    guide.resize(-1)
    assert guide.size_px == 43
    guide.set_size(1e9)
    assert guide.size_px == 2000
    assert canvas.session.state.hints == ()


def test_alt_picks_the_colour_of_the_picture(show_canvas: ShowCanvas, guide: GuideTool) -> None:
    pixels = plain_picture()
    pixels[:, 200:, :3] = (10, 200, 30)
    canvas, page = show_canvas(guide, pixels), GuidePage(guide)
    hand = Hand(canvas)
    hand.stroke(Point(300, 100), keys=ALT)
    assert (guide.colour, page.colour.value) == ("#0ac81e", "#0ac81e")
    hand.press(Point(300, 100), keys=ALT)
    hand.move(Point(100, 100), keys=ALT)
    hand.release(Point(100, 100))
    assert guide.colour == "#5a5a5a"
    assert canvas.session.state.hints == ()
    page.deleteLater()


def test_where_there_is_no_colour_none_is_picked(show_canvas: ShowCanvas, guide: GuideTool) -> None:
    pixels = plain_picture()
    pixels[:100, :100] = 0
    state = show_canvas(guide, pixels).session.state
    assert picked_colour(state, Point(-1, 5)) is None
    assert picked_colour(state, Point(400, 5)) is None
    assert picked_colour(state, Point(50, 50)) is None
    assert picked_colour(state, Point(99.5, 50)) == (90, 90, 90), "from what can be seen"


def test_a_colour_means_the_same_in_a_picture_with_a_profile() -> None:
    space = QColorSpace(QColorSpace.NamedColorSpace.AdobeRgb)
    given = picture_colour(QColor("#40a040"), space)
    assert given != (0x40, 0xA0, 0x40)
    back = shown_colour(given, space)
    assert max(abs(a - b) for a, b in zip(back.getRgb()[:3], (0x40, 0xA0, 0x40), strict=True)) <= 1  # type: ignore[index]
    assert picture_colour(QColor("#40a040"), None) == (0x40, 0xA0, 0x40)


def guided_photo(qtbot: QtBot, editor: Editor, photo: Path) -> Canvas:
    """A photo with a mask and two strokes, one of them in it; any model follows them."""
    canvas = open_photo(qtbot, editor, photo)
    drag(canvas, Point(100, 100), Point(160, 100))
    press(canvas, Qt.Key.Key_P)
    drag(canvas, Point(110, 100), Point(150, 100))
    drag(canvas, Point(250, 200), Point(300, 200))
    assert len(canvas.session.state.hints) == 2
    return canvas


def choose_model(editor: Editor, *, guides: bool) -> None:
    """A model that fills and takes guides, or takes none."""
    task = editor.window.task
    task.choose_task(Task.INPAINT)
    able = [model for model in task.able_models if model.entry.guides == guides and not model.entry.special]
    task.take(able[0], task.params_for(able[0]), 1)


def test_the_model_is_given_what_lies_in_the_mask_and_its_result_takes_that_away(
    qtbot: QtBot, editor: Editor, runner: FakeRunner, photo: Path
) -> None:
    canvas = guided_photo(qtbot, editor, photo)
    choose_model(editor, guides=True)
    editor.actions["run"].trigger()
    (request,) = runner.requests
    assert request.hints is not None
    assert tuple(request.hints[100, 130]) == (0x3D, 0x6F, 0xB4, 255)
    assert not request.hints[180:].any(), "the other stroke lies outside the mask"
    assert request.mask
    runner.start()
    runner.preview(request.mask.content_rect(), 120)
    drag(canvas, Point(20, 20), Point(40, 20))
    qtbot.waitUntil(lambda: shown(canvas, 130, 100) == "#787878")  # a preview is not covered by what it follows
    assert shown(canvas, 30, 20) == "#3d6fb4"
    runner.finish(30)
    qtbot.waitUntil(lambda: len(canvas.session.state.layers) == 2)
    assert [hint.points[0].y for hint in canvas.session.state.hints] == [
        pytest.approx(200, abs=1),
        pytest.approx(20, abs=1),
    ]
    canvas.session.undo()
    assert len(canvas.session.state.hints) == 3, "one entry of the history"
    editor.actions["run"].trigger()
    drag(canvas, Point(120, 105), Point(140, 105))
    editor.actions["run"].trigger()
    again, otherwise = runner.requests[1:]
    assert again.seed == otherwise.seed, "with other strokes it is another job, which needs no other seed"


def test_a_model_that_follows_none_says_so_and_is_not_run(
    qtbot: QtBot, editor: Editor, runner: FakeRunner, photo: Path
) -> None:
    canvas = guided_photo(qtbot, editor, photo)
    choose_model(editor, guides=False)
    editor.actions["run"].trigger()
    assert runner.requests == []
    assert "takes no guides. Choose another model or erase the strokes." in editor.window.task.failure.sentence
    inside, outside = canvas.session.state.hints
    canvas.session.apply("Erase guide stroke", canvas.session.state.with_hints([outside]))
    editor.actions["run"].trigger()
    assert runner.requests[0].hints is None, "what lies outside the mask is no wish"
    editor.actions["hints-clear"].trigger()
    assert canvas.session.state.hints == ()
    assert inside.id != outside.id


def test_keys_take_the_guide_and_a_colour(qtbot: QtBot, editor: Editor, photo: Path) -> None:
    canvas = open_photo(qtbot, editor, photo)
    Hand(canvas).move(Point(50, 50))
    press(canvas, Qt.Key.Key_I)
    assert editor.tool.id == "guide"
    assert isinstance(editor.tool, GuideTool)
    expected = picked_colour(canvas.session.state, canvas.pointer or Point(-1, -1))
    assert expected
    assert QColor(editor.tool.colour).getRgb()[:3] == expected  # type: ignore[index]
    press(canvas, Qt.Key.Key_X)
    assert editor.tool.erasing
    press(canvas, Qt.Key.Key_BracketRight)
    assert editor.tool.size_px == 28
    assert at(canvas, 50, 50)


def test_what_colours_is_given_all_strokes(qtbot: QtBot, editor: Editor, photo: Path) -> None:

    session = open_photo(qtbot, editor, photo).session
    hints = [Hint.new((255, 0, 0), 5, [Point(30, 30)]), Hint.new((0, 0, 255), 5, [Point(60, 60)])]
    state = session.state.with_hints(hints).with_mask(full(session.state.mask))
    wish = editor.window.task.wish
    colours = fake_model(MANIFEST.replace("inpaint", "colorize"))
    request = request_of(Wish(colours, wish.params, 1, 0, None), state, editor.window.task.size_form)
    assert request.hints is not None
    assert tuple(request.hints[30, 30]) == (255, 0, 0, 255)
    assert tuple(request.hints[60, 60]) == (0, 0, 255, 255)
    assert Rect.of_size(session.state.size) == Rect(0, 0, request.hints.shape[1], request.hints.shape[0])


def test_models_are_compared_with_the_strokes_in_the_crop(qtbot: QtBot, editor: Editor, photo: Path) -> None:

    canvas = guided_photo(qtbot, editor, photo)
    state = canvas.session.state
    terms = Terms(Task.INPAINT, state, state.bounds, None, 0.0, None)
    ground = Ground.of(terms)
    request = ground.request(Entrant("x", fake_model(), editor.window.task.wish.params, 1), "cpu")
    assert ground.crop
    assert request.hints is not None
    assert request.hints.shape[:2] == (ground.crop.height, ground.crop.width)
    assert tuple(request.hints[100 - ground.crop.top, 130 - ground.crop.left]) == (0x3D, 0x6F, 0xB4, 255)
    assert Ground.of(Terms(Task.DENOISE, state, state.bounds, None, 0.0, None)).hints is None
