"""`--recipe` and `--again` with real workers: identical where it is, else how much differs, and what is other."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from imagetool.cli.main import main
from imagetool.core.files import read_picture
from imagetool.core.geometry import Size
from imagetool.jobs.recipe import Recipe
from imagetool.jobs.recipe_files import read_recipe, write_recipe
from imagetool.plugin.tasks import Task
from tests.fakes.pictures import textured, written

MODEL = "imagetool.denoising/fast"
RECIPE = Recipe(
    imagetool="0.1.0",
    task=Task.DENOISE,
    plugin="imagetool.denoising",
    plugin_version="0.1.0",
    model=MODEL,
    weights_sha256=None,
    params={},
    seed=0,
    device="cpu",
    precision="fp32",
    size=Size(40, 30),
    output_sha256="a" * 64,
)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return written(tmp_path / "photo.png", textured(40, 30))


@pytest.fixture
def recipe(tmp_path: Path, photo: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A recipe of the photo, denoised to first.png."""
    path = tmp_path / "first.json"
    words = ["run", "denoise", str(photo), "-o", str(tmp_path / "first.png"), "--model", "fast", "--json"]
    assert main([*words, "--set", "strength=0.5", "--seed", "3", "--recipe", str(path)]) == 0
    assert json.loads(capsys.readouterr().out)["recipe"] == str(path)
    return path


def again(recipe: Path, photo: Path, capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    """The report of another run by the recipe."""
    output = str(photo.parent / "again.png")
    assert main(["run", "denoise", str(photo), "-o", output, "--again", str(recipe), "--json", *options]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def changed(path: Path, **fields: Any) -> None:
    """Writes other facts into a recipe."""
    write_recipe(path, replace(read_recipe(path), **fields))


def test_the_same_is_identical_and_another_value_is_told(
    recipe: Path, photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = read_recipe(recipe)
    assert (kept.model, kept.seed, kept.params["strength"]) == (MODEL, 3, 0.5)
    assert [file.name for file in kept.files] == ["first.png"]
    assert kept.weights_sha256, "the weights are part of the recipe"

    same = again(recipe, photo, capsys)
    assert (same["seed"], same["params"]["strength"], same["device"]) == (3, 0.5, kept.device)
    assert same["again"]["said"] == "identical"
    assert (same["again"]["identical"], same["again"]["pixels_that_differ"]) == (True, 0)
    assert same["output_sha256"] == kept.files[0].sha256

    other = again(recipe, photo, capsys, "--set", "strength=1")
    found = other["again"]
    assert not found["identical"]
    assert found["departures"] == ["“strength” is 1, not 0.5."]
    first, second = (read_picture(photo.parent / name).pixels.astype(int) for name in ("first.png", "again.png"))
    assert found["largest_difference"] == abs(first - second).max()
    assert found["pixels_that_differ"] == (first != second).any(axis=2).sum()
    expected = (
        f"differs: at most {abs(first - second).max()} of 255 in {found['pixels_that_differ']} pixels. “strength”"
    )
    assert found["said"].startswith(expected)


def test_the_sentence_says_it_where_the_result_takes_the_place_of_the_first(
    recipe: Path, photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = photo.parent / "first.png"
    before = first.read_bytes()
    words = ["run", "denoise", str(photo), "-o", str(first), "--again", str(recipe), "--set", "strength=0"]
    assert main(words) == 0
    assert "Again: differs: at most " in capsys.readouterr().out
    assert first.read_bytes() != before


def test_another_version_other_weights_and_a_device_that_is_not_there_are_told_and_it_runs(
    recipe: Path, photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = read_recipe(recipe)
    gone = {**kept.params, "sharpness": 2}
    changed(recipe, plugin_version="0.0.1", weights_sha256="a" * 64, params=gone, device="mps", precision="bf16")
    found = again(recipe, photo, capsys)["again"]
    assert found["identical"]
    version, weights, parameter, where = found["departures"]
    assert version.startswith("The plugin has version ")
    assert version.endswith(", not 0.0.1.")
    assert weights == "The weights are others."
    assert parameter == "The model has no parameter “sharpness” any more."
    assert where == f"It ran on {kept.device} in {kept.precision}, not on mps in bf16."


def test_another_picture_is_told(recipe: Path, photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(photo, textured(40, 31))
    found = again(recipe, photo, capsys)["again"]
    assert found["departures"] == ["The input is another one.", "The size is 40 × 31, not 40 × 30."]
    assert found["largest_difference"] is None
    assert found["unknown"].startswith("It has 40 × 31 pixels of 8 bit, not 40 × 30 pixels of 8 bit, so the two")


def test_how_much_differs_is_not_known_without_the_first_result(
    recipe: Path, photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (photo.parent / "first.png").unlink()
    assert again(recipe, photo, capsys)["again"]["identical"], "the recipe's hash is enough for that"
    found = again(recipe, photo, capsys, "--set", "strength=0")["again"]
    assert found["unknown"] == "“first.png” is not there any more as it was written."
    assert found["said"].startswith("differs; by how much is not known: “first.png” is not there")


REFUSED = [
    ({"model": "org.example/gone"}, [], "The recipe's model “org.example/gone” (version 0.1.0) is not installed."),
    ({"task": Task.UPSCALE}, [], "The recipe is for upscale, not for denoise. Use “run upscale”."),
    ({}, ["--set", "strength=99"], "“strength” cannot be 99.0: it takes a number from 0 to "),
    ({}, ["--recipe", "{out}"], "--recipe cannot be “{out}”, which is a picture of this job. Name another file."),
    ({}, ["--recipe", "{photo}"], "--recipe cannot be “{photo}”, which is a picture of this job."),
    ({}, ["--recipe", "{out}/x/y.json"], "Could not save “{out}/x/y.json”: its folder does not exist;"),
]


@pytest.mark.parametrize(("facts", "options", "said"), REFUSED, ids=[said[:40] for _, _, said in REFUSED])
def test_what_cannot_be_run_again_is_one_sentence(
    photo: Path, capsys: pytest.CaptureFixture[str], facts: dict[str, Any], options: list[str], said: str
) -> None:
    recipe, out = photo.parent / "a.json", photo.parent / "out.png"
    write_recipe(recipe, replace(RECIPE, **facts))
    names = {"photo": photo, "out": out}
    given = [option.format_map(names) for option in options]
    status = main(["run", "denoise", str(photo), "-o", str(out), "--again", str(recipe), *given])
    told = capsys.readouterr()
    assert status in (1, 2)
    assert told.err.startswith(said.format_map(names))
    assert (told.out, told.err.count("\n"), out.exists()) == ("", 1, False)


def test_a_file_that_is_no_recipe_is_told(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "denoise", str(photo), "-o", str(photo.parent / "out.png"), "--again", str(photo)]) == 1
    assert capsys.readouterr().err.startswith("“photo.png” is not a recipe of imagetool (it is no JSON). Use one")
