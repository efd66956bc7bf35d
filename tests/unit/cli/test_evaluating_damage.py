"""`evaluate score --damaged` on small photos, with a small model in a real worker."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from imagetool.catalog.catalog import Catalog
from imagetool.catalog.scanning import read_manifest, third_party
from imagetool.cli.main import main
from imagetool.core.files import read_picture
from imagetool.training.held_back import is_held_back
from tests.fakes.pictures import textured, written

FAKES = Path(__file__).parents[2] / "fakes" / "likelihoods"
HELD_BACK = [f"{number}.png" for number in range(200) if is_held_back(f"{number}.png")][:4]
MODEL = ["--model", "patches-score"]


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that marks every pixel, the more so the more it differs from its neighbour."""
    plugin = third_party(read_manifest(FAKES / "plugin.toml"), FAKES, sealed=False)
    only = Catalog((plugin,), ())
    monkeypatch.setattr(Catalog, "scan", classmethod(lambda cls, places: only))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Four photos that are held back, and two that are not."""
    folder = tmp_path / "photos"
    folder.mkdir()
    learned = [f"{number}.png" for number in range(20) if not is_held_back(f"{number}.png")][:2]
    for number, name in enumerate([*HELD_BACK, *learned]):
        written(folder / name, textured(40 + number, 30, number))
    return folder


def test_damage_is_measured_on_held_back_photos_alone(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = tmp_path / "sheet.png"
    words = ["evaluate", "score", "--damaged", "--data", str(photos), *MODEL, "--sheet", str(sheet), "--json"]
    assert main(words) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["model"], report["seed"], report["photos"]) == (
        "org.example.likelihoods/patches-score",
        0,
        len(HELD_BACK),
    )
    assert 0 < report["damaged"] < 1
    assert report["f1"] == pytest.approx(2 * report["damaged"] / (1 + report["damaged"])), "all of it is marked"
    assert set(report["found"].values()) <= {1, None}
    assert read_picture(sheet).pixels.shape[0] == 4 * 30 + 3 * 6, "a row for each photo"


def test_photos_as_they_are_are_shown_and_not_measured(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = tmp_path / "sheet.png"
    words = ["evaluate", "score", "--damaged", "--as-is", "--data", str(photos), *MODEL, "--sheet", str(sheet)]
    assert main(words) == 0
    assert capsys.readouterr().out == ""
    assert read_picture(sheet).pixels.shape[:2] == (6 * 30 + 5 * 6, 2 * 45 + 6)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--as-is"], "--as-is shows what is found and measures nothing. Say with --sheet where to write it."),
        ([], "No photo in “{}” was held back from training. Give a folder with more photos."),
    ],
    ids=["no sheet", "nothing held back"],
)
def test_wrong_use_is_one_sentence(
    photos: Path, more: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in HELD_BACK:
        (photos / name).unlink()
    assert main(["evaluate", "score", "--damaged", "--data", str(photos), *MODEL, *more]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-1].endswith(said.format(photos))
