"""The device that models run on is chosen in the status bar, and remembered."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.jobs.device import Device
from imagetool.jobs.events import DevicesFound
from imagetool.plugin.tasks import Task
from imagetool.ui.settings import Settings
from tests.fakes.editors import open_editor, open_photo, press
from tests.fakes.hands import CONTROL
from tests.fakes.runners import FakeRunner

CARD, CPU = Device("cuda:0", "NVIDIA H200", 141_000_000_000), Device("cpu", "cpu", 0)


def entries(editor: Editor) -> list[QAction]:
    return [action for action in editor.window.status.device.menu().actions() if action.isCheckable()]


def texts(editor: Editor) -> list[str]:
    return [action.text() for action in entries(editor)]


def found(qtbot: QtBot, editor: Editor, runner: FakeRunner, *devices: Device) -> None:
    with qtbot.waitSignal(editor.inference.devices_found):
        runner.hear(DevicesFound(devices))


@pytest.fixture
def busy(qtbot: QtBot, editor: Editor, photo: Path) -> Editor:
    """A picture is open, so the runner is there."""
    open_photo(qtbot, editor, photo)
    editor.window.task.choose_task(Task.DENOISE)
    return editor


def test_before_anything_is_known_there_is_the_processor(editor: Editor) -> None:
    assert editor.window.status.device.text() == "CPU"
    assert texts(editor) == ["Automatic · CPU", "CPU"]
    assert [action.isChecked() for action in entries(editor)] == [True, False]


def test_what_is_found_can_be_chosen(qtbot: QtBot, busy: Editor, runner: FakeRunner, home: Path) -> None:
    found(qtbot, busy, runner, CARD, CPU)
    assert texts(busy) == ["Automatic · CUDA", "CUDA · NVIDIA H200 · 141.0 GB", "CPU"]
    assert busy.window.status.device.text() == "CUDA"
    assert busy.window.task.ready_line.text().endswith("CUDA")
    entries(busy)[2].trigger()
    assert busy.window.status.device.text() == "CPU"
    assert busy.window.task.ready_line.text().endswith("CPU")
    assert [action.isChecked() for action in entries(busy)] == [False, False, True]
    assert Settings(home).get("device", "") == "cpu"
    press(busy.window, Qt.Key.Key_Return, CONTROL)
    assert runner.requests[0].device == "cpu"
    entries(busy)[0].trigger()
    busy.window.task.choose_task(Task.UPSCALE)
    press(busy.window, Qt.Key.Key_Return, CONTROL)
    assert [request.device for request in runner.requests] == ["cpu", "auto"]


def test_the_choice_is_there_at_the_next_start(qtbot: QtBot, home: Path, runner: FakeRunner) -> None:
    Settings(home).set("device", "cuda:1")
    with open_editor(qtbot, runner.made) as editor:
        assert editor.window.status.device.text() == "CUDA 1"
        assert texts(editor)[-1] == "CUDA 1"
        assert entries(editor)[-1].isChecked()


def test_a_device_that_is_gone_gives_way(qtbot: QtBot, home: Path, runner: FakeRunner, photo: Path) -> None:
    Settings(home).set("device", "cuda:1")
    with open_editor(qtbot, runner.made) as editor:
        open_photo(qtbot, editor, photo)
        editor.window.task.choose_task(Task.DENOISE)
        found(qtbot, editor, runner, CPU)
        assert editor.window.status.device.text() == "CPU"
        assert editor.window.status.message.text().startswith("The device “cuda:1” is not there any more")
        press(editor.window, Qt.Key.Key_Return, CONTROL)
        assert runner.requests[0].device == "auto"
    assert Settings(home).get("device", "") == "cuda:1", "it may come back"


def test_names_are_shown_as_they_are(qtbot: QtBot, busy: Editor, runner: FakeRunner) -> None:
    found(qtbot, busy, runner, Device("cuda:0", "<b>A & B</b>", 0))
    assert texts(busy)[1] == "CUDA · <b>A && B</b>"
    assert "<b>" not in busy.window.status.device.toolTip()
