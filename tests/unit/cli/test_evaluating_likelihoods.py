"""`evaluate generate` and `evaluate score` on tiny pictures, with small models in a real worker."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imagetool.catalog.catalog import Catalog
from imagetool.catalog.scanning import read_manifest, third_party
from imagetool.cli.main import main
from tests.fakes.pictures import written

FAKES = Path(__file__).parents[2] / "fakes" / "likelihoods"


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The small models, as if somebody had installed them."""
    plugin = third_party(read_manifest(FAKES / "plugin.toml"), FAKES, sealed=False)
    only = Catalog((plugin,), ())
    monkeypatch.setattr(Catalog, "scan", classmethod(lambda cls, places: only))


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """Pictures of one gray each; of 21 two are held back."""
    folder = tmp_path / "plain"
    folder.mkdir()
    for number in range(21):
        written(folder / f"{number:02}.png", np.full((8, 8, 4), (*[number] * 3, 255), np.uint8))
    return folder


@pytest.fixture
def noisy(tmp_path: Path) -> Path:
    """Pictures of noise, larger than the plain ones."""
    folder = tmp_path / "noisy"
    folder.mkdir()
    rng = np.random.default_rng(3)
    for number in range(4):
        written(folder / f"{number}.png", rng.integers(0, 256, (16, 16, 3), np.uint8))
    return folder


def told(*words: object, capsys: pytest.CaptureFixture[str]) -> Any:
    assert main([str(word) for word in (*words, "--json")]) == 0
    return json.loads(capsys.readouterr().out)


def test_bits_stand_beside_files_and_new_pictures_beside_learned_ones(
    plain: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = tmp_path / "sheet.png"
    words = ["evaluate", "generate", "--data", plain, "--model", "plain", "--count", "18", "--sheet", sheet]
    report = told(*words, capsys=capsys)
    assert (report["held_back"], report["side_px"], report["channels"]) == (2, 8, 4)
    rows = {row["method"]: row for row in report["rows"]}
    assert list(rows) == ["uniform", "PNG", "WebP lossless", "JPEG XL lossless", "plain"]
    assert rows["plain"]["bits_per_dim"] == pytest.approx(0.5)
    assert rows["uniform"]["bits_per_dim"] == 8
    for row in list(rows.values())[:-1]:
        assert row["saved"] == pytest.approx(1 - 0.5 / row["bits_per_dim"])
    found = report["nearest"]
    assert [it["distance_255"] for it in found[:4]] == [1, 0, 0, 0], "the picture of gray 0 is held back"
    assert [it["name"] for it in found[1:4]] == ["01.png", "02.png", "03.png"]
    assert [it["name"] for it in found[16:]] == ["16.png", "17.png"], "no seed is used twice"
    assert report["likeness"] == {"drawn": 0, "held_back": 1, "identical": 17, "learned": 19}
    assert set(report["seconds_per_picture"]) == {"1", "16"}
    assert sheet.is_file()


def test_bits_alone_in_a_table(noisy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "generate", "--data", str(noisy), "--model", "unscored", "--count", "0"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "| method | bits per value | the model saves | |"
    assert [line.split(" | ")[0] for line in lines[2:7]] == [
        *("| uniform", "| PNG", "| WebP lossless", "| JPEG XL lossless", "| unscored")
    ]
    assert lines[6] == "| unscored | – |  | no model of its likelihood |"
    assert lines[-1] == "1 held back, 16 × 16 pixels with 4 values each"


def test_noise_is_told_apart_from_plain_pictures(
    plain: Path, noisy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By a model that is given no opacity; what is larger is made as large as what the model knows."""
    words = ["evaluate", "score", "--data", plain, "--against", noisy, "--model", "patches-score"]
    report = told(*words, capsys=capsys)
    assert (report["side_px"], report["pictures"]) == (8, [2, 2])
    rows = {row["measure"]: row for row in report["rows"]}
    assert list(rows) == ["raw", "corrected", "ratio to the background"]
    assert (rows["raw"]["auroc"], rows["ratio to the background"]["auroc"]) == (1, 0)
    raw, corrected = rows["raw"], rows["corrected"]
    assert raw["inliers"] == pytest.approx(0.5)
    assert raw["inliers"] - corrected["inliers"] < raw["outliers"] - corrected["outliers"], "noise is complex"


def test_a_table_of_scores_says_how_many_pictures_there_were(
    plain: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--data", str(plain), "--against", str(plain), "--model", "plain-score", "--count", "1"]
    assert main(["evaluate", "score", *words]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[2] == "| raw | 0.5000 | 0.500 | 0.500 |"
    assert lines[-1] == "1 held back, 8 × 8 pixels; 1 of the other kind"


@pytest.mark.parametrize(
    ("more", "status", "said"),
    [
        ([], 2, "evaluate score needs --against DIR, pictures of another kind."),
        (["--against", "{}", "--count", "-1"], 2, "Argument --count: “-1” is not a whole number from 1 to 1000."),
        (["--against", "{}/gone"], 1, "There are no photos of at least 8 × 8 pixels in "),
    ],
    ids=["alone", "count", "nothing"],
)
def test_wrong_use_is_one_sentence(
    plain: Path, more: list[str], status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["evaluate", "score", "--data", str(plain), "--model", "plain-score"]
    try:
        ended = main([*words, *(word.format(plain) for word in more)])
    except SystemExit as end:
        ended = int(end.code or 0)
    out, err = capsys.readouterr()
    assert ended == status
    assert said in err.splitlines()[-1]
    assert out == ""
