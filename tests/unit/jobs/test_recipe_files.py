"""Recipes as files: what is written is read, and nothing else is."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from imagetool.core.geometry import Point, Rect
from imagetool.jobs.recipe import Recipe, RecipeFile, RecipeTiles
from imagetool.jobs.recipe_files import (
    MAX_BYTES,
    BadRecipe,
    RecipeTooNew,
    from_json,
    read_recipe,
    to_json,
    write_recipe,
)
from imagetool.plugin.models import Prompt
from tests.fakes.recipes import recipe_of
from tests.fakes.requests import request

SHA256 = "0123456789abcdef" * 4


def full() -> Recipe:
    return replace(
        recipe_of(
            request(params={"on": True, "count": 3, "strength": 0.5, "words": "“naïve”\nтекст"}, seed=2**63 - 1)
        ),
        weights_sha256=f"{SHA256},{SHA256}",
        tiles=RecipeTiles(512, 32, 8, 3, 2),
        feather_px=2.5,
        prompt=Prompt((Point(1.5, 2),), (Point(0, 7),), Rect(1, 2, 30, 40)),
        hints_sha256=SHA256,
        files=(RecipeFile("out/ä.png", SHA256), RecipeFile("../b.png", SHA256)),
    )


@pytest.mark.parametrize("recipe", [full(), recipe_of(request())], ids=["full", "plain"])
def test_what_is_written_is_read(tmp_path: Path, recipe: Recipe) -> None:
    write_recipe(tmp_path / "a.json", recipe)
    assert read_recipe(tmp_path / "a.json") == recipe
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
    types = {name: type(value) for name, value in recipe.params.items()}
    again = from_json(to_json(recipe), Path("a.json"))
    assert {name: type(value) for name, value in again.params.items()} == types, "1 is not 1.0 and not yes"


def put(key: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda table: table.update({key: value})


DAMAGED = [
    (lambda table: table.pop("seed"), "seed is missing"),
    (lambda table: table.pop("params"), "params is not a table"),
    (lambda table: table.pop("tiles"), "tiles.tile_px is missing"),
    (put("colour", "red"), "colour is not a key that this version knows"),
    (put("seed", -1), "seed is below 0"),
    (put("seed", 2**63), "seed is larger than 9223372036854775807"),
    (put("seed", True), "seed expected a whole number, got True"),
    (put("seed", "1"), "seed expected a whole number, got '1'"),
    (put("task", "paint"), "task 'paint' is not one of inpaint, upscale"),
    (put("params", {"a": [1]}), "params.a is neither a text nor a number, true or false"),
    (put("size", [0]), "size is not 2 numbers from 0 on"),
    (put("size", [10, "x"]), "size is not 2 numbers from 0 on"),
    (put("box", [1, 2, 3]), "box is not 4 numbers from 0 on"),
    (put("points", [[1, -2]]), "points is not 2 numbers from 0 on"),
    (put("output_sha256", "abc"), "output_sha256 'abc' does not have the form"),
    (put("output_sha256", ""), "output_sha256 '' does not have the form"),
    (put("device", "rm -rf"), "device 'rm -rf' does not have the form"),
    (put("files", [{"name": "a"}]), "files[0].sha256 is missing"),
    (put("recipe", "1"), "it does not say that it is one"),
    (put("recipe", True), "it does not say that it is one"),
]


@pytest.mark.parametrize(("damage", "said"), DAMAGED, ids=[said for _, said in DAMAGED])
def test_a_damaged_recipe_is_refused_in_one_sentence(damage: Callable[[dict[str, Any]], None], said: str) -> None:
    table = json.loads(to_json(full()))
    damage(table)
    with pytest.raises(BadRecipe) as told:
        from_json(json.dumps(table), Path("a.json"))
    assert str(told.value).startswith(f"“a.json” is not a recipe of imagetool ({said}"), told.value
    assert str(told.value).endswith("). Use one that “run … --recipe” or “Save recipe…” wrote.")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "it is no JSON"),
        (b"\x89PNG\r\n\x1a\n", "it is no JSON"),
        (b"[" * 100_000, "it is no JSON"),
        (b'{"recipe": 1, "seed": NaN}', "it is no JSON"),
        (b"[1, 2]", "it does not say that it is one"),
        (b"{}", "it does not say that it is one"),
        (b" " * (MAX_BYTES + 1), "it is larger than 4 MB"),
    ],
    ids=["empty", "a picture", "deep", "no number", "a list", "another object", "huge"],
)
def test_foreign_files_are_refused(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(data)
    with pytest.raises(BadRecipe) as told:
        read_recipe(path)
    assert told.value.reason == said


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path, Path("a\0b")):
        with pytest.raises(BadRecipe):
            read_recipe(path)


def test_a_later_form_asks_for_a_newer_imagetool() -> None:
    with pytest.raises(RecipeTooNew, match="was written by a newer imagetool"):
        from_json('{"recipe": 2, "new": "things"}', Path("a.json"))
