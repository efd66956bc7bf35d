"""Enlarging with the real worker and a bundled model, by hand: open, enlarge, undo, redo, save, reopen."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from imagetool.core.compositing import composite
from imagetool.core.document import State
from imagetool.core.files import read_picture
from imagetool.core.geometry import Point, Rect, Size
from imagetool.core.picture import Pixels
from imagetool.plugin.tasks import Task
from tests.fakes.editors import drag, open_editor, open_photo, press, wait_for_job
from tests.fakes.pictures import textured, written

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LARGE = Size(192, 144)


def photo_with_metadata(path: Path) -> Path:
    exif = Image.Exif()
    exif[0x010F] = "Camera"
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return written(path, textured(96, 72), exif=exif, icc_profile=icc, dpi=(96, 96))


def deep_tiff(path: Path) -> Path:
    deep = (textured(96, 72).astype(np.uint16) * 257) ^ 0x35
    assert cv2.imwrite(str(path), deep[..., ::-1])
    return path


def gray_png(path: Path) -> Path:
    return written(path, textured(96, 72)[..., 0].copy())


def soft_png(path: Path) -> Path:
    ramp = np.tile(np.linspace(0, 255, 96).astype(np.uint8), (72, 1))
    return written(path, np.dstack([textured(96, 72), ramp]))


FILES = {"photo.png": photo_with_metadata, "deep.tif": deep_tiff, "gray.png": gray_png, "soft.png": soft_png}


def seen(state: State) -> Pixels:
    return composite(state, state.bounds)


@pytest.mark.parametrize("name", FILES)
def test_open_enlarge_undo_redo_save_reopen(qtbot: QtBot, tmp_path: Path, name: str) -> None:
    path = FILES[name](tmp_path / name)
    before = read_picture(path)
    with open_editor(qtbot) as editor:
        canvas = open_photo(qtbot, editor, path)
        session, task = canvas.session, editor.window.task
        drag(canvas, Point(40, 40), Point(60, 40))
        small = session.state
        task.choose_task(Task.UPSCALE)
        task.models.setCurrentText("Fast")
        press(canvas, Qt.Key.Key_Return, CONTROL)
        wait_for_job(qtbot, canvas)
        assert task.failure.sentence == ""
        large = session.state
        assert (large.size, len(large.layers), large.layers[0].name) == (LARGE, 1, "Enlarge · Fast")
        assert large.mask.read(Rect(100, 80, 101, 81)).item() == 255, "the mask came along"
        enlarged = seen(large)
        press(canvas, Qt.Key.Key_Z, CONTROL)
        assert session.state is small
        press(canvas, Qt.Key.Key_Z, CONTROL | SHIFT)
        assert session.state is large
        press(canvas, Qt.Key.Key_S, CONTROL)
        qtbot.waitUntil(lambda: session.document.history.saved, timeout=20_000)

    saved = read_picture(path)
    assert np.array_equal(saved.pixels, enlarged), "the file holds what was on the screen"
    assert (saved.depth, saved.gray, saved.has_alpha) == (before.depth, before.gray, before.has_alpha)
    assert saved.metadata == before.metadata, "a size in pixels changes nothing of what the file says"
    half = cv2.resize(saved.pixels, (96, 72), interpolation=cv2.INTER_AREA).astype(float)
    top = np.iinfo(saved.pixels.dtype).max
    shown = before.pixels[..., 3] > 0.1 * top
    error = np.abs(half - before.pixels)[shown].mean() / top
    assert error < 0.05, f"it does not look like the picture: {error:.3f} apart on average"

    with open_editor(qtbot) as editor:
        again = open_photo(qtbot, editor, path)
        assert again.session.state.size == LARGE
        assert np.array_equal(seen(again.session.state), enlarged)


def test_cancel_in_the_middle_and_fill_the_next_moment(qtbot: QtBot, tmp_path: Path) -> None:
    path = written(tmp_path / "photo.png", textured(900, 700))
    with open_editor(qtbot) as editor:
        canvas = open_photo(qtbot, editor, path)
        session, task = canvas.session, editor.window.task
        before, entries = session.state, session.document.history.entries
        task.choose_task(Task.UPSCALE)
        task.size_form.factor.set_value(4.0)
        press(canvas, Qt.Key.Key_Return, CONTROL)
        qtbot.waitUntil(lambda: session.preview is not None or session.job is None, timeout=90_000)
        assert session.job is not None, "the job was over before it could be disturbed; make it longer"
        press(canvas, Qt.Key.Key_Escape)
        wait_for_job(qtbot, canvas)
        assert session.state is before
        assert session.document.history.entries == entries
        assert task.failure.sentence == "", "stopping is no failure"
        task.choose_task(Task.INPAINT)
        editor.resize_brush(-10)
        drag(canvas, Point(100, 100), Point(110, 100))
        press(canvas, Qt.Key.Key_Return, CONTROL)
        wait_for_job(qtbot, canvas)
        assert task.failure.sentence == ""
        assert len(session.state.layers) == 2
