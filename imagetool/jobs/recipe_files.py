"""Recipes as JSON files: written as a whole or not at all, read strictly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

from imagetool.core.errors import ImagetoolError
from imagetool.core.files import atomic_write
from imagetool.core.files.atomic import CheckedFile
from imagetool.core.geometry import Point, Rect, Size
from imagetool.jobs.recipe import Recipe, RecipeFile, RecipeTiles
from imagetool.plugin.errors import Problem
from imagetool.plugin.models import Prompt
from imagetool.plugin.parameters import Value
from imagetool.plugin.tables import TableReader
from imagetool.plugin.tasks import Task

FORM = 1
"""Of the file; a larger number is of a later version of imagetool."""

SUFFIX = ".recipe.json"
MAX_BYTES = 4 * 1024**2
_MAX_SEED = 2**63 - 1
_LARGEST = 10**6
_SHA256 = r"[0-9a-f]{64}"
_SHA256S = rf"({_SHA256}(,{_SHA256})*)?"
_NO_SHA256 = rf"({_SHA256})?"


class BadRecipe(ImagetoolError):
    """A file that is no recipe, or a damaged one."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(
            f"“{path.name}” is not a recipe of imagetool ({reason}). "
            "Use one that “run … --recipe” or “Save recipe…” wrote."
        )


class RecipeTooNew(ImagetoolError):
    """A recipe that a later version of imagetool has written."""

    def __init__(self, path: Path, form: int) -> None:
        self.path, self.form = path, form
        super().__init__(f"“{path.name}” was written by a newer imagetool. Update imagetool, then use it again.")


def write_recipe(path: Path, recipe: Recipe) -> None:
    """Writes a recipe; after any failure a file that was there before is untouched.

    Raises:
        SaveError: where the file cannot be written.
    """
    data = (to_json(recipe) + "\n").encode()

    def write(file: CheckedFile) -> None:
        file.write(data)

    atomic_write(path, write)


def read_recipe(path: Path) -> Recipe:
    """Reads a recipe.

    Raises:
        BadRecipe: saying in a few words what is wrong with the file.
        RecipeTooNew: where a newer imagetool is needed to understand it.
    """
    try:
        if not path.is_file():
            raise BadRecipe(path, "there is no such file")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise BadRecipe(path, getattr(error, "strerror", None) or "its name cannot be used") from None
    if len(data) > MAX_BYTES:
        raise BadRecipe(path, f"it is larger than {MAX_BYTES // 1024**2} MB")
    return from_json(data, path)


def to_json(recipe: Recipe) -> str:
    """The recipe as text that people can read, too."""
    prompt = recipe.prompt
    table = {
        "recipe": FORM,
        "imagetool": recipe.imagetool,
        "task": recipe.task.value,
        "plugin": recipe.plugin,
        "plugin_version": recipe.plugin_version,
        "model": recipe.model,
        "weights_sha256": recipe.weights_sha256 or "",
        "params": dict(recipe.params),
        "seed": recipe.seed,
        "device": recipe.device,
        "precision": recipe.precision,
        "tiles": {name: getattr(recipe.tiles, name) for name in _TILES},
        "size": list(recipe.size),
        "count": recipe.count,
        "feather_px": recipe.feather_px,
        "points": [list(point) for point in prompt.wanted] if prompt else [],
        "not_points": [list(point) for point in prompt.unwanted] if prompt else [],
        "box": [prompt.box.left, prompt.box.top, prompt.box.right, prompt.box.bottom]
        if prompt and prompt.box
        else [],
        "input_sha256": recipe.input_sha256 or "",
        "mask_sha256": recipe.mask_sha256 or "",
        "hints_sha256": recipe.hints_sha256 or "",
        "output_sha256": recipe.output_sha256,
        "files": [{"name": file.name, "sha256": file.sha256} for file in recipe.files],
    }
    return json.dumps(table, indent=1, ensure_ascii=False)


def from_json(data: str | bytes, path: Path) -> Recipe:
    """What the text says; `path` is what errors call it.

    Raises:
        BadRecipe: where it is none.
        RecipeTooNew: where a newer imagetool is needed to understand it.
    """
    try:
        table = json.loads(data, parse_constant=_refuse)
    except (ValueError, RecursionError):  # text that is no UTF-8 among them
        raise BadRecipe(path, "it is no JSON") from None
    form = table.get("recipe") if isinstance(table, dict) else None
    if isinstance(form, bool) or not isinstance(form, int):
        raise BadRecipe(path, "it does not say that it is one")
    if form > FORM:
        raise RecipeTooNew(path, form)
    problems: list[Problem] = []
    recipe = _read(table, problems)
    if problems:
        raise BadRecipe(path, f"{problems[0].place} {problems[0].what}"[:200])
    return recipe


_TILES = ("tile_px", "overlap_px", "multiple_of", "columns", "rows")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)  # NaN and the like are no JSON


def _read(table: dict[str, Any], problems: list[Problem]) -> Recipe:
    params = _params(table.pop("params", None), problems)
    reader = TableReader(table, "", problems)
    reader.whole("recipe")
    tiles = reader.table("tiles")
    files = reader.tables("files")
    recipe = Recipe(
        imagetool=reader.text("imagetool"),
        task=_task(reader),
        plugin=reader.text("plugin"),
        plugin_version=reader.text("plugin_version"),
        model=reader.text("model"),
        weights_sha256=reader.text("weights_sha256", pattern=_SHA256S) or None,
        params=params,
        seed=_from_zero(reader, "seed", _MAX_SEED),
        device=reader.text("device", pattern=r"[a-z0-9:]{1,40}"),
        precision=reader.text("precision", pattern=r"[a-z0-9]{0,40}"),
        size=_size(reader),
        output_sha256=reader.text("output_sha256", pattern=_SHA256),
        tiles=RecipeTiles(**{name: _from_zero(tiles, name) for name in _TILES}),
        count=_from_zero(reader, "count"),
        feather_px=max(0.0, reader.number("feather_px")),
        prompt=_prompt(reader),
        input_sha256=reader.text("input_sha256", pattern=_NO_SHA256) or None,
        mask_sha256=reader.text("mask_sha256", pattern=_NO_SHA256) or None,
        hints_sha256=reader.text("hints_sha256", pattern=_NO_SHA256) or None,
        files=tuple(RecipeFile(file.text("name"), file.text("sha256", pattern=_SHA256)) for file in files),
    )
    for part in (reader, tiles, *files):
        part.finish()
    return recipe


def _task(reader: TableReader) -> Task:
    name = reader.text("task")
    if name in set(Task):
        return Task(name)
    reader.problem("task", f"{name!r} is not one of {', '.join(Task)}")
    return Task.FILTER


def _params(table: object, problems: list[Problem]) -> dict[str, Value]:
    if not isinstance(table, dict):
        problems.append(Problem("params", "is not a table"))
        return {}
    for key, value in table.items():
        if not isinstance(value, bool | int | float | str):
            problems.append(Problem(f"params.{key:.60}", "is neither a text nor a number, true or false"))
    return table


def _from_zero(reader: TableReader, key: str, most: int = 2**31 - 1) -> int:
    value = reader.whole(key, most=most)
    if value < 0:
        reader.problem(key, "is below 0")
    return max(0, value)


def _size(reader: TableReader) -> Size:
    sides = _numbers(reader, "size", reader.items("size"), 2)
    return Size(*(max(1, int(side)) for side in sides))


def _prompt(reader: TableReader) -> Prompt | None:
    wanted, unwanted = (
        tuple(Point(*_numbers(reader, key, item, 2)) for item in reader.items(key))
        for key in ("points", "not_points")
    )
    corners = reader.items("box")
    box = Rect(*(int(corner) for corner in _numbers(reader, "box", corners, 4))) if corners else None
    return Prompt(wanted, unwanted, box) if wanted or unwanted or box else None


def _numbers(reader: TableReader, key: str, items: object, count: int) -> tuple[float, ...]:
    """So many numbers from 0 on; zeros where it is not so."""
    found = items if isinstance(items, list) else []
    if len(found) == count and all(
        isinstance(item, int | float) and not isinstance(item, bool) and 0 <= item <= _LARGEST for item in found
    ):
        return tuple(found)
    reader.problem(key, f"is not {count} numbers from 0 on")
    return (0,) * count
