"""Plugins that go wrong under the real window: it stays responsive, nothing is harmed, the next job works."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.catalog.catalog import Catalog
from imagetool.core.compositing import composite
from imagetool.core.geometry import Point, Rect
from imagetool.ui.canvas.canvas import Canvas
from tests.end2end.test_the_window_never_waits import LONGEST_S, Heartbeat
from tests.fakes.editors import drag, open_editor, open_photo, press, wait_for, wait_for_job
from tests.fakes.faulty import faulty
from tests.fakes.pictures import textured, written

CONTROL = Qt.KeyboardModifier.ControlModifier
FAULTS = [
    # plugin, whether it has to be stopped, what the window says
    ("segfaults", False, "stopped unexpectedly. Your image is unchanged."),
    ("exits", False, "stopped unexpectedly. Your image is unchanged."),
    ("wrong_shape", False, "The model returned an invalid result (expected finite numbers of shape"),
    ("raises_html", False, "<b>Sorry</b>"),
    ("garbage_on_channel", False, "stopped unexpectedly. Your image is unchanged."),
    ("loops_forever", True, ""),
    ("floods_channel", True, ""),
]


def content(canvas: Canvas) -> str:
    """The SHA-256 of what the document looks like."""
    state = canvas.session.state
    return hashlib.sha256(composite(state, Rect.of_size(state.size)).tobytes()).hexdigest()


def offer(editor: Editor, *names: str) -> None:
    """Makes these plugins the ones that fill, each with a process of its own, and chooses the first."""
    editor.window.task.set_catalog(Catalog(tuple(faulty(name, own_process=True).plugin for name in names), ()))
    editor.window.task.models.setCurrentIndex(0)


@pytest.mark.parametrize(("name", "endless", "said"), FAULTS, ids=[name for name, _, _ in FAULTS])
def test_the_window_does_not_notice(qtbot: QtBot, tmp_path: Path, name: str, endless: bool, said: str) -> None:
    photo = written(tmp_path / "photo.png", textured(640, 480))
    with open_editor(qtbot) as editor:
        canvas = open_photo(qtbot, editor, photo)
        editor.resize_brush(10)
        drag(canvas, Point(300, 200), Point(330, 230))
        state, entries, before = canvas.session.state, canvas.session.document.history.entries, content(canvas)
        offer(editor, name)
        heartbeat = Heartbeat(time.thread_time)  # of the window's thread, which is the same on a busy machine
        told: list[float] = []
        editor.inference.progressed.connect(lambda event: told.append(event.done))
        press(canvas, Qt.Key.Key_Return, CONTROL)
        if endless:
            wait_for(qtbot, lambda: bool(told))
            canvas.zoom_to(1.0)
            press(canvas, Qt.Key.Key_Escape)
        wait_for_job(qtbot, canvas)
        assert heartbeat.longest_s < LONGEST_S, f"one turn took {heartbeat.longest_s * 1000:.0f} ms"
        assert canvas.session.state is state, "the very same pixels, layers and mask"
        assert canvas.session.document.history.entries == entries
        assert content(canvas) == before
        assert said in editor.window.task.failure.sentence
        offer(editor, "steady")
        press(canvas, Qt.Key.Key_Return, CONTROL)
        wait_for_job(qtbot, canvas)
        assert len(canvas.session.state.layers) == 2, editor.window.task.failure.sentence
