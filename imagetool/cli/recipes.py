"""`run … --recipe FILE` and `run … --again RECIPE`: keeping what made a result, and making it again."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from imagetool.catalog.catalog import Catalog, CatalogModel
from imagetool.cli.errors import UsageError
from imagetool.cli.tasks import Made
from imagetool.core.differences import Difference, NotComparable, difference
from imagetool.core.files import ReadError, read_picture
from imagetool.core.files.atomic import check_writable
from imagetool.core.picture import Picture
from imagetool.jobs.comparison import Comparison
from imagetool.jobs.departures import RecipeOfOtherTask, departures, model_of, params_of
from imagetool.jobs.errors import ModelFailed
from imagetool.jobs.recipe import Recipe, RecipeFile
from imagetool.jobs.recipe_files import read_recipe, write_recipe
from imagetool.plugin.parameters import Params
from imagetool.plugin.tasks import Task

DEFAULT_DEVICE = "auto"


def check_recipe_target(options: argparse.Namespace) -> None:
    """Whether `--recipe` names a file that can be written; asked before a long job.

    Raises:
        UsageError: where it is a file that the job reads or writes.
        SaveError: where it cannot be written.
    """
    if not options.recipe:
        return
    path = Path(options.recipe)
    for taken in (options.output, options.input, options.mask, options.hints, options.like):
        if taken and os.path.realpath(taken) == os.path.realpath(path):
            raise UsageError(f"--recipe cannot be “{path}”, which is a picture of this job. Name another file.")
    check_writable(path)


@dataclass(frozen=True, slots=True)
class Again:
    """A recipe that is followed, and where it lies."""

    path: Path
    recipe: Recipe

    @classmethod
    def read(cls, options: argparse.Namespace, catalog: Catalog) -> Again | None:
        """The recipe of `--again`, written into the options wherever the command line says nothing else.

        Raises:
            BadRecipe: where the file is none.
            RecipeOfOtherTask: where it is for another task.
            RecipeModelMissing: where its model is not there, and no other one was named.
            UsageError: where it needs a picture to resemble, and none was named.
        """
        if not options.again:
            options.seed = options.seed or 0
            return None
        path = Path(options.again)
        recipe = read_recipe(path)
        if recipe.task != options.task:
            raise RecipeOfOtherTask(recipe.task, options.task)
        if options.model is None:
            options.model = model_of(recipe, catalog).id
        if options.seed is None:
            options.seed = recipe.seed
        options.chosen_device = options.device
        if options.device == DEFAULT_DEVICE:
            options.device = recipe.device
        options.precision, options.tile_px = recipe.precision, recipe.tiles.tile_px
        if recipe.task in _FILLED:
            _FILLED[recipe.task](options, recipe)
        return cls(path, recipe)

    def params(self, model: CatalogModel, texts: dict[str, str]) -> Params:
        """The recipe's values, and those of `--set` in their place."""
        parsed = Params.parsed(model.entry.parameters, texts)
        return params_of(self.recipe, model, {name: parsed[name] for name in texts})

    def earlier(self, made: Recipe) -> list[Picture] | str:
        """The pictures that the recipe's run wrote, or why they cannot be had; none where nothing differs.

        Asked before the new ones are written, which may have the same names.
        """
        if made.output_sha256 == self.recipe.output_sha256:
            return []
        if not self.recipe.files:
            return "the recipe names no file."
        pictures = []
        for file in self.recipe.files:
            path = self.path.parent / file.name
            try:
                if not path.is_file() or _sha256_of_file(path) != file.sha256:
                    return f"“{path.name}” is not there any more as it was written."
                pictures.append(read_picture(path))
            except (OSError, ValueError, ReadError):
                return f"“{path.name}” cannot be read."
        return pictures

    def compared(self, made: Recipe, earlier: list[Picture] | str, outputs: list[Path]) -> Comparison:
        """How the new result relates to the earlier one; `outputs` are the new files."""
        told = departures(self.recipe, made)
        if made.output_sha256 == self.recipe.output_sha256:
            return Comparison(True, None, "", told)
        if isinstance(earlier, str):
            return Comparison(False, None, earlier, told)
        if len(earlier) != len(outputs):
            return Comparison(False, None, f"there are {len(outputs)} pictures, not {len(earlier)}.", told)
        try:
            found = [
                difference(old.pixels, read_picture(new).pixels) for old, new in zip(earlier, outputs, strict=True)
            ]
        except NotComparable as error:
            return Comparison(False, None, str(error), told)
        largest, pixels = max(each.largest for each in found), sum(each.pixels for each in found)
        return Comparison(False, Difference(largest, pixels, found[0].top), "", told)


class AfterJob:
    """What recipes have to do with a job that is done; made before its result is written.

    Hashing and comparing read all pixels, so nothing is done where no recipe was asked for.
    """

    def __init__(self, options: argparse.Namespace, again: Again | None, made: Made) -> None:
        self._target = Path(options.recipe) if options.recipe else None
        self._again = again
        wanted = self._target or again
        feather_px = options.feather or 0.0
        self._recipe = Recipe.of(made.request, made.result, feather_px=feather_px) if wanted else None
        self._earlier = again.earlier(self._recipe) if again and self._recipe else []
        self._outputs = [path for path, _ in made.files]

    def told(self) -> dict[str, Any]:
        """Called once the result is written: writes the recipe, too, and compares; facts for the report."""
        facts: dict[str, Any] = {}
        if self._recipe and self._again:
            facts["again"] = self._again.compared(self._recipe, self._earlier, self._outputs).as_json()
        if self._recipe and self._target:
            folder = self._target.parent
            files = (RecipeFile(_seen_from(folder, path), _sha256_of_file(path)) for path in self._outputs)
            write_recipe(self._target, replace(self._recipe, files=tuple(files)))
            facts["recipe"] = str(self._target)
        return facts


def without_what_is_missing(options: argparse.Namespace, run: Callable[[], Any]) -> Any:
    """Runs a job; where it fails on the recipe's device or in its precision, once more on what is there."""
    asked = options.device, options.precision
    there = getattr(options, "chosen_device", options.device), ""
    try:
        return run()
    except ModelFailed:
        if asked == there:
            raise
    options.device, options.precision = there
    return run()


def _fill_enlarging(options: argparse.Namespace, recipe: Recipe) -> None:
    if options.scale is None and options.size is None and options.print is None:
        options.size = f"{recipe.size.width}x{recipe.size.height}"


def _fill_filling(options: argparse.Namespace, recipe: Recipe) -> None:
    if options.feather is None:
        options.feather = recipe.feather_px


def _fill_generating(options: argparse.Namespace, recipe: Recipe) -> None:
    if recipe.input_sha256 and not options.like:
        raise UsageError("The recipe makes pictures that resemble another one. Name that with --like PICTURE.")
    if options.size is None and not options.like:
        options.size = f"{recipe.size.width}x{recipe.size.height}"
    if options.count == 1:
        options.count = recipe.count


def _fill_selecting(options: argparse.Namespace, recipe: Recipe) -> None:
    prompt = recipe.prompt
    if prompt is None or options.point or options.not_point or options.box:
        return
    options.point = [f"{point.x:.4f},{point.y:.4f}" for point in prompt.wanted]
    options.not_point = [f"{point.x:.4f},{point.y:.4f}" for point in prompt.unwanted]
    if prompt.box:
        options.box = f"{prompt.box.left},{prompt.box.top},{prompt.box.right},{prompt.box.bottom}"


_FILLED: dict[Task, Callable[[argparse.Namespace, Recipe], None]] = {
    Task.UPSCALE: _fill_enlarging,
    Task.INPAINT: _fill_filling,
    Task.GENERATE: _fill_generating,
    Task.SEGMENT: _fill_selecting,
}


def _seen_from(folder: Path, path: Path) -> str:
    with contextlib.suppress(ValueError):  # another drive
        return Path(os.path.relpath(path, folder)).as_posix()
    return str(path.absolute())


def _sha256_of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
