"""`kill -9` or a full disk at any file operation leaves the old state of the store or the new one."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from imagetool.catalog.store.installed import InstalledPlugin
from imagetool.catalog.store.store import Store
from tests.fakes import interrupted_store
from tests.fakes.interrupted_store import ENDED, ID, REFUSED

ROOT = Path(__file__).parents[3]
State = tuple[str, str, bool, str] | None

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="interrupts forked processes")


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three versions of a plugin."""
    for version in ("1.0", "2.0", "3.0"):
        folder = tmp_path / "sources" / version
        (folder / "code").mkdir(parents=True)
        (folder / "plugin.toml").write_text(f"version = {version}")
        (folder / "code" / "model.py").write_text(f"# {version}\n" * 50)
    monkeypatch.setattr(interrupted_store, "SOURCES", tmp_path / "sources")
    return tmp_path / "sources"


@pytest.fixture
def installed(tmp_path: Path, sources: Path) -> Path:
    """A home with version 2.0 of the plugin, 1.0 before it, and what a killed process left behind."""
    home = tmp_path / "before"
    store = Store(home)
    interrupted_store.install(store, "1.0")
    interrupted_store.install(store, "2.0")
    left = home / "staging" / "4194305-killed"  # a number above those of processes
    left.mkdir()
    (left / "file").touch()
    return home


def state(home: Path) -> State:
    """What a reader sees; everything that is in use is looked into."""
    found = Store(home).installed()
    if not found:
        return None
    (plugin,) = found
    assert isinstance(plugin, InstalledPlugin), f"{plugin} cannot be used"
    plugin.check()
    now = (plugin.folder / "plugin.toml").read_text()
    assert plugin.previous is not None
    before = plugin.folder.parent / plugin.previous / "plugin.toml"
    assert plugin.consented == {"version": now.removeprefix("version = ")}
    return now, before.read_text(), plugin.enabled, plugin.id


def interrupted(change: str, mode: str, home: Path, copies: Path, sources: Path) -> list[int]:
    """The outcomes of all interruptions."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.fakes.interrupted_store", change, mode, str(home), str(copies)],
        cwd=ROOT,
        env={**os.environ, "TEST_SOURCES": str(sources)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    outcomes: list[int] = json.loads(run.stdout)
    return outcomes


OLD: State = ("version = 2.0", "version = 1.0", True, ID)
NEW: dict[str, State] = {
    "update": ("version = 3.0", "version = 2.0", True, ID),
    "roll back": ("version = 1.0", "version = 2.0", True, ID),
    "disable": ("version = 2.0", "version = 1.0", False, ID),
    "remove": None,
    "sweep": OLD,
}
LEAST = {"update": 15, "roll back": 3, "disable": 3, "remove": 4, "sweep": 3}


@pytest.mark.parametrize("change", interrupted_store.CHANGES)
def test_a_kill_at_any_step_leaves_the_old_or_the_new_state(
    tmp_path: Path, installed: Path, sources: Path, change: str
) -> None:
    outcomes = interrupted(change, "kill", installed, tmp_path / "copies", sources)
    assert outcomes == [-signal.SIGKILL] * (len(outcomes) - 1) + [ENDED]
    assert len(outcomes) > LEAST[change], "too few operations were interrupted to say anything"
    states = [state(tmp_path / "copies" / f"{number}") for number in range(len(outcomes))]
    assert set(states) <= {OLD, NEW[change]}
    assert states == sorted(states, key=[OLD, NEW[change]].index), "the old state came back"
    assert states[0] == OLD
    assert states[-1] == NEW[change]
    for number, before in enumerate(states):
        _sweep_and_go_on(tmp_path / "copies" / f"{number}", before, change)


def _sweep_and_go_on(home: Path, before: State, change: str) -> None:
    """What a killed process has left is swept, and the change can be made."""
    store = Store(home, wait_s=0)
    store.sweep()
    assert state(home) == before
    assert not list((home / "staging").iterdir())
    folders = list((home / "plugins").iterdir())
    assert all({path.name for path in folder.iterdir()} == {"record.json", "versions"} for folder in folders)
    assert sum(1 for _ in (home / "plugins").glob("*/versions/*")) == (2 if before else 0)
    if before == OLD:
        interrupted_store.CHANGES[change](store)
        assert state(home) == NEW[change]


@pytest.mark.parametrize("mode", ["full", "small"])
@pytest.mark.parametrize("change", ["update", "roll back", "disable", "remove"])
def test_a_full_disk_leaves_the_old_or_the_new_state(
    tmp_path: Path, installed: Path, sources: Path, change: str, mode: str
) -> None:
    outcomes = interrupted(change, mode, installed, tmp_path / "copies", sources)
    assert set(outcomes) <= {REFUSED, ENDED}, "every refusal of the disk is a sentence"
    assert outcomes[0] == (ENDED if (change, mode) == ("remove", "small") else REFUSED)
    assert outcomes[-1] == ENDED
    for number, outcome in enumerate(outcomes):
        home = tmp_path / "copies" / f"{number}"
        assert state(home) in ({NEW[change]} if outcome == ENDED else {OLD, NEW[change]})
        assert [path.name for path in (home / "staging").iterdir()] == ["4194305-killed"]
        assert not list(home.rglob("*.tmp"))


def test_a_kill_at_any_step_of_a_first_installation(tmp_path: Path, sources: Path, installed: Path) -> None:
    shutil.rmtree(installed / "plugins")
    outcomes = interrupted("update", "kill", installed, tmp_path / "copies", sources)
    assert len(outcomes) > LEAST["update"]
    for number in range(len(outcomes)):
        home = tmp_path / "copies" / f"{number}"
        store = Store(home, wait_s=0)
        seen = [type(plugin) for plugin in store.installed()]
        assert seen in ([], [InstalledPlugin])
        store.sweep()
        assert [type(plugin) for plugin in store.installed()] == seen
        assert len(list((home / "plugins").glob("*"))) == len(seen)
    assert seen == [InstalledPlugin]
