"""What was otherwise when a result was made again, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from imagetool.catalog.catalog import Catalog, CatalogModel
from imagetool.catalog.errors import CatalogError
from imagetool.core.errors import ImagetoolError
from imagetool.jobs.recipe import Recipe
from imagetool.plugin.errors import ParameterError
from imagetool.plugin.parameters import Params, Value

_SHOWN = 40


class RecipeModelMissing(ImagetoolError):
    """The model of a recipe is not installed."""

    def __init__(self, model: str, version: str) -> None:
        self.model, self.version = model, version
        super().__init__(
            f"The recipe's model “{model}” (version {version}) is not installed. Install its plugin, or choose "
            "another model for the same recipe."
        )


class RecipeOfOtherTask(ImagetoolError):
    """A recipe does not fit what is to be done."""

    def __init__(self, recipe_task: str, task: str) -> None:
        self.recipe_task, self.task = recipe_task, task
        super().__init__(f"The recipe is for {recipe_task}, not for {task}. Use “run {recipe_task}”.")


def model_of(recipe: Recipe, catalog: Catalog) -> CatalogModel:
    """The recipe's model, of whatever version is there.

    Raises:
        RecipeModelMissing: where it is not installed.
    """
    try:
        return catalog.find(recipe.task, recipe.model)
    except CatalogError:
        raise RecipeModelMissing(recipe.model, recipe.plugin_version) from None


def params_of(recipe: Recipe, model: CatalogModel, other: Mapping[str, Value] | None = None) -> Params:
    """The recipe's values and `other` ones in their place, as far as the model takes them; else its defaults."""
    values = {}
    for parameter in model.entry.parameters:
        if parameter.id in recipe.params:
            try:
                values[parameter.id] = parameter.check(recipe.params[parameter.id])
            except ParameterError:
                continue
    return Params.checked(model.entry.parameters, {**values, **(other or {})})


def departures(recipe: Recipe, made: Recipe) -> tuple[str, ...]:
    """In what `made` was made otherwise than `recipe`; empty where nothing was."""
    return tuple(_departures(recipe, made))


def _departures(recipe: Recipe, made: Recipe) -> Iterator[str]:
    yield from _inputs(recipe, made)
    if recipe.model != made.model:
        yield f"The model is {made.model}, not {recipe.model}."
    elif recipe.plugin_version != made.plugin_version:
        yield f"The plugin has version {made.plugin_version}, not {recipe.plugin_version}."
    if recipe.model == made.model and recipe.weights_sha256 != made.weights_sha256:
        yield "The weights are others."
    yield from _values(recipe.params, made.params)
    for what in ("seed", "count", "size"):
        before, after = getattr(recipe, what), getattr(made, what)
        if before != after:
            yield f"The {what} is {after}, not {before}."
    if recipe.prompt != made.prompt:
        yield "Something else was pointed at."
    before, after = (f"{one.device} in {one.precision}" for one in (recipe, made))
    if before != after:
        yield f"It ran on {after}, not on {before}."
    if recipe.tiles.tile_px != made.tiles.tile_px:
        yield f"The tiles were {made.tiles.tile_px} px, not {recipe.tiles.tile_px} px."
    if recipe.imagetool != made.imagetool:
        yield f"imagetool has version {made.imagetool}, not {recipe.imagetool}."


def _inputs(recipe: Recipe, made: Recipe) -> Iterator[str]:
    for name, before, after in (
        ("input", recipe.input_sha256, made.input_sha256),
        ("mask", recipe.mask_sha256, made.mask_sha256),
        ("hints", recipe.hints_sha256, made.hints_sha256),
    ):
        if before != after:
            verb, other = ("are", "others") if name == "hints" else ("is", "another one")
            told = other if before and after else f"{'' if after else 'not '}given now"
            yield f"The {name} {verb} {told}."


def _values(before: Mapping[str, Value], after: Mapping[str, Value]) -> Iterator[str]:
    for name in (*before, *(name for name in after if name not in before)):
        if name not in after:
            yield f"The model has no parameter “{name}” any more."
        elif name not in before:
            yield f"“{name}”, which the recipe does not know, is {_short(after[name])}."
        elif before[name] != after[name] or type(before[name]) is not type(after[name]):
            yield f"“{name}” is {_short(after[name])}, not {_short(before[name])}."


def _short(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = f"{value:g}" if isinstance(value, float) else str(value)
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
