"""The store of installed plugins: versions, seals, records, and one writer at a time."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from imagetool.catalog.disk import DiskError
from imagetool.catalog.errors import CatalogError
from imagetool.catalog.store.errors import (
    BadPluginId,
    BadRecord,
    FilesChanged,
    NothingToRollBack,
    NotInstalled,
    StoreBusy,
)
from imagetool.catalog.store.installed import BrokenRecord, InstalledPlugin
from imagetool.catalog.store.seals import seal
from imagetool.catalog.store.store import Store

ID = "org.example.x"
ROOT = Path(__file__).parents[3]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "home", wait_s=0)


def fill(folder: Path, text: str) -> Path:
    (folder / "code").mkdir(parents=True)
    (folder / "plugin.toml").write_text(text)
    (folder / "code" / "model.py").write_text(f"# {text}")
    (folder / "fast.safetensors").write_bytes(b"weights " + text.encode())
    return folder


def placed(store: Store, version: str, text: str | None = None, plugin_id: str = ID) -> str:
    with store.stage() as staging:
        folder = fill(staging.path / "content", text or version)
        seal(folder)
        return store.place(folder, plugin_id, Version(version))


def install(store: Store, version: str, plugin_id: str = ID) -> InstalledPlugin:
    return store.switch(plugin_id, placed(store, version, plugin_id=plugin_id), {"version": version})


def only(store: Store) -> InstalledPlugin:
    (found,) = store.installed()
    assert isinstance(found, InstalledPlugin)
    return found


def test_a_store_that_is_not_there_is_empty(store: Store, tmp_path: Path) -> None:
    assert store.installed() == ()
    store.sweep()
    assert not list(tmp_path.iterdir()), "reading makes nothing"


def test_a_plugin_is_installed(store: Store, tmp_path: Path) -> None:
    plugin = install(store, "1.0")
    assert plugin == only(store) == store.find(ID)
    assert (plugin.id, plugin.enabled, plugin.previous, plugin.consented) == (ID, True, None, {"version": "1.0"})
    assert plugin.folder == tmp_path / "home" / "plugins" / ID / "versions" / plugin.current
    assert plugin.current.startswith("1.0-")
    assert plugin.version_dirs == (plugin.current,)
    plugin.check()
    assert not list((tmp_path / "home" / "staging").iterdir())


def test_the_record_on_the_disk_is_as_described(store: Store, tmp_path: Path) -> None:
    first, second = install(store, "1.0"), install(store, "1.1")
    record = json.loads((tmp_path / "home" / "plugins" / ID / "record.json").read_text())
    assert record == {
        "format": 1,
        "current": second.current,
        "previous": first.current,
        "enabled": True,
        "consented": {first.current: {"version": "1.0"}, second.current: {"version": "1.1"}},
    }


def test_what_is_placed_is_not_used_yet(store: Store) -> None:
    placed(store, "1.0")
    assert store.installed() == ()
    with pytest.raises(NotInstalled):
        store.find(ID)


def test_plugins_are_listed_by_id(store: Store) -> None:
    for plugin_id in ("b", "a.b", "a"):
        install(store, "1.0", plugin_id)
    assert [plugin.id for plugin in store.installed()] == ["a", "a.b", "b"]


def test_an_update_keeps_the_version_before(store: Store) -> None:
    first, second = install(store, "1.0"), install(store, "1.1")
    assert (second.previous, second.consented) == (first.current, {"version": "1.1"})
    assert second.version_dirs == (first.current, second.current)


def test_the_same_content_is_the_same_version(store: Store) -> None:
    first = install(store, "1.0")
    install(store, "1.1")
    assert placed(store, "1.0") == first.current
    again = store.switch(ID, first.current, {})
    assert again.version_dirs == tuple(sorted((first.current, str(again.previous))))
    assert store.switch(ID, first.current, {}).previous == again.previous, "switching to itself changes nothing"


def test_the_same_version_with_other_content_lies_beside_it(store: Store) -> None:
    assert placed(store, "1.0", "one") != placed(store, "1.0", "two")


def test_a_changed_version_is_mended_by_installing_it_again(store: Store) -> None:
    first = install(store, "1.0")
    (first.folder / "code" / "model.py").write_text("changed")
    second = install(store, "1.0")
    assert second.current == f"{first.current}.2"
    second.check()
    with pytest.raises(FilesChanged):
        first.check()
    assert install(store, "1.0").current == second.current


def test_a_disabled_plugin_stays_disabled_when_it_is_updated(store: Store) -> None:
    install(store, "1.0")
    assert not store.set_enabled(ID, False).enabled
    assert not install(store, "1.1").enabled
    assert store.set_enabled(ID, True).enabled
    assert not store.switch(ID, only(store).current, {}, enabled=False).enabled


def test_rolling_back_and_forth(store: Store) -> None:
    first, second = install(store, "1.0"), install(store, "1.1")
    back = store.roll_back(ID)
    assert (back.current, back.previous, back.consented) == (first.current, second.current, {"version": "1.0"})
    assert store.roll_back(ID) == second


def test_removing_leaves_nothing(store: Store, tmp_path: Path) -> None:
    install(store, "1.0")
    store.remove(ID)
    assert store.installed() == ()
    assert sorted(path.name for path in (tmp_path / "home").rglob("*")) == ["plugins", "plugins.lock", "staging"]


def test_pruning_keeps_two_versions(store: Store) -> None:
    versions = [install(store, version).current for version in ("1.0", "1.1", "1.2", "1.3")]
    store.prune(ID)
    assert only(store).version_dirs == tuple(versions[2:])


def test_a_staging_is_gone_at_the_end(store: Store) -> None:
    stages = []

    def fail() -> None:
        with store.stage() as staging:
            stages.append(fill(staging.path / "content", "x"))
            raise EOFError

    with pytest.raises(EOFError):
        fail()
    assert not stages[0].parent.exists()


def test_sweeping_removes_what_was_left_and_nothing_else(store: Store, tmp_path: Path) -> None:
    current = install(store, "1.0").current
    placed(store, "1.1")
    placed(store, "1.0", plugin_id="never.used")
    home = tmp_path / "home"
    (home / "staging" / "4194305-dead").mkdir()
    (home / "staging" / "link").symlink_to(tmp_path)
    (home / "plugins" / ID / ".imagetool-12.tmp").touch()
    (home / "plugins" / "broken").mkdir()
    (home / "plugins" / "broken" / "record.json").write_text("{")
    with store.stage() as alive:
        store.sweep()
        assert list((home / "staging").iterdir()) == [alive.path]
    assert sorted(path.name for path in (home / "plugins").iterdir()) == ["broken", ID]
    assert only_of(store, ID).version_dirs == (current,)
    assert sorted(path.name for path in (home / "plugins" / ID).iterdir()) == ["record.json", "versions"]


def only_of(store: Store, plugin_id: str) -> InstalledPlugin:
    (found,) = [plugin for plugin in store.installed() if plugin.id == plugin_id]
    assert isinstance(found, InstalledPlugin)
    return found


DO: list[tuple[Callable[[Store], object], CatalogError]] = [
    (lambda store: store.find("gone"), NotInstalled("gone")),
    (lambda store: store.roll_back("gone"), NotInstalled("gone")),
    (lambda store: store.set_enabled("gone", True), NotInstalled("gone")),
    (lambda store: store.remove("gone"), NotInstalled("gone")),
    (lambda store: store.prune("gone"), NotInstalled("gone")),
    (lambda store: store.roll_back(ID), NothingToRollBack(ID)),
    (lambda store: store.switch(ID, "2.0-ab", {}), NotInstalled(ID, "2.0-ab")),
    (lambda store: store.switch(ID, "../../x", {}), NotInstalled(ID, "../../x")),
    (lambda store: store.remove("../staging"), BadPluginId("../staging")),
    (lambda store: store.remove(".."), BadPluginId("..")),
    (lambda store: store.remove(""), BadPluginId("")),
    (lambda store: placed(store, "1.0", plugin_id="con"), BadPluginId("con")),
    (lambda store: placed(store, "1.0", plugin_id="aux.x"), BadPluginId("aux.x")),
    (lambda store: placed(store, "1.0", plugin_id="A"), BadPluginId("A")),
    (lambda store: placed(store, "1.0", plugin_id="x" * 101), BadPluginId("x" * 101)),
]


@pytest.mark.parametrize(("do", "expected"), DO)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    store: Store, do: Callable[[Store], object], expected: CatalogError
) -> None:
    before = install(store, "1.0")
    with pytest.raises(type(expected)) as caught:
        do(store)
    assert str(caught.value) == str(expected)
    assert only(store) == before


SENTENCES = [
    (StoreBusy(), "Plugins are being installed or removed by another imagetool; wait until it is done."),
    (NotInstalled("a"), "The plugin “a” is not installed; “plugins list” shows what is."),
    (NotInstalled("a", "1"), "The version “1” of the plugin “a” is not there; “plugins list” shows what is."),
    (NothingToRollBack("a"), "There is no earlier version of the plugin “a” to go back to."),
    (BadRecord("a", "it is odd"), "The plugin “a” cannot be used: it is odd. Remove it and install it again."),
    (FilesChanged("a", "it is odd"), "“a” was changed after it was installed: it is odd. Install it again."),
    (
        BadPluginId("A\n"),
        (
            "“A�” cannot be the id of a plugin; it takes small letters, digits, dots and hyphens, "
            "and no name that a system keeps for itself."
        ),
    ),
]


@pytest.mark.parametrize(("error", "said"), SENTENCES)
def test_errors_are_sentences(error: CatalogError, said: str) -> None:
    assert str(error) == said


GOOD: dict[str, Any] = {"format": 1, "current": "", "previous": None, "enabled": True, "consented": {}}
DAMAGED = "what is written down about it is damaged"
RECORDS: list[tuple[Any, str]] = [
    (b"", DAMAGED),
    (b"\xff", DAMAGED),
    (b"[" * 99_999, DAMAGED),
    (b"[]", DAMAGED),
    (b"{}", DAMAGED),
    ({"format": 2}, "it was installed by a newer version of imagetool"),
    ({"format": 0}, DAMAGED),
    ({"format": "1"}, DAMAGED),
    ({"current": None}, DAMAGED),
    ({"current": "../x"}, DAMAGED),
    ({"current": ".."}, DAMAGED),
    ({"current": "gone-ab"}, "its files are not there"),
    ({"previous": 1}, DAMAGED),
    ({"enabled": "yes"}, DAMAGED),
    ({"enabled": 1}, DAMAGED),
    ({"consented": []}, DAMAGED),
    ({"consented": {"x": 1}}, DAMAGED),
    ({"more": 1}, DAMAGED),
]


@pytest.mark.parametrize(("change", "reason"), RECORDS)
def test_a_record_that_cannot_be_used_is_listed_as_broken(
    store: Store, tmp_path: Path, change: Any, reason: str
) -> None:
    plugin = install(store, "1.0")
    install(store, "1.0", "another")
    table = {**GOOD, "current": plugin.current}
    content = change if isinstance(change, bytes) else json.dumps({**table, **change}).encode()
    (tmp_path / "home" / "plugins" / ID / "record.json").write_bytes(content)
    another, broken = store.installed()
    assert isinstance(another, InstalledPlugin)
    assert isinstance(broken, BrokenRecord)
    assert (broken.id, broken.error.reason) == (ID, reason)
    with pytest.raises(BadRecord):
        store.find(ID)
    store.sweep()
    assert install(store, "1.0").current == plugin.current, "installing again mends it"
    store.remove(ID)
    assert store.installed() == (another,)


HOLD = """
import sys
from pathlib import Path
from imagetool.catalog.store.store import Store
with Store(Path(sys.argv[1])).changing():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_another_process_that_writes_is_respected_until_it_ends_or_is_killed(store: Store, tmp_path: Path) -> None:
    before = install(store, "1.0")
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "home")],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(StoreBusy):
            store.set_enabled(ID, False)
        assert only(store) == before, "reading needs no lock"
        other.kill()
        other.wait()
        assert not store.set_enabled(ID, False).enabled


def test_a_thread_waits_a_moment_for_another(tmp_path: Path) -> None:
    store = Store(tmp_path / "home", wait_s=30)
    install(store, "1.0")
    with store.changing():
        thread = threading.Thread(target=store.set_enabled, args=(ID, False))
        thread.start()
        assert store.set_enabled(ID, True).enabled, "the holder may change several things"
    thread.join()
    assert not only(store).enabled


def test_a_thread_that_waits_too_long_is_told(store: Store) -> None:
    install(store, "1.0")
    refused = threading.Event()

    def change() -> None:
        try:
            store.set_enabled(ID, False)
        except StoreBusy:
            refused.set()

    with store.changing():
        thread = threading.Thread(target=change)
        thread.start()
        thread.join()
    assert refused.is_set()
    assert only(store).enabled


def test_a_home_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    with pytest.raises(DiskError) as caught, Store(tmp_path / "home").stage():
        pass
    assert str(caught.value) == "Writing the plugin failed (not a directory); check the disk and try again."
