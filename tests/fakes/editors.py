"""A whole editor in a test: the real window, the real worker, a home of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.app.plugin_desk import PluginDesk
from imagetool.catalog.places import Places
from imagetool.core.geometry import Point
from imagetool.jobs.runner import Listener, Runner, WorkerRunner
from imagetool.ui.canvas.canvas import Canvas
from imagetool.ui.main_window import MainWindow
from imagetool.ui.settings import Settings
from imagetool.ui.theme import Theme

JOB_MS = 90_000


@contextmanager
def open_editor(
    qtbot: QtBot,
    make_runner: Callable[[Places, Listener], Runner] = WorkerRunner,
    *,
    safe_mode: bool = False,
    make_desk: Callable[..., PluginDesk] = PluginDesk,
) -> Iterator[Editor]:
    """The editor with nothing open; closed at the end, whatever is unsaved."""
    places = Places.find()
    application = cast(QApplication, QApplication.instance())
    settings = Settings(places.home)
    window = MainWindow()  # not given to qtbot, which would close it first and be asked what to save
    editor = Editor(
        window, Theme(application, "dark"), settings, places, make_runner, safe_mode=safe_mode, make_desk=make_desk
    )
    window.resize(1000, 700)
    with qtbot.waitExposed(window):
        window.show()
    try:
        yield editor
    finally:
        editor.close()
        window.hide()
        window.deleteLater()


def open_photo(qtbot: QtBot, editor: Editor, path: Path) -> Canvas:
    """Opens a file and waits until its canvas is there."""
    count = len(editor.window.area.canvases)
    editor.opening.open(path)
    qtbot.waitUntil(lambda: len(editor.window.area.canvases) > count, timeout=20_000)
    canvas = editor.canvas
    assert canvas is not None
    return canvas


def at(canvas: Canvas, x: float, y: float) -> QPoint:
    """Where an image position lies in the canvas widget."""
    spot = canvas.viewport.to_view(x, y)
    ratio = canvas.devicePixelRatioF()
    return QPoint(round(spot.x / ratio), round(spot.y / ratio))


def drag(canvas: Canvas, *places: Point, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
    """Presses, moves and lets go, in image positions."""
    spots = [at(canvas, *place) for place in places]
    QTest.mousePress(canvas, button, Qt.KeyboardModifier.NoModifier, spots[0])
    for spot in spots[1:]:
        QTest.mouseMove(canvas, spot)
    QTest.mouseRelease(canvas, button, Qt.KeyboardModifier.NoModifier, spots[-1])


def press(widget: QWidget, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Presses a key in the window, as a person does."""
    QTest.keyClick(widget, key, modifiers)


def wait_for_job(qtbot: QtBot, canvas: Canvas) -> None:
    """Waits until nothing runs on the document any more."""
    qtbot.waitUntil(lambda: canvas.session.job is None, timeout=JOB_MS)


def wait_for(qtbot: QtBot, reached: Callable[[], bool]) -> None:
    """Waits until something holds."""
    qtbot.waitUntil(reached, timeout=JOB_MS)
