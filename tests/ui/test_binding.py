"""The Qt binding itself: a release that loses references ends the editor after some minutes of work."""

from __future__ import annotations

import sys

from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from imagetool.ui.canvas.tool import Tool

TIMES = 200


def test_a_call_into_qt_costs_no_reference(qtbot: QtBot) -> None:
    tool, timer = Tool(), QTimer()
    before = sys.getrefcount(True), sys.getrefcount(None)
    for _ in range(TIMES):
        tool.changed.emit()
        timer.stop()
    after = sys.getrefcount(True), sys.getrefcount(None)
    lost = max(before[0] - after[0], before[1] - after[1])
    assert lost < TIMES // 2, (
        f"{TIMES} calls into Qt lost {lost} references to True or None. This PySide6 (6.12.0 does so on "
        "Python 3.11) aborts the interpreter sooner or later; install another one"
    )
