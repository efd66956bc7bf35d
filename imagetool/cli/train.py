"""`train RECIPE --data DIR --out DIR`: makes a file of weights."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from imagetool.catalog.places import Places
from imagetool.cli.errors import UsageError
from imagetool.training.errors import BadRecipe
from imagetool.training.recipe import Recipe
from imagetool.training.session import Plan, train

RECIPES = "recipes"
"""The folder of a plugin that holds its recipes."""


def run_training(options: argparse.Namespace) -> None:
    """Trains by a recipe, given as a file or as plugin/name; prints the path of the weights."""
    plugins = Places.find().bundled_plugins
    recipe = Recipe.read(_recipe_path(options.recipe, plugins))
    if not (plugins / recipe.plugin / "train.py").is_file():
        raise BadRecipe(recipe.path, f"the plugin {recipe.plugin!r} has no train.py")
    if str(plugins.parent) not in sys.path:
        sys.path.append(str(plugins.parent))  # an installed wheel keeps the plugins inside the package
    plan = Plan(
        recipe=recipe,
        package=f"{plugins.name}.{recipe.plugin}",
        data=Path(options.data),
        folder=Path(options.out),
        minutes=options.minutes or recipe.minutes,
        resume=options.resume,
        device=options.device,
        devices=options.devices,
    )
    print(train(plan))


def _recipe_path(text: str, plugins: Path) -> Path:
    given = Path(text)
    for path in (given, plugins / given.parent / RECIPES / f"{given.name}.toml"):
        if path.is_file():
            return path
    known = sorted(f"{path.parent.parent.name}/{path.stem}" for path in plugins.glob(f"*/{RECIPES}/*.toml"))
    raise UsageError(f"There is no recipe “{text}”. Give a file, or one of {', '.join(known)}.")
