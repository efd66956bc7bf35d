"""The event loop while a job runs on a large photo: every turn of it is short."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer
from pytestqt.qtbot import QtBot

from imagetool.core.geometry import Point
from tests.fakes.editors import drag, open_editor, open_photo, press, wait_for_job
from tests.fakes.pictures import textured, written

LONGEST_S = 0.1


class Heartbeat(QObject):
    """Notes the longest time between two turns of the event loop."""

    def __init__(self) -> None:
        super().__init__()
        self.longest_s = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setInterval(5)
        self._timer.timeout.connect(self._on_beat)
        self._timer.start()

    def _on_beat(self) -> None:
        now = time.perf_counter()
        self.longest_s = max(self.longest_s, now - self._last)
        self._last = now


def test_no_turn_of_the_event_loop_is_long(qtbot: QtBot, tmp_path: Path) -> None:
    photo = written(tmp_path / "large.jpg", textured(4000, 3000), quality=90)
    with open_editor(qtbot) as editor:
        canvas = open_photo(qtbot, editor, photo)
        drag(canvas, Point(1900, 1400), Point(2100, 1500))
        with qtbot.waitSignal(canvas.scene.changed, timeout=20_000):
            canvas.zoom_to(0.5)
        heartbeat = Heartbeat()
        press(canvas, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        with qtbot.waitSignal(canvas.session.preview_changed, timeout=60_000):
            pass
        canvas.zoom_to(1.0)
        for step in (40, -80, 60):
            canvas.set_viewport(canvas.viewport.panned(step, step))
        wait_for_job(qtbot, canvas)
        assert len(canvas.session.state.layers) == 2
        assert heartbeat.longest_s < LONGEST_S, f"one turn took {heartbeat.longest_s * 1000:.0f} ms"
