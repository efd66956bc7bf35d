"""Models of others run in workers alone, so that they are measured on files alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from imagetool.catalog.catalog import Catalog
from imagetool.catalog.places import Places
from imagetool.catalog.plugins import Plugin
from imagetool.cli.main import main
from imagetool.plugin.tasks import Task
from tests.fakes.papers import manifest_of
from tests.fakes.pictures import textured, written

FOREIGN = "org.example.quiet/fast-denoise"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A photo; beside the bundled denoisers there is one that somebody has installed."""
    real = Catalog.scan(Places.find())
    foreign = Plugin(manifest_of("org.example.quiet", Task.DENOISE), tmp_path, "", bundled=False)
    both = Catalog((*real.plugins, foreign), ())
    monkeypatch.setattr(Catalog, "scan", classmethod(lambda cls, places: both))
    written(tmp_path / "a.png", textured(40, 40))
    return tmp_path


def test_it_is_left_out_where_all_are_measured(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "denoise", "--data", str(folder), "--sigmas", "25", "--json"]) == 0
    methods = {row["method"] for row in json.loads(capsys.readouterr().out)["means"]}
    assert "fast-denoise" not in methods
    assert "fast" in methods


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            [],
            f"“{FOREIGN}” is not a part of imagetool and runs apart from it, where only files go. Add --as-files.",
        ),
        (
            ["--as-files", "--estimate"],
            "--estimate measures models that are a part of imagetool. Name one with --m",
        ),
    ],
    ids=["floats", "estimate"],
)
def test_asking_for_it_on_floats_is_refused(
    folder: Path, more: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "denoise", "--data", str(folder), "--model", FOREIGN, *more]) == 2
    out, err = capsys.readouterr()
    assert err.startswith(said)
    assert out == ""
