"""What is done to plugins, one thing after the other, on a thread of its own; the installer is a script."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from imagetool.app.plugin_desk import PluginDesk, shown_source
from imagetool.app.plugin_logs import MOST_BYTES, PluginLogs
from imagetool.catalog.places import Places
from imagetool.catalog.plugins import Plugin
from imagetool.catalog.store.records import Record, write_record
from imagetool.jobs.errors import ModelFailed
from imagetool.jobs.install.dropped_weights import DroppedFile
from imagetool.jobs.install.self_test import ModelTest
from imagetool.jobs.watch import Watch
from imagetool.plugin.tasks import Task
from imagetool.ui.plugins.inventory import Group, Inventory
from imagetool.ui.plugins.notes import Activity, Outcome, Question
from tests.fakes.installers import FakeInstaller
from tests.fakes.papers import manifest_of, offer_of, plugin_of

SHARPEN = manifest_of("org.example.sharpen", Task.FILTER, name="Sharpen")
Open = Callable[..., "Heard"]


class Heard:
    """A desk, and everything it says."""

    def __init__(self, desk: PluginDesk) -> None:
        self.desk = desk
        self.activities: list[Activity | None] = []
        self.questions: list[Question] = []
        self.outcomes: list[Outcome] = []
        self.inventories: list[Inventory] = []
        desk.activity_changed.connect(self.activities.append)
        desk.asked.connect(self.questions.append)
        desk.ended.connect(self.outcomes.append)
        desk.scanned.connect(self.inventories.append)


@pytest.fixture
def open_desk(qtbot: QtBot) -> Iterator[Open]:
    opened: list[PluginDesk] = []

    def make(installer: FakeInstaller | None = None, **more: object) -> Heard:
        chosen = installer or FakeInstaller(offer_of(SHARPEN))
        desk = PluginDesk(Places.find(), make_installer=chosen.made, **more)  # type: ignore[arg-type]
        opened.append(desk)
        return Heard(desk)

    yield make
    for desk in opened:
        desk.close()


def test_it_asks_before_it_installs(qtbot: QtBot, open_desk: Open) -> None:
    installer = FakeInstaller(offer_of(SHARPEN, changes=("It brings code, which runs on this computer.",)))
    heard = open_desk(installer)
    heard.desk.install("/some/sharpen.zip")
    qtbot.waitUntil(lambda: bool(heard.questions))
    (question,) = heard.questions
    assert question.title == "Install “Sharpen”?"
    assert question.changes == ("It brings code, which runs on this computer.",)
    assert not set(question.lines) & set(question.changes), "nothing is said twice"
    assert {permission.label for permission in question.permissions} <= {
        "enforced",
        "not enforced on this system",
    }
    assert question.permissions
    assert installer.completed == []
    question.answer(True)
    qtbot.waitUntil(lambda: bool(heard.outcomes))
    (outcome,) = heard.outcomes
    assert outcome.sentence == (
        "“Sharpen” 1.0 is installed. It offers Fast filter. Tested here: Fast filter: 1.2 s, 300 MB."
    )
    assert (outcome.failed, outcome.plugin_id) == (False, "org.example.sharpen")
    assert (installer.sources, installer.completed) == (["/some/sharpen.zip"], ["org.example.sharpen"])
    qtbot.waitUntil(lambda: len(heard.inventories) == 2)
    assert heard.activities[0] == Activity("Installing sharpen.zip")
    assert heard.activities[-1] is None


def test_what_is_there_can_be_seen_while_something_takes_long(qtbot: QtBot, open_desk: Open) -> None:
    heard = open_desk(FakeInstaller(offer_of(SHARPEN, agreed=True), hold=True))
    heard.desk.install("/some/sharpen.zip")
    qtbot.waitUntil(lambda: bool(heard.inventories))
    assert heard.outcomes == []


def test_no_is_no(qtbot: QtBot, open_desk: Open) -> None:
    installer = FakeInstaller(offer_of(SHARPEN))
    heard = open_desk(installer)
    heard.desk.install("/some/sharpen.zip")
    qtbot.waitUntil(lambda: bool(heard.questions))
    heard.questions[0].answer(False)
    qtbot.waitUntil(lambda: bool(heard.outcomes))
    assert heard.outcomes[0] == Outcome("“Sharpen” was not installed; nothing was changed.")
    assert (installer.completed, installer.left) == ([], 1)


def test_what_was_agreed_to_is_not_asked_again(qtbot: QtBot, open_desk: Open) -> None:
    installer = FakeInstaller(offer_of(SHARPEN, agreed=True))
    heard = open_desk(installer)
    heard.desk.update("org.example.sharpen", "Sharpen")
    qtbot.waitUntil(lambda: bool(heard.outcomes))
    assert installer.wanted == ["org.example.sharpen"], "an update takes no other plugin"
    assert heard.questions == []
    assert "is installed" in heard.outcomes[0].sentence


def test_what_is_disabled_stays_so_and_that_is_said(qtbot: QtBot, open_desk: Open, home: Path) -> None:
    folder = home / "plugins" / "org.example.sharpen"
    (folder / "versions" / "1.0-abc").mkdir(parents=True)
    (folder / "versions" / "1.0-abc" / "files.json").write_text("{}")
    write_record(folder, Record("1.0-abc", None, enabled=False))
    heard = open_desk(FakeInstaller(offer_of(SHARPEN, agreed=True)))
    heard.desk.update("org.example.sharpen", "Sharpen")
    qtbot.waitUntil(lambda: bool(heard.outcomes))
    assert "“Sharpen” 1.0 is installed. It is still disabled." in heard.outcomes[0].sentence


def test_an_installation_can_be_stopped(qtbot: QtBot, open_desk: Open) -> None:
    installer = FakeInstaller(offer_of(SHARPEN, agreed=True), hold=True)
    heard = open_desk(installer)
    heard.desk.install("/some/sharpen.zip")
    assert installer.working.wait(20)
    heard.desk.stop()
    qtbot.waitUntil(lambda: bool(heard.outcomes))
    assert heard.outcomes[0].sentence == "Installing sharpen.zip: stopped; nothing was changed."
    assert not heard.outcomes[0].failed
    assert (installer.completed, installer.left) == ([], 1)


def test_stopping_answers_a_question_with_no(qtbot: QtBot, open_desk: Open) -> None:
    installer = FakeInstaller(offer_of(SHARPEN))
    heard = open_desk(installer)
    heard.desk.install("/some/sharpen.zip")
    qtbot.waitUntil(lambda: bool(heard.questions))
    heard.desk.stop()
    qtbot.waitUntil(lambda: bool(heard.outcomes))
    assert installer.completed == []


@pytest.mark.parametrize("agreed", [False, True], ids=["asking", "working"])
def test_closing_waits_for_nobody(qtbot: QtBot, open_desk: Open, agreed: bool) -> None:
    installer = FakeInstaller(offer_of(SHARPEN, agreed=agreed), hold=True)
    heard = open_desk(installer)
    heard.desk.install("/some/sharpen.zip")
    if agreed:
        assert installer.working.wait(20)
    else:
        qtbot.waitUntil(lambda: bool(heard.questions))
    heard.desk.install("/some/other.zip")
    heard.desk.close()
    assert installer.sources == ["/some/sharpen.zip"], "what waited has been begun"
    assert (installer.completed, installer.left) == ([], 1)


def test_why_not_is_said_with_the_log(qtbot: QtBot, open_desk: Open, home: Path) -> None:
    refusal = ModelFailed("The file is no plugin.", "line 1\nline 2")
    heard = open_desk(FakeInstaller(offer_of(SHARPEN), refusal=refusal))
    heard.desk.update("org.example.sharpen", "Sharpen")
    qtbot.waitUntil(lambda: bool(heard.outcomes))
    assert heard.outcomes == [Outcome("The file is no plugin.", "line 1\nline 2", True, "org.example.sharpen")]
    assert "The file is no plugin." in (home / "logs" / "org.example.sharpen.log").read_text()


def test_a_plugin_that_is_not_there_cannot_be_changed(qtbot: QtBot, open_desk: Open) -> None:
    heard = open_desk()
    heard.desk.set_enabled("org.example.gone", "Gone", True)
    heard.desk.roll_back("org.example.gone", "Gone")
    heard.desk.remove("org.example.gone", "Gone")
    qtbot.waitUntil(lambda: len(heard.outcomes) == 3)
    assert all(outcome.failed for outcome in heard.outcomes)
    assert all("is not installed" in outcome.sentence for outcome in heard.outcomes)


def test_checking_says_how_each_model_did(qtbot: QtBot, open_desk: Open) -> None:
    def test(plugin: Plugin, places: Places, watch: Watch) -> tuple[ModelTest, ...]:
        watch.progress(0.5, "testing")
        return ModelTest("Good", 0.5, 200.0), ModelTest("Bad", 0.1, 0.0, "It returned nothing.")

    heard = open_desk(test=test)
    heard.desk.check(plugin_of(SHARPEN))
    qtbot.waitUntil(lambda: bool(heard.outcomes))
    assert heard.outcomes[0].sentence == (
        "“Sharpen” has a model that does not work here. Good: 0.5 s, 200 MB; Bad failed: It returned nothing."
    )
    assert heard.outcomes[0].failed


def test_what_is_there_is_listed_by_how_it_stands(qtbot: QtBot, open_desk: Open) -> None:
    heard = open_desk()
    heard.desk.rescan()
    qtbot.waitUntil(lambda: bool(heard.inventories))
    (inventory,) = heard.inventories
    assert {facts.group for facts in inventory.plugins} == {Group.BUNDLED}
    found = inventory.find("imagetool.inpainting")
    assert found is not None
    assert (found.name, found.removable) == ("Inpainting", False)
    for words, matches in (("", True), ("fill exemplar", True), ("INPAINT", True), ("fill banana", False)):
        assert found.matches(words) is matches, words


def test_a_plugin_whose_record_is_damaged_is_listed_with_the_reason(
    qtbot: QtBot, open_desk: Open, home: Path
) -> None:
    broken = home / "plugins" / "org.example.old"
    (broken / "versions").mkdir(parents=True)
    (broken / "record.json").write_text("{")
    heard = open_desk()
    heard.desk.rescan()
    qtbot.waitUntil(lambda: bool(heard.inventories))
    found = heard.inventories[0].find("org.example.old")
    assert found is not None
    assert (found.group, found.removable) == (Group.BROKEN, True)
    assert "damaged" in found.problem
    heard.desk.remove(found.id, found.name)
    qtbot.waitUntil(lambda: bool(heard.outcomes))
    assert heard.outcomes[0].sentence == "“org.example.old” was removed."
    assert not broken.exists()


def test_files_in_the_folder_of_weights_are_looked_at_once_there_are_any(
    qtbot: QtBot, open_desk: Open, home: Path
) -> None:
    asked: list[Places] = []

    def adopt(places: Places, watch: Watch) -> tuple[DroppedFile, ...]:
        asked.append(places)
        return (DroppedFile("a.pth", 1, 1, "", "“a.pth” is no file of weights."),)

    heard = open_desk(adopt_files=adopt)
    heard.desk.adopt_weights()
    heard.desk.rescan()
    qtbot.waitUntil(lambda: bool(heard.inventories))
    assert asked == [], "there is nothing to look at"
    (home / "weights").mkdir(parents=True)
    (home / "weights" / "a.pth").write_bytes(b"x")
    heard.desk.adopt_weights()
    qtbot.waitUntil(lambda: bool(heard.outcomes))
    assert heard.outcomes[0].sentence == "“a.pth” is no file of weights."
    assert len(asked) == 1


def test_in_safe_mode_no_weights_are_adopted(qtbot: QtBot, open_desk: Open, home: Path) -> None:
    asked = threading.Event()

    def adopt(places: Places, watch: Watch) -> tuple[DroppedFile, ...]:
        asked.set()
        return ()

    (home / "weights").mkdir(parents=True)
    (home / "weights" / "a.pth").write_bytes(b"x")
    heard = open_desk(adopt_files=adopt, safe_mode=True)
    heard.desk.adopt_weights()
    heard.desk.rescan()
    qtbot.waitUntil(lambda: bool(heard.inventories))
    assert not asked.is_set()
    assert heard.inventories[0].safe_mode


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("/a/b/model.pth", "model.pth"),
        ("https://example.org/x.zip?token=secret#sha256=00", "https://example.org/x.zip"),
        ("https://example.org/" + "x" * 90, "https://example.org/" + "x" * 40 + "…"),
    ],
)
def test_a_source_is_named_without_its_secrets(source: str, shown: str) -> None:
    assert shown_source(source) == shown


def test_a_log_keeps_its_end(tmp_path: Path) -> None:
    logs = PluginLogs(tmp_path)
    assert logs.text("org.example.a") == ""
    for number in range(12):
        logs.add("org.example.a", f"Failure {number}.", "x" * 50_000)
    text = logs.text("org.example.a")
    assert "Failure 11." in text
    assert "Failure 0." not in text
    assert len(text.encode()) <= MOST_BYTES
    assert logs.text("org.example.b") == ""
