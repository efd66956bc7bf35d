"""Pictures, canvases and editors without a worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.core.brush import Brush, StrokeMode
from imagetool.core.document import Document
from imagetool.core.picture import Picture, Pixels
from imagetool.ui.canvas.brush_tool import BrushTool
from imagetool.ui.canvas.canvas import Canvas
from imagetool.ui.canvas.tool import Tool
from imagetool.ui.session import Session
from tests.fakes.editors import open_editor
from tests.fakes.pictures import textured, written
from tests.fakes.runners import FakeRunner

ShowCanvas = Callable[..., Canvas]


def plain_picture(width: int = 400, height: int = 300, shade: int = 90) -> Pixels:
    pixels = np.full((height, width, 4), shade, np.uint8)
    pixels[..., 3] = 255
    return pixels


@pytest.fixture
def brush() -> BrushTool:
    return BrushTool("brush", StrokeMode.ADD, Brush(20, 0.5))


@pytest.fixture
def show_canvas(qtbot: QtBot) -> Iterator[ShowCanvas]:
    """Makes a canvas over a picture, 500 × 400 on the screen, fitted; the picture in it is 1:1."""
    made: list[Canvas] = []

    def show(tool: Tool, pixels: Pixels | None = None) -> Canvas:
        picture = Picture.of(plain_picture() if pixels is None else pixels, has_alpha=False)
        canvas = Canvas(Session(Document(picture)), tool)
        made.append(canvas)
        qtbot.addWidget(canvas)
        canvas.resize(500, 400)
        with qtbot.waitExposed(canvas):
            canvas.show()
        canvas.setFocus()
        return canvas

    yield show
    for canvas in made:
        canvas.close_scene()


@pytest.fixture
def runner() -> FakeRunner:
    return FakeRunner()


@pytest.fixture
def editor(qtbot: QtBot, runner: FakeRunner) -> Iterator[Editor]:
    with open_editor(qtbot, runner.made) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared_runner() -> FakeRunner:
    return FakeRunner()


@pytest.fixture(scope="module")
def shared_editor(
    qapp: QApplication, request: pytest.FixtureRequest, shared_runner: FakeRunner
) -> Iterator[Editor]:
    """One window for a module, which closes its documents itself and is marked with `shared_worker`."""
    with open_editor(QtBot(request), shared_runner.made) as opened:
        yield opened


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return written(tmp_path / "photo.png", textured(320, 240))
