"""`plugins new` writes a plugin that works, and refuses what it cannot write in one sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from imagetool.cli.main import main
from imagetool.plugin.manifest import Manifest
from imagetool.plugin.tasks import Task

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def eight(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a new plugin of every task."""
    folder = tmp_path_factory.mktemp("eight")
    for task in Task:
        assert main(["plugins", "new", str(folder / f"my-{task}"), "--task", task]) == 0
    return folder


@pytest.mark.parametrize("task", list(Task))
def test_what_it_writes_is_a_plugin_of_that_task(task: Task, eight: Path) -> None:
    folder = eight / f"my-{task}"
    assert {path.name for path in folder.iterdir()} == {
        "plugin.toml",
        f"my_{task}.py",
        f"test_my_{task}.py",
        "README.md",
    }
    manifest = Manifest.parse((folder / "plugin.toml").read_text("utf-8"), "The new plugin")
    assert (manifest.id, manifest.models[0].task) == (f"org.example.my-{task}", task)
    assert manifest.models[0].entry == f"my_{task}:My{task.capitalize()}"
    assert len((folder / f"my_{task}.py").read_text("utf-8").splitlines()) < 40


@pytest.mark.parametrize("task", list(Task))
def test_it_is_tidy_by_ruffs_own_rules(task: Task, eight: Path) -> None:
    for command in (["check"], ["format", "--check", "--diff"]):
        done = subprocess.run(
            ["ruff", *command, "--isolated", "--no-cache", "."],
            cwd=eight / f"my-{task}",
            env={**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_their_own_tests_pass(eight: Path) -> None:
    """All at once; that they pass the checks is asked in tests/unit/jobs/test_conformance.py."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "not asks", str(eight)],
        cwd=eight,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "8 deselected" in done.stdout


def test_it_tells_as_json_what_it_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "soft"
    assert main(["plugins", "new", str(folder), "--task", "score", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["folder"] == str(folder)
    assert facts["task"] == "score"
    assert sorted(facts["files"]) == sorted(str(path) for path in folder.iterdir())


NAMES = [
    ("7up", "does not begin with a letter"),
    ("häßlich", "it has other signs"),
    ("a--b", "it has other signs"),
    ("a b", "it has other signs"),
    ("..", "it has other signs"),
    ("x" * 41, "it is longer than 40 letters"),
    ("class", "it means something else to Python or to Windows"),
    ("NUL", "it means something else to Python or to Windows"),
    ("torch", "there is a Python module “torch”"),
    ("Json", "there is a Python module “json”"),
]


@pytest.mark.parametrize(("name", "reason"), NAMES, ids=[name for name, _ in NAMES])
def test_a_bad_name_is_refused(
    name: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["plugins", "new", name]) == 2
    said = capsys.readouterr()
    assert reason in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    assert main(["plugins", "new", str(folder)]) == 1
    assert "is there already and was left as it is" in capsys.readouterr().err
    assert list(folder.iterdir()) == []
    assert main(["plugins", "new", str(tmp_path / "no" / "folder")]) == 1
    assert "There is no folder" in capsys.readouterr().err
