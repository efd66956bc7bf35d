"""What is remembered, whatever state the file is in; and how the window looks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtGui import QColor, QIcon, QImage, QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.ui import tokens
from imagetool.ui.icons import icon
from imagetool.ui.main_window import MainWindow
from imagetool.ui.settings import Settings
from imagetool.ui.theme import Theme

BROKEN: list[Any] = [
    "{",
    "[1, 2]",
    "null",
    "\x00\xff",
    json.dumps({"recent": {"a": 1}, "theme": 3, "layout": ["x"], "keys": "Ctrl+A", "timings": 7, "folder": None}),
    json.dumps(
        {"recent": [1, None, "\x00"], "keys": {"fit": 1, "split": [2]}, "timings": {"m": [[1], 3, ["a", 2]]}}
    ),
]


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_file_counts_as_empty(home: Path, text: str) -> None:
    home.mkdir(parents=True)
    (home / "settings.json").write_text(text, "latin-1")
    settings = Settings(home)
    assert settings.recent == []
    assert settings.get("theme", "system") == "system"
    assert not any(settings.keys.values())
    settings.add_recent(home / "photo.png")
    settings.set("theme", "dark")
    assert Settings(home).get("theme", "system") == "dark"


def test_a_folder_that_cannot_be_written_is_let_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    settings = Settings(tmp_path / "file")
    settings.set("theme", "dark")
    assert settings.get("theme", "system") == "dark"


def test_the_newest_files_come_first(tmp_path: Path) -> None:
    settings = Settings(tmp_path)
    paths = [tmp_path / f"{number}.png" for number in range(20)]
    for path in (*paths, paths[15]):
        path.touch()
        settings.add_recent(path)
    assert settings.recent == [paths[15], *(path for path in reversed(paths[8:]) if path is not paths[15])]


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # a floating panel, offscreen
def test_the_layout_is_restored(qtbot: QtBot) -> None:
    first, second = MainWindow(), MainWindow()
    for window in (first, second):
        qtbot.addWidget(window)
    first.resize(900, 600)
    with qtbot.waitExposed(first):
        first.show()
    first._docks["Layers"].hide()
    first._docks["Task"].setFloating(True)
    text = first.layout_text()
    second.restore_layout(text)
    assert second._docks["Layers"].isHidden()
    assert second._docks["Task"].isFloating()
    second.reset_layout()
    assert not second._docks["Task"].isFloating()
    for broken in ("", "x", "a b", "é ü", "AAAA AAAA"):
        second.restore_layout(broken)


def drawn(shown: QIcon) -> QImage:
    return shown.pixmap(20, 20).toImage()


def test_light_and_dark_change_palette_and_icons(editor: Editor) -> None:
    application = cast(QApplication, QApplication.instance())
    seen = {}
    for choice, chosen in (("light", tokens.LIGHT), ("dark", tokens.DARK)):
        editor.actions[f"theme-{choice}"].trigger()
        assert application.palette().color(QPalette.ColorRole.Window) == QColor(chosen.chrome)
        assert chosen.surround in (application.palette().color(QPalette.ColorRole.Shadow).name(),)
        assert editor.window.palette().color(QPalette.ColorRole.WindowText) == QColor(chosen.text)
        marked = [it for it in ("system", "dark", "light") if editor.actions[f"theme-{it}"].isChecked()]
        assert marked == [choice]
        seen[choice] = drawn(icon("brush"))
    assert seen["light"] != seen["dark"], "the icons keep the colour of the other theme"


def test_the_theme_is_remembered(editor: Editor) -> None:
    editor.actions["theme-light"].trigger()
    assert Settings(editor.places.home).get("theme", "system") == "light"


def test_an_unknown_theme_is_the_systems(qtbot: QtBot) -> None:
    application = cast(QApplication, QApplication.instance())
    assert Theme(application, "purple").tokens in (tokens.DARK, tokens.LIGHT)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2."""

    def luminance(colour: str) -> float:
        channels = (QColor(colour).redF(), QColor(colour).greenF(), QColor(colour).blueF())
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("chosen", [tokens.DARK, tokens.LIGHT], ids=["dark", "light"])
def test_words_can_be_read_and_the_surround_is_neutral(chosen: tokens.Tokens) -> None:
    for text, ground in (
        (chosen.text, chosen.chrome),
        (chosen.muted, chosen.chrome),
        (chosen.text, chosen.selected),
        (chosen.on_accent, chosen.accent),
        (chosen.danger, chosen.chrome),
    ):
        assert contrast(text, ground) >= 4.5, f"{text} on {ground} is hard to read"
    surround = QColor(chosen.surround)
    assert surround.red() == surround.green() == surround.blue()
