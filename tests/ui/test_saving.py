"""Saving and exporting, and what happens where that fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.core.compositing import composite
from imagetool.core.document import Layer
from imagetool.core.files import SaveOptions, read_picture
from imagetool.core.tiles import TiledImage
from imagetool.ui.canvas.canvas import Canvas
from imagetool.ui.export_dialog import ExportDialog
from imagetool.ui.widgets.number_field import NumberRow
from tests.fakes.editors import open_photo, press
from tests.fakes.hands import CONTROL


@pytest.fixture
def canvas(qtbot: QtBot, editor: Editor, photo: Path) -> Canvas:
    """A photo with a white layer over a part of it."""
    opened = open_photo(qtbot, editor, photo)
    state = opened.session.state
    sheet = TiledImage.blank(state.size, 4).with_pixels(40, 30, np.full((50, 60, 4), 255, np.uint8))
    opened.session.apply("White", state.with_layer_added(Layer.new("white", sheet)))
    return opened


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif"])
@pytest.mark.parametrize("adopt", [True, None])
def test_every_format_holds_what_is_seen(
    qtbot: QtBot, editor: Editor, canvas: Canvas, photo: Path, suffix: str, adopt: bool | None
) -> None:
    path = photo.parent / f"out{suffix}"
    state = canvas.session.state
    ended: list[bool] = []
    options = SaveOptions(quality=95, lossless=True)
    editor.saving.write(canvas.session, path, options, lambda: ended.append(True), adopt=adopt)
    qtbot.waitUntil(lambda: bool(ended), timeout=10_000)
    difference = read_picture(path).pixels.astype(int) - composite(state, state.bounds)
    assert np.abs(difference).mean() < (12 if suffix == ".jpg" else 0.01)
    assert canvas.session.document.history.saved is (adopt is True), "an exported copy does not count as saved"
    assert canvas.session.document.path == (path if adopt else photo)
    word = "Saved" if adopt else "Exported"
    assert editor.window.status.message.text() == f"{word} out{suffix}"


def test_saving_writes_to_the_own_file(qtbot: QtBot, canvas: Canvas, photo: Path) -> None:
    press(canvas, Qt.Key.Key_S, CONTROL)
    qtbot.waitUntil(lambda: canvas.session.document.history.saved)
    assert (read_picture(photo).pixels[40, 50] == 255).all()


def test_a_change_made_while_saving_is_unsaved(qtbot: QtBot, editor: Editor, canvas: Canvas, photo: Path) -> None:
    ended: list[bool] = []
    editor.saving.save(canvas.session, lambda: ended.append(True))
    canvas.session.undo()
    qtbot.waitUntil(lambda: bool(ended))
    assert not canvas.session.document.history.saved, "the file holds something else"
    canvas.session.redo()
    assert canvas.session.document.history.saved


def failed(qtbot: QtBot, editor: Editor) -> str:
    notices = editor.window.area.notices
    qtbot.waitUntil(lambda: bool(notices.sentences))
    return notices.sentences[0]


def test_a_folder_that_is_gone(qtbot: QtBot, editor: Editor, canvas: Canvas, photo: Path) -> None:
    editor.saving.write(canvas.session, photo.parent / "gone" / "out.png", SaveOptions(), adopt=True)
    assert "its folder does not exist; choose another folder. No file was written." in failed(qtbot, editor)
    assert not canvas.session.document.history.saved
    assert canvas.session.document.path == photo


def test_a_target_that_cannot_be_written(qtbot: QtBot, editor: Editor, canvas: Canvas, photo: Path) -> None:
    target = photo.parent / "folder.png"
    target.mkdir()
    editor.saving.write(canvas.session, target, SaveOptions(), adopt=True)
    assert "there is a folder or a device of that name" in failed(qtbot, editor)
    assert not canvas.session.document.history.saved


def test_an_ending_that_stands_for_nothing(qtbot: QtBot, editor: Editor, canvas: Canvas, photo: Path) -> None:
    before = photo.read_bytes()
    editor.saving.write(canvas.session, photo.with_suffix(".xyz"), SaveOptions(), adopt=True)
    assert "stands for no format that can be written" in failed(qtbot, editor)
    assert photo.read_bytes() == before, "the old file was touched"


@pytest.fixture
def dialog(qtbot: QtBot) -> Iterator[ExportDialog]:
    parent = QWidget()
    qtbot.addWidget(parent)
    made = ExportDialog(parent)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.close()


@pytest.mark.parametrize(
    ("name", "quality", "lossless"),
    [("PNG", False, False), ("JPEG", True, False), ("WebP", True, True), ("TIFF", False, False)],
)
def test_the_export_dialog_asks_what_the_format_knows(
    dialog: ExportDialog, name: str, quality: bool, lossless: bool
) -> None:
    next(it for it in dialog.findChildren(QPushButton) if it.text() == name).click()
    row, box = dialog.findChildren(NumberRow)[0], dialog.findChildren(QCheckBox)[0]
    assert dialog.format == name
    assert (row.isVisible(), box.isVisible()) == (quality, lossless)
    row.set_value(70)
    box.setChecked(True)
    assert dialog.options == SaveOptions(70, lossless)
