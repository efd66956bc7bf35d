"""The plugin manager by itself: what it shows of an inventory on paper, and what its buttons ask for."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from imagetool.jobs.install.self_test import ModelTest
from imagetool.jobs.protection import Permission
from imagetool.plugin.tasks import Task
from imagetool.ui.plugins.inventory import Group, PluginFacts
from imagetool.ui.plugins.manager import PluginManager
from imagetool.ui.plugins.notes import Activity, Outcome, Question
from tests.fakes.finding import first
from tests.fakes.papers import facts_of, inventory_of, manifest_of

WEIGHTS = f'[[model.weights]]\nfile = "fast.safetensors"\nsha256 = "{"ab" * 32}"\nsize = 3145728\n'
NETWORK = '[permissions]\nnetwork = [{ host = "example.org", reason = "asks for <b>news</b>" }]\n'
SHARPEN = facts_of(
    manifest_of("org.example.sharpen", Task.FILTER, name="Sharpen <b>bold</b>", more=WEIGHTS + NETWORK),
    source="/from/sharpen.zip",
    agreed="2026-01-02T03:04:05+00:00",
    previous="0.9",
    tests=(ModelTest("Fast filter", 1.5, 260.0),),
    log="2026-01-02 It stopped.\ntraceback",
)
DENOISE = facts_of(manifest_of("org.example.denoise", Task.DENOISE, name="Quiet"), Group.DISABLED)
BUNDLED = facts_of(manifest_of("imagetool.filling", Task.INPAINT, name="Filling"), Group.BUNDLED)
BROKEN = PluginFacts("org.example.broken", Group.BROKEN, problem="It cannot be used: its files are not there.")
LOST = PluginFacts("x.pth", Group.BROKEN, problem="“x.pth” is a pointer.", file=True, source="/home/weights/x.pth")


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def manager(qtbot: QtBot, window: QWidget) -> PluginManager:
    made = PluginManager(window)
    made.show_inventory(inventory_of(BROKEN, LOST, SHARPEN, DENOISE, BUNDLED))
    with qtbot.waitExposed(made):
        made.show()
    return made


def said(manager: PluginManager) -> str:
    return "\n".join(manager.details.sheet.texts)


def buttons(manager: PluginManager) -> list[str]:
    return [button.text() for button in manager.details.buttons.values() if button.isVisible()]


def listed(manager: PluginManager) -> list[str]:
    rows = manager.plugins.list
    texts = []
    for row in range(rows.count()):
        widget = rows.itemWidget(rows.item(row))
        labels = [widget] if isinstance(widget, QLabel) else widget.findChildren(QLabel)
        texts.append(labels[0].text())
    return texts


def test_it_is_no_hurdle(manager: PluginManager) -> None:
    assert not manager.isModal()


def test_plugins_are_listed_by_how_they_stand(manager: PluginManager) -> None:
    names = [name for name in listed(manager) if "·" in name]
    assert names == ["Cannot be used · 2", "Installed · 1", "Disabled · 1", "Part of imagetool · 1"]


def test_everything_known_of_a_plugin_is_told(manager: PluginManager) -> None:
    manager.plugins.choose("org.example.sharpen")
    text = said(manager)
    for part in (
        "Sharpen <b>bold</b>",
        "Version 1.0 · Ada · licence MIT · org.example.sharpen",
        "Fast filter · Apply",
        "fast.safetensors · 3.1 MB · SHA-256 abababababab…",
        "It asks to reach example.org: asks for <b>news</b>",
        "not enforced on this system",
        "Fast filter: 1.5 s, 260 MB",
        "From /from/sharpen.zip",
        "You agreed to it on 2026-01-02.",
        "Version 0.9 is kept to go back to.",
    ):
        assert part in text, f"{part!r} is not told"
    log = first(manager.details, QPlainTextEdit)
    assert "traceback" in log.toPlainText()


def test_words_of_a_plugin_are_no_markup(manager: PluginManager) -> None:
    manager.plugins.choose("org.example.sharpen")
    labels = manager.findChildren(QLabel)
    assert all(it.textFormat() == Qt.TextFormat.PlainText for it in labels if it.text())


@pytest.mark.parametrize(
    ("plugin_id", "expected"),
    [
        ("org.example.sharpen", ["Check", "Update", "Roll back", "Disable", "Remove…"]),
        ("org.example.denoise", ["Enable", "Remove…"]),
        ("imagetool.filling", ["Check"]),
        ("org.example.broken", ["Remove…"]),
        ("x.pth", []),
    ],
)
def test_only_what_can_be_done_is_offered(manager: PluginManager, plugin_id: str, expected: list[str]) -> None:
    manager.plugins.choose(plugin_id)
    assert buttons(manager) == expected


def test_each_button_asks_for_its_plugin(manager: PluginManager) -> None:
    manager.plugins.choose("org.example.sharpen")
    details = manager.details
    asked: list[tuple[str, PluginFacts]] = []
    for name, signal in (
        ("check", details.check_wanted),
        ("update", details.update_wanted),
        ("roll back", details.roll_back_wanted),
        ("switch", details.switch_wanted),
        ("remove", details.remove_wanted),
    ):
        signal.connect(lambda facts, name=name: asked.append((name, facts)))
        details.buttons[name].click()
    assert asked == [(name, SHARPEN) for name in ("check", "update", "roll back", "switch", "remove")]


def test_why_a_plugin_cannot_be_used_is_a_sentence(manager: PluginManager) -> None:
    manager.plugins.choose("org.example.broken")
    assert "It cannot be used: its files are not there." in said(manager)


def test_searching_leaves_what_matches(manager: PluginManager) -> None:
    QTest.keyClicks(manager.plugins.search, "denoise")
    assert [name for name in listed(manager) if "·" not in name] == ["Quiet"]
    assert manager.plugins.current == DENOISE
    QTest.keyClicks(manager.plugins.search, "zzz")
    assert listed(manager) == []
    assert manager.plugins.current is None
    assert buttons(manager) == []
    manager.plugins.search.clear()
    assert len(listed(manager)) == 9


def test_the_chosen_plugin_stays_chosen(manager: PluginManager) -> None:
    manager.plugins.choose("org.example.denoise")
    enabled = facts_of(manifest_of("org.example.denoise", Task.DENOISE, name="Quiet"))
    manager.show_inventory(inventory_of(SHARPEN, enabled))
    assert manager.plugins.current == enabled
    assert "Disable" in buttons(manager)


def test_trouble_is_a_badge_and_a_sentence(manager: PluginManager) -> None:
    manager.show_troubles({"org.example.sharpen": "“Fast” stopped unexpectedly."})
    manager.plugins.choose("org.example.sharpen")
    assert "“Fast” stopped unexpectedly." in said(manager)
    row = manager.plugins.list.itemWidget(manager.plugins.list.currentItem())
    assert any(it.accessibleName() == "Trouble" for it in row.findChildren(QLabel))
    manager.show_troubles({})
    assert "stopped unexpectedly" not in said(manager)


def question() -> Question:
    permissions = (Permission("files", "Files: its own", True), Permission("network", "Network: any", False))
    return Question("Install “X <i>y</i>”?", ("By Ada.",), ("It brings code.",), permissions)


def test_a_question_shows_all_there_is_to_know(manager: PluginManager) -> None:
    answers: list[bool] = []
    manager.ask(question(), answers.append)
    texts = manager.question.sheet.texts
    assert texts == [
        "Install “X <i>y</i>”?",
        "By Ada.",
        "What you agree to",
        "It brings code.",
        "What it may do",
        "Files: its own",
        "enforced",
        "Network: any",
        "not enforced on this system",
    ]
    assert manager.question.isVisible()
    manager.question.agree.click()
    assert answers == [True]
    assert not manager.question.isVisible()


@pytest.mark.parametrize("where", ["on the button", "anywhere"])
def test_the_default_is_no(manager: PluginManager, where: str) -> None:
    answers: list[bool] = []
    manager.ask(question(), answers.append)
    assert manager.question.cancel.hasFocus()
    QTest.keyClick(manager.question.cancel if where == "on the button" else manager, Qt.Key.Key_Return)
    assert answers == [False]


@pytest.mark.parametrize("how", ["escape", "close"])
def test_leaving_answers_no(manager: PluginManager, how: str) -> None:
    answers: list[bool] = []
    manager.ask(question(), answers.append)
    if how == "escape":
        QTest.keyClick(manager, Qt.Key.Key_Escape)
    else:
        manager.close()
    assert answers == [False]


def test_return_in_the_search_answers_nothing(manager: PluginManager) -> None:
    asked: list[object] = []
    manager.details.remove_wanted.connect(asked.append)
    manager.details.check_wanted.connect(asked.append)
    manager.plugins.choose("org.example.sharpen")
    QTest.keyClick(manager.plugins.search, Qt.Key.Key_Return)
    assert asked == []


def test_what_is_done_can_be_watched_and_stopped(manager: PluginManager) -> None:
    stopped: list[bool] = []
    manager.stop_wanted.connect(lambda: stopped.append(True))
    manager.plugins.choose("org.example.sharpen")
    manager.show_activity(Activity("Installing x.zip", 0.5, "testing"))
    strip = manager.strip
    assert strip.words.text() == "Installing x.zip · testing · 50%"
    assert strip.progress.isVisible()
    assert not manager.details.buttons["remove"].isEnabled()
    strip.stop.click()
    assert stopped == [True]
    manager.show_activity(None)
    manager.show_outcome(Outcome("It failed.", "the log", failed=True))
    assert strip.words.text() == "It failed."
    assert not strip.progress.isVisible()
    assert manager.details.buttons["remove"].isEnabled()


def test_a_question_that_nobody_waits_for_any_more_goes(manager: PluginManager) -> None:
    answers: list[bool] = []
    manager.ask(question(), answers.append)
    manager.show_outcome(Outcome("Stopped."))
    assert not manager.question.isVisible()
    assert answers == [False]


def test_what_was_installed_is_chosen(manager: PluginManager) -> None:
    manager.show_outcome(Outcome("“New” is installed.", plugin_id="org.example.new"))
    new = facts_of(manifest_of("org.example.new", Task.FILTER, name="New"))
    manager.show_inventory(inventory_of(SHARPEN, new))
    assert manager.plugins.current == new


def test_an_address_can_be_typed(manager: PluginManager) -> None:
    wanted: list[str] = []
    manager.sources.wanted.connect(wanted.append)
    assert not manager.sources.fetch.isEnabled()
    for typed in ("https://example.org/a.zip", "example.org/b.zip", "http://example.org/c.zip"):
        QTest.keyClicks(manager.sources.address, typed)
        QTest.keyClick(manager.sources.address, Qt.Key.Key_Return)
    assert wanted == ["https://example.org/a.zip", "https://example.org/b.zip", "http://example.org/c.zip"]
    assert manager.isVisible(), "Return has closed the window"


def test_a_file_dropped_on_it_is_installed(manager: PluginManager, tmp_path: Path) -> None:
    wanted: list[str] = []
    manager.sources.wanted.connect(wanted.append)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "x.zip"))])
    action, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    event = QDropEvent(QPointF(5, 5), action, data, Qt.MouseButton.LeftButton, none)
    manager.dropEvent(event)
    assert wanted == [str(tmp_path / "x.zip")]


def test_safe_mode_is_said(manager: PluginManager) -> None:
    resting = PluginFacts(SHARPEN.id, Group.RESTING, SHARPEN.plugin)
    manager.show_inventory(inventory_of(resting, safe_mode=True))
    assert any("Safe mode" in it.text() for it in manager.findChildren(QLabel) if it.isVisible())
    assert buttons(manager) == ["Disable", "Remove…"]
