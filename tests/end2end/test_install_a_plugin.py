"""A stranger's plugin is dropped on the window, agreed to, used, switched off and removed; all of it real."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QMimeData, QUrl
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.catalog.catalog import CatalogModel
from imagetool.core.compositing import composite
from imagetool.plugin.parameters import Params
from tests.fakes.editors import open_editor, open_photo, wait_for, wait_for_job
from tests.fakes.pictures import textured, written

MANIFEST = """
manifest = 1
id       = "org.example.negative"
version  = "1.0"
name     = "Negative"
author   = "Ada"
license  = "MIT"
kind     = "python"
[[model]]
id    = "invert"
name  = "Invert"
task  = "filter"
entry = "negative:Invert"
"""
CODE = """
from imagetool.plugin import Filter

class Invert(Filter):
    def run(self, image, params, job):
        job.figure("brightness", float(image.mean()))
        return 1 - image
"""


def a_plugin(folder: Path) -> Path:
    folder.mkdir()
    (folder / "plugin.toml").write_text(MANIFEST)
    (folder / "negative.py").write_text(CODE)
    return folder


def drop(editor: Editor, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    editor.window.dropped.emit(data)


def offered(editor: Editor) -> list[CatalogModel]:
    """The plugin's models that can be chosen."""
    return [model for model in editor.catalog.models if model.plugin.manifest.id == "org.example.negative"]


def test_drop_agree_use_switch_off_remove(qtbot: QtBot, tmp_path: Path, home: Path) -> None:
    photo = written(tmp_path / "photo.png", textured(64, 48))
    with open_editor(qtbot) as editor:
        canvas = open_photo(qtbot, editor, photo)
        drop(editor, a_plugin(tmp_path / "negative"))
        manager = editor.managing.manager
        wait_for(qtbot, lambda: manager.question.pending)
        assert "It brings code, which runs on this computer." in manager.question.sheet.texts
        assert not (home / "plugins" / "org.example.negative").exists(), "nobody has agreed yet"
        manager.question.agree.click()
        wait_for(qtbot, lambda: bool(offered(editor)))
        assert "“Negative” 1.0 is installed. It offers Invert. Tested here: Invert:" in manager.strip.words.text()

        (model,) = offered(editor)
        editor.window.task.take(model, Params.checked(model.entry.parameters, {}), 1)
        before = composite(canvas.session.state, canvas.session.state.bounds)
        editor.window.task.run_button.click()
        wait_for_job(qtbot, canvas)
        assert editor.window.task.failure.sentence == ""
        after = composite(canvas.session.state, canvas.session.state.bounds)
        assert np.array_equal(after[..., :3], 255 - before[..., :3])
        assert "brightness 0." in editor.window.status.message.text()

        facts = manager.plugins.current
        assert facts is not None
        assert facts.name == "Negative"
        manager.details.buttons["switch"].click()
        wait_for(qtbot, lambda: not offered(editor))
        wait_for(qtbot, lambda: manager.details.buttons["switch"].text() == "Enable")
        assert editor.window.task.wish.model.plugin.manifest.id != "org.example.negative"
        manager.details.buttons["remove"].click()
        manager.question.agree.click()
        wait_for(qtbot, lambda: not (home / "plugins" / "org.example.negative").exists())
        canvas.session.document.history.mark_saved(canvas.session.state)
