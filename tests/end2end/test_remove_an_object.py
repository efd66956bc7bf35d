"""The main job, with the hands: open, paint, fill, undo, redo, save, open again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from imagetool.core.compositing import composite
from imagetool.core.document import State
from imagetool.core.files import read_picture
from imagetool.core.geometry import Point
from imagetool.core.picture import Pixels
from tests.fakes.editors import drag, open_editor, open_photo, press, wait_for_job
from tests.fakes.pictures import textured, written

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def seen(state: State) -> Pixels:
    return composite(state, state.bounds)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return written(tmp_path / "photo.png", textured(400, 300))


def test_open_paint_fill_undo_redo_save_reopen(qtbot: QtBot, photo: Path) -> None:
    original = read_picture(photo).pixels
    with open_editor(qtbot) as editor:
        canvas = open_photo(qtbot, editor, photo)
        session = canvas.session
        press(canvas, Qt.Key.Key_B)
        drag(canvas, Point(150, 120), Point(200, 150), Point(230, 150))
        mask = session.state.mask.read(session.state.bounds)[..., 0]
        assert mask[135, 175] == 255, "the stroke went through here"

        press(canvas, Qt.Key.Key_Return, CONTROL)
        wait_for_job(qtbot, canvas)
        assert editor.window.task.failure.sentence == ""
        assert len(session.state.layers) == 2, "the result is a layer of its own"
        filled = seen(session.state)
        outside = mask == 0
        assert np.array_equal(filled[outside], original[outside]), "a pixel outside the mask has changed"
        assert (filled[~outside] != original[~outside]).any(), "nothing was filled"
        assert "0 pixels changed outside the mask" in editor.window.status.message.text()

        press(canvas, Qt.Key.Key_Z, CONTROL)
        press(canvas, Qt.Key.Key_Z, CONTROL)
        assert np.array_equal(seen(session.state), original)
        assert not session.state.mask.tiles, "the stroke is undone, too"
        press(canvas, Qt.Key.Key_Z, CONTROL | SHIFT)
        press(canvas, Qt.Key.Key_Z, CONTROL | SHIFT)
        assert np.array_equal(seen(session.state), filled)

        assert not session.document.history.saved
        press(canvas, Qt.Key.Key_S, CONTROL)
        qtbot.waitUntil(lambda: session.document.history.saved, timeout=20_000)
        assert np.array_equal(read_picture(photo).pixels, filled), "the file holds what was on the screen"

    with open_editor(qtbot) as editor:
        again = open_photo(qtbot, editor, photo)
        assert np.array_equal(seen(again.session.state), filled)


def test_sixteen_bits_stay_sixteen_bits(qtbot: QtBot, tmp_path: Path) -> None:
    import cv2

    deep = (textured(160, 120).astype(np.uint16) * 257) ^ 0x35
    path = tmp_path / "deep.png"
    cv2.imwrite(str(path), deep[..., ::-1])
    with open_editor(qtbot) as editor:
        canvas = open_photo(qtbot, editor, path)
        drag(canvas, Point(60, 60), Point(90, 60))
        mask = canvas.session.state.mask.read(canvas.session.state.bounds)[..., 0]
        press(canvas, Qt.Key.Key_Return, CONTROL)
        wait_for_job(qtbot, canvas)
        press(canvas, Qt.Key.Key_S, CONTROL)
        qtbot.waitUntil(lambda: canvas.session.document.history.saved, timeout=20_000)
    saved = read_picture(path)
    assert saved.depth == 16
    outside = mask == 0
    assert np.array_equal(saved.pixels[outside][:, :3], deep[outside]), (
        "16-bit pixels outside the mask have changed"
    )
