"""Plugins as the whole window sees them: dropped, installed, in trouble, off in safe mode."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.app.plugin_desk import PluginDesk
from imagetool.catalog.catalog import Catalog
from imagetool.jobs.errors import JobError, PluginSuspended, WorkerDied
from imagetool.plugin.tasks import Task
from imagetool.ui.plugins.manager import PluginManager
from tests.fakes.editors import open_editor, open_photo, press
from tests.fakes.hands import CONTROL, SHIFT
from tests.fakes.installers import FakeInstaller
from tests.fakes.papers import catalog_of, manifest_of, offer_of
from tests.fakes.runners import FakeRunner

STRENGTH = (
    '[[model.param]]\nid = "strength"\ntype = "float"\nlabel = "Strength"\nmin = 0\nmax = 1\ndefault = 0.5\n'
)
SHARPEN = manifest_of("org.example.sharpen", Task.FILTER, name="Sharpen", more=STRENGTH)
QUIET = manifest_of("org.example.quiet", Task.DENOISE, name="Quiet")


@pytest.fixture
def installer() -> FakeInstaller:
    return FakeInstaller(offer_of(SHARPEN))


@pytest.fixture
def editor(qtbot: QtBot, runner: FakeRunner, installer: FakeInstaller) -> Iterator[Editor]:
    desk = partial(PluginDesk, make_installer=installer.made)
    with open_editor(qtbot, runner.made, make_desk=desk) as opened:
        yield opened


def drop(editor: Editor, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    editor.window.dropped.emit(data)


def manager_of(editor: Editor) -> PluginManager:
    return editor.managing.manager


def tasks(editor: Editor) -> list[str]:
    row = editor.window.task._tasks
    return [button.text() for button in row.findChildren(QPushButton)]


@pytest.mark.parametrize("name", ["sharpen.zip", "Sharpen.WHL", "esrgan.pth", "a.safetensors", "b.pth.tar"])
def test_what_is_no_picture_is_installed(
    qtbot: QtBot, editor: Editor, installer: FakeInstaller, tmp_path: Path, name: str
) -> None:
    editor.catalog = loads(editor.catalog, ".pth.tar")
    (tmp_path / name).write_bytes(b"x")
    drop(editor, tmp_path / name)
    qtbot.waitUntil(lambda: manager_of(editor).question.pending)
    assert installer.sources == [str(tmp_path / name)]
    assert editor.window.area.canvases == []


def loads(catalog: Catalog, ending: str) -> Catalog:
    """The catalogue, and a loader for files that end so."""
    loader = f'[[loader]]\nid = "files"\nname = "Files"\nentry = "m:L"\nfiles = ["{ending}"]\n'
    return catalog_of(*[it.manifest for it in catalog.plugins], manifest_of("org.example.loads", more=loader))


@pytest.mark.parametrize("name", ["plugin.toml", "model_index.json"])
def test_a_folder_with_a_plugin_is_installed(
    qtbot: QtBot, editor: Editor, installer: FakeInstaller, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).touch()
    drop(editor, tmp_path)
    qtbot.waitUntil(lambda: manager_of(editor).question.pending)
    assert installer.sources == [str(tmp_path)]


def test_pictures_open_as_before(qtbot: QtBot, editor: Editor, installer: FakeInstaller, photo: Path) -> None:
    drop(editor, photo)
    qtbot.waitUntil(lambda: len(editor.window.area.canvases) == 1)
    assert installer.sources == []


def test_work_goes_on_while_something_is_asked(
    qtbot: QtBot, editor: Editor, installer: FakeInstaller, photo: Path, tmp_path: Path
) -> None:
    drop(editor, tmp_path / "sharpen.zip")
    qtbot.waitUntil(lambda: manager_of(editor).question.pending)
    canvas = open_photo(qtbot, editor, photo)
    assert canvas.isVisible()
    manager_of(editor).question.agree.click()
    qtbot.waitUntil(lambda: "is installed" in manager_of(editor).strip.words.text())
    assert installer.completed == ["org.example.sharpen"]


def test_what_came_of_it_is_said_where_the_manager_is_closed(
    qtbot: QtBot, editor: Editor, installer: FakeInstaller, tmp_path: Path
) -> None:
    installer.released.clear()
    drop(editor, tmp_path / "sharpen.zip")
    manager = manager_of(editor)
    qtbot.waitUntil(lambda: manager.question.pending)
    manager.question.agree.click()
    manager.close()
    installer.released.set()
    qtbot.waitUntil(lambda: "“Sharpen” 1.0 is installed." in editor.window.status.message.text())


def test_closing_the_manager_says_no(
    qtbot: QtBot, editor: Editor, installer: FakeInstaller, tmp_path: Path
) -> None:
    drop(editor, tmp_path / "sharpen.zip")
    manager = manager_of(editor)
    qtbot.waitUntil(lambda: manager.question.pending)
    manager.close()
    qtbot.waitUntil(lambda: "was not installed" in editor.window.status.message.text())
    assert installer.completed == []


def test_the_command_shows_the_manager(qtbot: QtBot, editor: Editor) -> None:
    assert editor.actions["plugins"].isEnabled(), "no picture is needed"
    press(editor.window, Qt.Key.Key_P, CONTROL | SHIFT)
    manager = manager_of(editor)
    assert manager.isVisible()
    qtbot.waitUntil(lambda: manager.plugins.list.count() > 0)


def test_removing_is_asked_and_cancelled_by_default(qtbot: QtBot, editor: Editor, home: Path) -> None:
    broken = home / "plugins" / "org.example.old"
    (broken / "versions").mkdir(parents=True)
    (broken / "record.json").write_text("{")
    editor.managing.show("org.example.old")
    manager = manager_of(editor)
    remove = manager.details.buttons["remove"]
    qtbot.waitUntil(remove.isVisible)
    remove.click()
    assert manager.question.sheet.texts[0] == "Remove “org.example.old”?"
    press(manager.question.cancel, Qt.Key.Key_Return)
    assert broken.exists()
    remove.click()
    manager.question.agree.click()
    qtbot.waitUntil(
        lambda: manager.plugins.current is not None and manager.plugins.current.id != "org.example.old"
    )
    assert not broken.exists()


def test_another_catalogue_keeps_what_was_chosen(qtbot: QtBot, editor: Editor, photo: Path) -> None:
    open_photo(qtbot, editor, photo)
    task = editor.window.task
    task.set_catalog(catalog_of(SHARPEN, manifest_of("org.example.more", Task.FILTER, name="More", model="slow")))
    task.choose_task(Task.FILTER)
    task.models.setCurrentIndex(1)
    assert task.wish.model.id == "org.example.more/slow-filter"
    task.set_catalog(catalog_of(QUIET, manifest_of("org.example.more", Task.FILTER, model="slow")))
    assert (task.task, task.wish.model.id) == (Task.FILTER, "org.example.more/slow-filter")
    assert tasks(editor) == ["Denoise", "Apply"]
    task.set_catalog(catalog_of(SHARPEN))
    assert task.wish.model.id == "org.example.sharpen/fast-filter"
    assert task.run_button.isEnabled()
    task.set_catalog(catalog_of(QUIET))
    assert (task.task, task.wish.model.id) == (Task.DENOISE, "org.example.quiet/fast-denoise")
    assert task.run_button.text() == "Denoise"


def test_another_version_keeps_the_values_that_it_takes(editor: Editor) -> None:
    task = editor.window.task
    task.set_catalog(catalog_of(SHARPEN))
    task.choose_task(Task.FILTER)
    task._form._set("strength", 0.75)
    other = manifest_of("org.example.sharpen", Task.FILTER, version="1.1", more=STRENGTH)
    task.set_catalog(catalog_of(other))
    assert task.wish.params["strength"] == 0.75
    narrower = manifest_of(
        "org.example.sharpen", Task.FILTER, version="2", more=STRENGTH.replace("max = 1", "max = 0.6")
    )
    task.set_catalog(catalog_of(narrower))
    assert task.wish.params["strength"] == 0.5, "what it does not take any more is the default again"


def test_the_same_catalogue_leaves_what_is_being_typed(editor: Editor) -> None:
    task = editor.window.task
    task.set_catalog(catalog_of(SHARPEN))
    task.choose_task(Task.FILTER)
    form = task._form
    task.set_catalog(catalog_of(SHARPEN, QUIET))
    assert task._form is form


def test_all_tasks_have_a_button_in_sight(qtbot: QtBot, editor: Editor) -> None:
    editor.window.task.set_catalog(catalog_of(manifest_of("org.example.all", *Task)))
    row = editor.window.task._tasks
    assert len(tasks(editor)) == len(Task)

    def in_sight() -> bool:
        buttons = row.findChildren(QPushButton)
        return all(it.isVisible() and row.rect().contains(it.geometry()) for it in buttons)

    qtbot.waitUntil(in_sight)
    assert row.width() < 300
    assert row.height() < 80, "two lines are enough"


def begin_and_fail(qtbot: QtBot, editor: Editor, photo: Path, runner: FakeRunner, error: JobError) -> None:
    canvas = open_photo(qtbot, editor, photo)
    editor.window.task.set_catalog(catalog_of(SHARPEN, QUIET))
    editor.window.task.choose_task(Task.FILTER)
    press(canvas, Qt.Key.Key_Return, CONTROL)
    runner.fail_with(error)
    qtbot.waitUntil(lambda: canvas.session.job is None)


def plugin_button(editor: Editor) -> QPushButton:
    buttons = editor.window.task.failure.findChildren(QPushButton)
    return next(button for button in buttons if button.text() == "Plugin…")


def test_a_suspended_plugin_leads_to_the_manager(
    qtbot: QtBot, editor: Editor, photo: Path, runner: FakeRunner
) -> None:
    begin_and_fail(qtbot, editor, photo, runner, PluginSuspended("Sharpen", 3, 300.0))
    task = editor.window.task
    assert "suspended" in task.failure.sentence
    assert task.model_row.badge.isVisible()
    assert "suspended" in task.model_row.badge.toolTip()
    assert "org.example.sharpen" in editor.managing._troubles
    plugin_button(editor).click()
    assert manager_of(editor).isVisible()


def test_a_badge_goes_once_the_plugin_works(
    qtbot: QtBot, editor: Editor, photo: Path, runner: FakeRunner, home: Path
) -> None:
    begin_and_fail(qtbot, editor, photo, runner, WorkerDied("Fast", "It crashed.", "the log"))
    badge = editor.window.task.model_row.badge
    assert badge.isVisible()
    editor.window.task.choose_task(Task.DENOISE)
    assert not badge.isVisible(), "it is no trouble of another plugin"
    editor.window.task.choose_task(Task.FILTER)
    assert badge.isVisible()
    canvas = editor.canvas
    assert canvas is not None
    press(canvas, Qt.Key.Key_Return, CONTROL)
    runner.finish(100)
    qtbot.waitUntil(lambda: canvas.session.job is None)
    assert not badge.isVisible()
    log = home / "logs" / "org.example.sharpen.log"
    qtbot.waitUntil(log.exists)
    assert "the log" in log.read_text()


def test_a_model_that_only_declines_has_no_badge(
    qtbot: QtBot, editor: Editor, photo: Path, runner: FakeRunner
) -> None:
    canvas = open_photo(qtbot, editor, photo)
    editor.window.task.set_catalog(catalog_of(SHARPEN))
    press(canvas, Qt.Key.Key_Return, CONTROL)
    runner.fail("The picture is too small for this model.")
    qtbot.waitUntil(lambda: canvas.session.job is None)
    assert editor.window.task.failure.sentence == "The picture is too small for this model."
    assert not editor.window.task.model_row.badge.isVisible()
    assert not plugin_button(editor).isVisible()


def test_safe_mode_is_said_and_can_be_left(qtbot: QtBot, runner: FakeRunner) -> None:
    with open_editor(qtbot, runner.made, safe_mode=True) as editor:
        window = editor.window
        assert window.windowTitle() == "imagetool (safe mode)"
        assert window.area.notices.sentences == ["Safe mode: the plugins that you installed are off."]
        buttons = window.area.notices.findChildren(QPushButton)
        restart = next(it for it in buttons if it.text() == "Restart with all plugins")
        with qtbot.waitSignal(editor.ended):
            restart.click()
        assert editor.restart_wanted


def test_nothing_is_installed_in_safe_mode(qtbot: QtBot, runner: FakeRunner, tmp_path: Path) -> None:
    with open_editor(qtbot, runner.made, safe_mode=True) as editor:
        drop(editor, tmp_path / "sharpen.zip")
        assert "Nothing is installed in safe mode" in editor.window.status.message.text()
        editor.managing.show()
        manager = manager_of(editor)
        qtbot.waitUntil(lambda: manager.plugins.list.count() > 0)
        assert not manager.sources.isVisible()


def test_closing_ends_an_installation(qtbot: QtBot, runner: FakeRunner, tmp_path: Path) -> None:
    installer = FakeInstaller(offer_of(SHARPEN, agreed=True), hold=True)
    desk = partial(PluginDesk, make_installer=installer.made)
    with open_editor(qtbot, runner.made, make_desk=desk) as editor:
        drop(editor, tmp_path / "sharpen.zip")
        assert installer.working.wait(20)
    assert (installer.completed, installer.left) == ([], 1)
