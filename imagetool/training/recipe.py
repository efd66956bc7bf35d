"""A recipe: the file that says how one file of weights is made."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imagetool.plugin.errors import Problem
from imagetool.plugin.tables import TableReader
from imagetool.training.errors import BadRecipe


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is trained, on what, and how; `network` and `task` are read by the plugin that trains.

    Attributes:
        path: The file.
        text: What it says, word for word.
        plugin: The folder of the plugin whose `train` module follows the recipe.
        weights: Name of the file that comes of it, without suffix.
        start: A file of weights to begin from, or None.
        shards: Patterns of the tar files to learn from.
        minutes: How long, where the command line does not say.
        batch: Crops in one step.
        learning_rate: The highest.
        final_learning_rate: That of the last step.
        warm_up: Share of the time in which the rate rises to its highest.
        ema: How much of the averaged weights a step keeps.
        seed: Of every random choice.
        network: The layout of the network.
        task: Everything else, for the plugin.
    """

    path: Path
    text: str
    plugin: str
    weights: str
    start: Path | None
    shards: tuple[str, ...]
    minutes: float
    batch: int
    learning_rate: float
    final_learning_rate: float
    warm_up: float
    ema: float
    seed: int
    network: Mapping[str, Any]
    task: Mapping[str, Any]

    @classmethod
    def read(cls, path: Path) -> Recipe:
        """Reads a recipe.

        Raises:
            BadRecipe: naming every problem with its place.
        """
        try:
            text = path.read_text("utf-8")
            table = tomllib.loads(text)
        except (OSError, ValueError) as error:
            raise BadRecipe(path, str(error)) from None
        problems: list[Problem] = []
        recipe = _read(path, text, table, problems)
        if problems:
            raise BadRecipe(path, "; ".join(f"{problem.place} {problem.what}" for problem in problems))
        return recipe


def _read(path: Path, text: str, table: dict[str, Any], problems: list[Problem]) -> Recipe:
    free = {name: table.pop(name, {}) for name in ("network", "task")}
    for name, value in free.items():
        if not isinstance(value, dict) or not value:
            problems.append(Problem(name, "is not a table with keys"))
    reader = TableReader(table, "", problems)
    start = reader.text("start", "")
    recipe = Recipe(
        path=path,
        text=text,
        plugin=reader.text("plugin", pattern=r"[a-z][a-z0-9_]*"),
        weights=reader.text("weights", pattern=r"[a-z][a-z0-9-]*"),
        start=path.parent / start if start else None,
        shards=tuple(str(pattern) for pattern in reader.items("shards")),
        minutes=reader.number("minutes"),
        batch=reader.whole("batch"),
        learning_rate=reader.number("learning_rate"),
        final_learning_rate=reader.number("final_learning_rate"),
        warm_up=reader.number("warm_up"),
        ema=reader.number("ema"),
        seed=reader.whole("seed", 0),
        **free,
    )
    if not problems and not 0 < recipe.final_learning_rate <= recipe.learning_rate:
        reader.problem("final_learning_rate", "is not above 0 and at most learning_rate")
    if not problems and (recipe.batch < 1 or recipe.minutes <= 0):
        reader.problem("batch", "and minutes must be above 0")
    if not problems and not (0 <= recipe.ema < 1 and 0 <= recipe.warm_up < 1):
        reader.problem("ema", "and warm_up are shares from 0 to 1")
    reader.finish()
    return recipe
