"""The event loop while a job runs on a large photo: every turn of it is short."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer
from pytestqt.qtbot import QtBot

from imagetool.core.geometry import Point, Size
from imagetool.plugin.tasks import Task
from tests.fakes.editors import drag, open_editor, open_photo, press, wait_for_job
from tests.fakes.pictures import textured, written
from tests.fakes.runners import FakeRunner

LONGEST_S = 0.1
SCHEDULED = Path("/proc/thread-self/schedstat")


def own_time_s() -> float:
    """The clock on the wall, without what this thread was kept waiting for a processor that others used.

    What it waits for by itself (a lock, a file) counts; where the system does not tell the other, all does.
    """
    kept_waiting_ns = int(SCHEDULED.read_text("ascii").split()[1]) if SCHEDULED.exists() else 0
    return time.perf_counter() - kept_waiting_ns / 1e9


class Heartbeat(QObject):
    """Notes the longest time between two turns of the event loop, by a clock."""

    def __init__(self, clock: Callable[[], float] = own_time_s) -> None:
        super().__init__()
        self.longest_s = 0.0
        self._clock = clock
        self._last = clock()
        self._timer = QTimer(self)
        self._timer.setInterval(5)
        self._timer.timeout.connect(self._on_beat)
        self._timer.start()

    def _on_beat(self) -> None:
        now = self._clock()
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


def test_a_large_result_is_laid_in_without_a_long_turn(qtbot: QtBot, tmp_path: Path) -> None:
    """48 megapixels come back after somebody has painted: everything of another size is made anew.

    Counted is the processor time of the window's thread, which is the same on a busy machine.
    """
    photo = written(tmp_path / "large.jpg", textured(4000, 3000), quality=90)
    runner = FakeRunner()
    with open_editor(qtbot, runner.made) as editor:
        canvas = open_photo(qtbot, editor, photo)
        with qtbot.waitSignal(canvas.scene.changed, timeout=20_000):
            canvas.zoom_to(0.5)
        editor.window.task.choose_task(Task.UPSCALE)
        press(canvas, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        drag(canvas, Point(1900, 1400), Point(2100, 1500))
        runner.finish()
        heartbeat = Heartbeat(time.thread_time)
        wait_for_job(qtbot, canvas)
        assert canvas.session.state.size == Size(8000, 6000)
        for step in (canvas.session.undo, canvas.session.redo):
            qtbot.waitUntil(lambda: not canvas.scene._after._wanted, timeout=20_000)
            step()
        qtbot.waitUntil(lambda: not canvas.scene._after._wanted, timeout=20_000)
        assert heartbeat.longest_s < LONGEST_S, f"one turn took {heartbeat.longest_s * 1000:.0f} ms"
