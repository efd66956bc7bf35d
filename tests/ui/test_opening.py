"""Pictures come in by dropping, pasting, recent files; and what is said where they cannot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.core.compositing import composite
from imagetool.core.files import read_picture
from imagetool.ui.icons import icon
from tests.fakes.editors import open_photo
from tests.fakes.pictures import textured, written


def drop(editor: Editor, data: QMimeData) -> None:
    event = QDropEvent(
        QPointF(300, 300),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    editor.window.dropEvent(event)


def files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def image(shade: int = 0x40) -> QMimeData:
    picture = QImage(37, 21, QImage.Format.Format_RGB32)
    picture.fill(0xFF000000 | shade << 16)
    data = QMimeData()
    data.setImageData(picture)
    return data


def opened(qtbot: QtBot, editor: Editor, count: int = 1) -> None:
    qtbot.waitUntil(lambda: len(editor.window.area.canvases) == count)


def test_dropped_files_open(qtbot: QtBot, editor: Editor, photo: Path, tmp_path: Path) -> None:
    other = written(tmp_path / "other.jpg", textured(90, 60))
    drop(editor, files(photo, other))
    opened(qtbot, editor, 2)
    sizes = {canvas.session.document.name: canvas.session.document.size for canvas in editor.window.area.canvases}
    assert sizes == {"photo.png": (320, 240), "other.jpg": (90, 60)}


def test_a_dropped_picture_opens(qtbot: QtBot, editor: Editor) -> None:
    drop(editor, image(0x40))
    opened(qtbot, editor)
    assert editor.session is not None
    document = editor.session.document
    assert (document.size, document.name, document.path) == ((37, 21), "Pasted picture", None)
    seen = composite(document.state, document.state.bounds)
    assert np.array_equal(np.unique(seen.reshape(-1, 4), axis=0), [[0x40, 0, 0, 255]])


def test_pasting(qtbot: QtBot, editor: Editor, photo: Path) -> None:
    clipboard = QApplication.clipboard()
    clipboard.setText("no picture")
    editor.actions["paste"].trigger()
    assert editor.window.status.message.text().startswith("There is no picture on the clipboard")
    clipboard.setMimeData(image())
    editor.actions["paste"].trigger()
    opened(qtbot, editor)
    clipboard.setMimeData(files(photo))
    editor.actions["paste"].trigger()
    opened(qtbot, editor, 2)
    clipboard.clear()


def test_an_empty_picture_is_refused(qtbot: QtBot, editor: Editor) -> None:
    data = QMimeData()
    data.setImageData(QImage())
    drop(editor, data)
    status = editor.window.status
    qtbot.waitUntil(lambda: "clipboard" in status.message.text())
    assert editor.window.area.canvases == []


def test_copying_gives_what_is_seen(qtbot: QtBot, editor: Editor, photo: Path) -> None:
    open_photo(qtbot, editor, photo)
    clipboard = QApplication.clipboard()
    clipboard.clear()
    editor.actions["copy"].trigger()
    qtbot.waitUntil(lambda: not clipboard.image().isNull())
    copied = clipboard.image().convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.frombuffer(copied.constBits(), np.uint8).reshape(240, 320, 4)
    assert np.array_equal(rows, read_picture(photo).pixels)
    clipboard.clear()


@pytest.mark.qt_log_ignore("Corrupt JPEG data", extend=True)
def test_a_truncated_file_opens_as_far_as_it_goes(qtbot: QtBot, editor: Editor, tmp_path: Path) -> None:
    path = written(tmp_path / "cut.jpg", textured(400, 300))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    editor.opening.open(path)
    notices = editor.window.area.notices
    qtbot.waitUntil(lambda: bool(notices.sentences))
    assert "is cut short or damaged" in notices.sentences[0]
    assert editor.window.area.canvases == []
    assert editor.window.area.welcome.isVisible(), "the coarse picture stays although nothing was opened"
    next(it for it in notices.findChildren(QPushButton) if it.text() == "Open the readable part").click()
    opened(qtbot, editor)
    assert notices.sentences == []


def test_what_is_no_picture_is_named(qtbot: QtBot, editor: Editor, tmp_path: Path) -> None:
    path = tmp_path / "<img src=x>.txt"
    path.write_text("hello")
    editor.opening.open(path)
    notices = editor.window.area.notices
    qtbot.waitUntil(lambda: bool(notices.sentences))
    assert notices.sentences[0].startswith(f"“{path}” is not a picture that can be opened")
    dismiss = next(it for it in notices.findChildren(QToolButton) if it.accessibleName() == "Dismiss")
    dismiss.click()
    assert notices.sentences == []
    editor.opening.open(tmp_path / "nothing.png")
    qtbot.waitUntil(lambda: bool(notices.sentences))
    assert "There is no file" in notices.sentences[0]


def test_recent_files_have_pictures_and_open(qtbot: QtBot, editor: Editor, photo: Path, tmp_path: Path) -> None:
    gone = written(tmp_path / "gone.png", textured(30, 20))
    for path in (gone, photo):
        editor._remove(open_photo(qtbot, editor, path))
    gone.unlink()
    editor.opening.show_recent()
    welcome = editor.window.area.welcome

    def shown() -> list[QToolButton]:
        return [it for it in welcome.findChildren(QToolButton) if it.isVisible()]

    qtbot.waitUntil(lambda: [it.text() for it in shown()] == ["photo.png"])
    buttons = shown()
    plain = icon("picture").pixmap(160, 110).toImage()
    qtbot.waitUntil(lambda: buttons[0].icon().pixmap(160, 110).toImage() != plain)
    buttons[0].click()
    opened(qtbot, editor)


def test_the_coarse_picture_stands_in_until_the_sharp_one_is_made(
    qtbot: QtBot, editor: Editor, photo: Path
) -> None:
    canvas = open_photo(qtbot, editor, photo)
    coarse = canvas.session.coarse
    assert coarse is None or (coarse.width(), coarse.height()) == (320, 240)


def test_recent_files_stand_in_the_menu(qtbot: QtBot, editor: Editor, photo: Path) -> None:
    (menu,) = [action.menu() for action in editor.window.menus["File"].actions() if action.text() == "Open recent"]
    assert isinstance(menu, QMenu)
    menu.aboutToShow.emit()
    assert [action.isEnabled() for action in menu.actions()] == [False], "nothing has been opened yet"
    editor.close_canvas(open_photo(qtbot, editor, photo))
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions()] == [photo.name]
    menu.actions()[0].trigger()
    qtbot.waitUntil(lambda: len(editor.window.area.canvases) == 1, timeout=10_000)
