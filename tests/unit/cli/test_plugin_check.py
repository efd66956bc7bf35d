"""`plugins check` prints what was found, as a table or as JSON, and ends with 1 where something failed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from imagetool.cli.main import main

MANIFEST = 'manifest = 1\nid = "org.example.x"\nversion = "1.0"\nname = "X"\nkind = "python"\nnonsense = 1\n'


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A folder whose manifest has three problems."""
    (tmp_path / "plugin.toml").write_text(MANIFEST, "utf-8")
    (tmp_path / "README.md").write_text("X\n", "utf-8")
    return tmp_path


def test_the_table_tells_each_problem_with_its_fix(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plugins", "check", str(broken)]) == 1
    said = capsys.readouterr()
    assert said.err == "3 of 4 checks failed. Each one says what to do; then run “plugins check” again.\n"
    lines = said.out.splitlines()
    assert lines[0] == "No plugin that can be read"
    assert lines[1].split(maxsplit=2) == ["FAILED", "manifest", "license: is missing"]
    assert lines[2].strip() == "→ Add it: license = …"
    assert lines[-1] == "1 passed, 3 failed"
    assert max(map(len, lines)) <= 110


def test_json_is_one_object(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plugins", "check", str(broken), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"plugin", "version", "checks", "passed"}
    assert (told["plugin"], told["version"], told["passed"]) == (None, None, False)
    assert set(told["checks"][0]) == {"model", "check", "status", "explanation", "fix", "seconds"}


def test_a_bundled_loader_is_checked_where_it_lies(capsys: pytest.CaptureFixture[str]) -> None:
    """In its own worker; it has no models, but must refuse nonsense in a sentence."""
    folder = Path(__file__).parents[3] / "plugins" / "onnx"
    status = main(["plugins", "check", str(folder), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert (status, told["plugin"], told["passed"]) == (0, "imagetool.onnx", True)
    assert {check["check"] for check in told["checks"]} >= {"manifest", "files", "code", "nonsense"}


def test_a_path_that_is_none_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plugins", "check", str(tmp_path / "none")]) == 1
    assert "is no folder" in capsys.readouterr().err
