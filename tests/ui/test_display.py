"""Screen images of a document: right at every level, and right again after every change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from imagetool.core.compositing import composite
from imagetool.core.document import Document, Layer, State
from imagetool.core.geometry import Rect, Size
from imagetool.core.picture import Picture, Pixels
from imagetool.core.tiles import TiledImage
from imagetool.ui.canvas.display import Display, _keys
from tests.fakes.pictures import textured

SIZE = Size(1300, 900)
MakeDisplay = Callable[..., Display]


@pytest.fixture
def make_display() -> Iterator[MakeDisplay]:
    made: list[Display] = []

    def make(state: State, coarse: QImage | None = None) -> Display:
        made.append(Display(state, None, coarse))
        return made[-1]

    yield make
    for display in made:
        display.close()


def state_of(pixels: Pixels) -> State:
    return Document(Picture.of(pixels, has_alpha=True)).state


def photo(size: Size = SIZE) -> Pixels:
    opaque = np.full((size.height, size.width, 1), 255, np.uint8)
    return np.concatenate([textured(size.width, size.height), opaque], axis=2)


def colours(image: QImage) -> NDArray[np.uint8]:
    plain = image.convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine() // 4, 4)
    return rows[:, : plain.width()].copy()


def sharp(qtbot: QtBot, display: Display, rect: Rect, level: int) -> tuple[Rect, NDArray[np.uint8]]:
    """What is drawn once nothing is missing."""
    covered, _ = display.assemble(rect, level)
    keys = set(_keys(covered, level))
    qtbot.waitUntil(lambda: keys <= display._tiles.keys() - display._stale, timeout=10_000)
    return covered, colours(display.assemble(rect, level)[1])


def test_level_0_is_the_composite(qtbot: QtBot, make_display: MakeDisplay) -> None:
    state = state_of(photo())
    covered, seen = sharp(qtbot, make_display(state), Rect(300, 200, 1290, 880), 0)
    assert np.array_equal(seen, composite(state, covered))


@pytest.mark.parametrize("level", [1, 2])
def test_halved_levels_are_close_to_the_mean(qtbot: QtBot, make_display: MakeDisplay, level: int) -> None:
    state = state_of(photo())
    _, seen = sharp(qtbot, make_display(state), state.bounds, level)
    step = 1 << level
    whole = composite(state, Rect(0, 0, SIZE.width // step * step, SIZE.height // step * step)).astype(np.float32)
    mean = whole.reshape(whole.shape[0] // step, step, whole.shape[1] // step, step, 4).mean(axis=(1, 3))
    difference = np.abs(seen[: mean.shape[0], : mean.shape[1]] - mean)
    assert difference.max() <= 3, "a halved pixel is not the mean of those it stands for"


def test_a_change_shows_up_at_every_level(qtbot: QtBot, make_display: MakeDisplay) -> None:
    state = state_of(photo())
    display = make_display(state)
    for level in (2, 1, 0):
        sharp(qtbot, display, state.bounds, level)
    white = np.full((200, 300, 4), 255, np.uint8)
    layer = Layer.new("white", TiledImage.blank(SIZE, 4).with_pixels(500, 400, white))
    changed = state.with_layer_added(layer)
    assert all(rect.overlaps(Rect(500, 400, 800, 600)) for rect in display.show(changed))
    for level in (0, 1, 2):
        _, seen = sharp(qtbot, display, state.bounds, level)
        assert (seen[500 >> level, 650 >> level] == 255).all(), f"level {level} still shows what was there before"


def test_hiding_a_layer_and_moving_it_show_up(qtbot: QtBot, make_display: MakeDisplay) -> None:
    state = state_of(photo())
    top = Layer.new("top", TiledImage.from_array(np.full((SIZE.height, SIZE.width, 4), 255, np.uint8)))
    both = state.with_layer_added(top)
    display = make_display(both)
    for shown in (both.with_layer(replace(top, visible=False)), both.with_layer_moved(top.id, -1), both):
        display.show(shown)
        covered, seen = sharp(qtbot, display, Rect(0, 0, 200, 200), 0)
        assert np.array_equal(seen, composite(shown, covered))


def test_sixteen_bits_are_rounded_to_eight(qtbot: QtBot, make_display: MakeDisplay) -> None:
    deep = photo(Size(200, 100)).astype(np.uint16) * 257
    _, seen = sharp(qtbot, make_display(state_of(deep)), Rect(0, 0, 200, 100), 0)
    assert np.array_equal(seen, photo(Size(200, 100)))


def test_alpha_is_shown_and_known(qtbot: QtBot, make_display: MakeDisplay) -> None:
    pixels = photo(Size(200, 100))
    display = make_display(state_of(pixels.copy()))
    sharp(qtbot, display, Rect(0, 0, 200, 100), 0)
    assert not display.has_alpha
    pixels[:, :100, 3] = 0
    display = make_display(state_of(pixels))
    _, seen = sharp(qtbot, display, Rect(0, 0, 200, 100), 0)
    assert display.has_alpha
    assert (seen[:, :100, 3] == 0).all()
    assert (seen[:, 100:, 3] == 255).all()


def test_the_coarse_picture_stands_in(make_display: MakeDisplay) -> None:
    coarse = QImage(13, 9, QImage.Format.Format_RGB32)
    coarse.fill(0xFF336699)
    _, image = make_display(state_of(photo()), coarse).assemble(Rect(0, 0, *SIZE), 0)
    red, green, blue = colours(image)[450, 650][:3]
    assert (red, green, blue) == (0x33, 0x66, 0x99), "nothing was drawn while the sharp picture is being made"


def test_a_small_paint_does_not_forget_what_a_large_one_asked_for(qtbot: QtBot, make_display: MakeDisplay) -> None:
    state = state_of(photo())
    display = make_display(state)
    made: list[Rect] = []
    display.ready.connect(made.append)
    display.assemble(state.bounds, 0)
    display.assemble(Rect(0, 0, 10, 10), 0)
    qtbot.waitUntil(lambda: len(set(made)) == 6, timeout=10_000)
    assert {(rect.left, rect.top) for rect in made} == {(x, y) for x in (0, 512, 1024) for y in (0, 512)}


def test_a_twin_has_the_images_that_are_ready(qtbot: QtBot, make_display: MakeDisplay) -> None:
    state = state_of(photo())
    display = make_display(state)
    sharp(qtbot, display, state.bounds, 0)
    twin = display.twin()
    try:
        covered, image = twin.assemble(Rect(0, 0, 600, 600), 0)
        assert np.array_equal(colours(image), composite(state, covered))
    finally:
        twin.close()


def test_many_paints_while_the_picture_changes(qtbot: QtBot, make_display: MakeDisplay) -> None:
    rng = np.random.default_rng(5)
    state = state_of(photo())
    display = make_display(state)
    for turn in range(60):
        left, top = int(rng.integers(SIZE.width - 64)), int(rng.integers(SIZE.height - 64))
        patch = np.full((64, 64, 4), turn * 4, np.uint8)
        patch[..., 3] = 255
        bottom = state.layers[0]
        state = state.with_layer(replace(bottom, pixels=bottom.pixels.with_pixels(left, top, patch)))
        display.show(state)
        corner = int(rng.integers(SIZE.width)), int(rng.integers(SIZE.height))
        display.assemble(Rect(*corner, corner[0] + 300, corner[1] + 300), int(rng.integers(3)))
        if turn % 7 == 0:
            qtbot.wait(1)
    covered, seen = sharp(qtbot, display, state.bounds, 0)
    assert np.array_equal(seen, composite(state, covered)), "a tile shows an older state"
