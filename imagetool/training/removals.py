"""Things to be removed from photos: a table of them, each with a mask of its own.

The table is `removals.toml` in a folder of masks:

    [[removal]]
    name = "bird"                # the mask is bird.png, white where the thing is
    photo = "gb82/sand.webp"     # below the folder of the photos
    what = "a bird on sand"
    difficulty = "easy"          # easy, medium or hard
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from imagetool.plugin.errors import Problem
from imagetool.plugin.tables import TableReader
from imagetool.training.errors import BadRemovals

TABLE = "removals.toml"

DIFFICULTIES = ("easy", "medium", "hard")


@dataclass(frozen=True, slots=True)
class Removal:
    """One thing that is to go.

    Attributes:
        name: Of the removal, and of its mask without suffix.
        photo: Path of the photo, below the folder of all photos.
        what: The thing and what is around it, in a few words.
        difficulty: One of `DIFFICULTIES`.
        mask: Path of the mask.
    """

    name: str
    photo: str
    what: str
    difficulty: str
    mask: Path


def read_removals(folder: Path) -> tuple[Removal, ...]:
    """The removals of a folder, in the order of its table.

    Raises:
        BadRemovals: naming every problem with its place.
    """
    path = folder / TABLE
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BadRemovals(path, str(error)) from None
    problems: list[Problem] = []
    reader = TableReader(table, "", problems)
    removals = tuple(_removal(folder, row) for row in reader.tables("removal"))
    reader.finish()
    if not removals and not problems:
        problems.append(Problem("removal", "has no entry"))
    if problems:
        raise BadRemovals(path, "; ".join(f"{problem.place} {problem.what}" for problem in problems))
    return removals


def _removal(folder: Path, reader: TableReader) -> Removal:
    name = reader.text("name", pattern="[a-z0-9-]+")
    removal = Removal(
        name=name,
        photo=reader.text("photo"),
        what=reader.text("what"),
        difficulty=reader.text("difficulty", pattern="|".join(DIFFICULTIES)),
        mask=folder / f"{name}.png",
    )
    reader.finish()
    return removal
