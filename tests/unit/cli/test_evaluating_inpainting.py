"""`evaluate inpaint` on tiny photos, with the real worker."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imagetool.catalog.catalog import Catalog
from imagetool.catalog.places import Places
from imagetool.cli.inpainting_methods import entrants_of
from imagetool.cli.main import main
from imagetool.plugin.errors import UnknownParameter
from tests.fakes.pictures import textured, written

EVALUATE = ["evaluate", "inpaint", "--model", "exemplar", "--set", "quality=draft", "--data"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "photos"
    made.mkdir()
    written(made / "a.png", textured(64, 48))
    return made


def test_masks_are_written_once_and_measured_with(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    masks, sheet = tmp_path / "masks", tmp_path / "sheet.png"
    write = ["evaluate", "inpaint", "--data", str(folder), "--write-masks", str(masks)]
    assert main(write) == 0
    assert main(write) == 2
    assert "a.png” is there already; name an empty folder" in capsys.readouterr().err
    options = ["--mask-set", str(masks), "--masks", "narrow", "wide", "--sheet", str(sheet), "--json"]
    assert main([*EVALUATE, str(folder), *options]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [report["model"]] == report["models"] == ["imagetool.inpainting/exemplar"]
    methods = ["telea", "navier-stokes", "exemplar"]
    assert [(row["kind"], row["method"]) for row in report["means"]] == [
        (kind, name) for kind in ("narrow", "wide", "all") for name in methods
    ]
    assert all(0 < row["haarpsi"] <= 1 and row["gmsd"] > 0 for row in report["rows"])
    assert report["closest_texture"].keys() == {"narrow", "wide"}
    with Image.open(sheet) as picture:
        assert picture.width >= 5 * 64


def test_a_photo_without_a_mask_is_one_sentence(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*EVALUATE, str(folder), "--mask-set", str(tmp_path)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "a.png” for the photo “a”. Name another folder" in err


def test_removals_are_shown_as_crops(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    thing = np.zeros((48, 64), np.uint8)
    thing[20:26, 30:38] = 255
    Image.fromarray(thing).save(tmp_path / "thing.png")
    table = '[[removal]]\nname = "thing"\nphoto = "a.png"\nwhat = "a thing"\ndifficulty = "easy"\n'
    (tmp_path / "removals.toml").write_text(table, "utf-8")
    command = [*EVALUATE, str(folder), "--removals", str(tmp_path)]
    assert main(command) == 2
    assert "Name a picture with --sheet FILE." in capsys.readouterr().err
    assert main([*command, "--sheet", str(tmp_path / "sheet.png")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "| removal | what | difficulty | telea s | navier-stokes s | exemplar s |"
    assert lines[2].startswith("| thing | a thing | easy | 0.")
    assert (tmp_path / "sheet.png").is_file()


def _options(models: list[str], settings: list[str]) -> argparse.Namespace:
    return argparse.Namespace(model=models, set=settings)


def test_each_model_takes_the_settings_that_it_knows() -> None:
    catalog = Catalog.scan(Places.find())
    entrants = entrants_of(catalog, _options(["exemplar", "tiles-complete"], ["quality=draft"]))
    assert list(entrants) == ["exemplar", "tiles-complete"]
    assert entrants["exemplar"].params["quality"] == "draft"
    assert "quality" not in entrants["tiles-complete"].params
    with pytest.raises(UnknownParameter, match="no parameter “size”"):
        entrants_of(catalog, _options(["exemplar"], ["size=3"]))


def test_only_inpainting_takes_several_models(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "upscale", "--data", str(folder), "--model", "fast", "strong"]) == 2
    assert "evaluate upscale takes one --model" in capsys.readouterr().err
