"""What lies on an old print: marks with an opacity and a colour, each of one kind of damage."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from imagetool.core.geometry import Size

Plane: TypeAlias = npt.NDArray[np.float32]
"""(H, W)."""

Colours: TypeAlias = npt.NDArray[np.float32]
"""(H, W, 3) RGB in [0, 1], or (3,) for one colour everywhere."""

USUAL_SIDE_PX = 160
"""Numbers of marks are given for a picture of this side."""


class Kind(IntEnum):
    """Kinds of damage; 0 is none."""

    SCRATCH = 1
    DUST = 2
    HAIR = 3
    FOLD = 4
    STAIN = 5
    TEAR = 6


@dataclass(frozen=True, eq=False, slots=True)
class Mark:
    """Something that lies on a print.

    Attributes:
        kind: Which damage it is.
        opacity: (H, W) in [0, 1].
        colour: What is seen where it is opaque.
        shines_through: Whether it colours the print, as a stain does, and does not cover it.
    """

    kind: Kind
    opacity: Plane
    colour: Colours
    shines_through: bool = False

    def over(self, picture: Colours) -> Colours:
        """A picture (H, W, 3) with the mark on it."""
        rows, columns = (np.flatnonzero(self.opacity.any(axis=axis)) for axis in (1, 0))
        if not len(rows):
            return picture
        box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
        below, there = picture[box], self.opacity[box][..., None]
        colour = self.colour[box] if self.colour.ndim == 3 else self.colour
        marked = picture.copy()
        marked[box] = below + there * ((below * colour if self.shines_through else colour) - below)
        return marked


@dataclass(frozen=True, eq=False, slots=True)
class Materials:
    """What an old print is made of, and what lies about where it was kept; colours (3,) in [0, 1].

    Attributes:
        paper: Seen where the emulsion is gone.
        dirt: Dark dust, hairs and the dark sides of folds.
        dust: What specks of dust leave: bright where they lay on the negative, dark on the scanner's glass.
        behind: Seen where the print itself is gone.
        fluid: What a stain multiplies colours by.
    """

    paper: Colours
    dirt: Colours
    dust: Colours
    behind: Colours
    fluid: Colours

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Materials:
        """Of one print."""
        paper = rng.uniform(0.78, 1.0) * np.array([1.0, rng.uniform(0.93, 1.0), rng.uniform(0.8, 1.0)])
        dirt = rng.uniform(0.0, 0.22) * np.array([1.0, rng.uniform(0.8, 1.0), rng.uniform(0.6, 1.0)])
        dust = paper if rng.random() < 0.65 else dirt
        behind = _one_of([paper, dirt, np.ones(3), np.full(3, rng.uniform(0, 1)), rng.uniform(0.1, 0.9, 3)], rng)
        brown = np.array([1.0, rng.uniform(0.72, 0.95), rng.uniform(0.35, 0.8)])
        fluid = rng.uniform(0.4, 0.85) * _one_of([brown, brown, rng.uniform(0.55, 1.0, 3), np.ones(3)], rng)
        return cls(*(np.asarray(colour, np.float32) for colour in (paper, dirt, dust, behind, fluid)))

    def either(self, rng: np.random.Generator, bright: float) -> Colours:
        """Paper, with a chance of `bright`, or dirt, or now and then a colour; never quite the same twice."""
        colour = self.paper if rng.random() < bright else self.dirt
        if rng.random() < 0.04:
            colour = rng.uniform(0.1, 1.0, 3).astype(np.float32)
        chosen: Colours = np.clip(colour * np.float32(rng.uniform(0.9, 1.1)), 0, 1)
        return chosen


def extent(size: Size) -> float:
    """How many times `USUAL_SIDE_PX` the sides are, on average."""
    return float(np.sqrt(size.pixels)) / USUAL_SIDE_PX


def number(mean: float, rng: np.random.Generator) -> int:
    """How many there are of something that is there: 1 or more."""
    return 1 + int(rng.poisson(max(0.0, mean - 1)))


def between(low: float, high: float, rng: np.random.Generator) -> float:
    """A length: each doubling is as likely as the next."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _one_of(colours: list[npt.NDArray[np.float64]], rng: np.random.Generator) -> npt.NDArray[np.float64]:
    return colours[rng.integers(len(colours))]
