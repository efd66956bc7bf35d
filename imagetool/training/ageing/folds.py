"""Folds: a bright ridge, a dark side, flakes that have come off, and cracks that branch from it."""

from __future__ import annotations

import numpy as np

from imagetool.core.geometry import Size
from imagetool.training.ageing.marks import Kind, Mark, Materials, Plane, between, number
from imagetool.training.ageing.shapes import (
    Drawing,
    Points,
    blank,
    blot,
    drawn_line,
    filled,
    jagged,
    opacity,
    ramp,
    softened,
    wandering,
)


def folds(size: Size, stuff: Materials, rng: np.random.Generator) -> list[Mark]:
    """One or two lines from side to side, or around a corner."""
    return [mark for _ in range(number(1.5, rng)) for mark in _fold(size, stuff, rng)]


def _fold(size: Size, stuff: Materials, rng: np.random.Generator) -> list[Mark]:
    line = jagged(*_ends(size, rng), rng.uniform(0.004, 0.03), rng)
    width_px = between(1.0, 6.0, rng)
    ridge = blank(size)
    low = 0.1 if rng.random() < 0.5 else 0.5
    drawn_line(
        ridge, line, width_px, ramp(len(line), max(3, len(line) // 5), rng, low, 1.1) * rng.uniform(0.5, 1.0)
    )
    _flakes(ridge, line, width_px, rng)
    if rng.random() < 0.35:
        _cracks(ridge, line, rng)
    marks = [Mark(Kind.FOLD, opacity(ridge), stuff.paper)]
    if rng.random() < 0.7:
        marks.insert(0, Mark(Kind.FOLD, _side(size, line, width_px, rng), stuff.dirt))
    return marks


def _ends(size: Size, rng: np.random.Generator) -> tuple[Points, Points]:
    """Points on two different sides; mostly of opposite sides, at about the same place."""
    width, height = size.width, size.height
    share = rng.uniform(0.1, 0.9)
    other = share + rng.normal(0, 0.08)
    if rng.random() < 0.25:  # a corner that was bent
        at, sides = rng.uniform(0.15, 0.7, 2) * (width, height), rng.integers(0, 2, 2) * (width, height)
        return np.array([abs(sides[0] - at[0]), sides[1]]), np.array([sides[0], abs(sides[1] - at[1])])
    if rng.random() < 0.5:
        return np.array([-2.0, share * height]), np.array([width + 2.0, other * height])
    return np.array([share * width, -2.0]), np.array([other * width, height + 2.0])


def _flakes(plane: Drawing, line: Points, width_px: float, rng: np.random.Generator) -> None:
    """Emulsion that has come off along the line."""
    for _ in range(rng.poisson(len(line) * rng.choice([0.0, 0.05, 0.25]))):
        at = line[rng.integers(len(line))] + rng.normal(0, width_px, 2)
        filled(plane, blot(at, between(1.0, 2.5 + width_px, rng), 0.5, rng), rng.uniform(0.7, 1.0))


def _cracks(plane: Drawing, line: Points, rng: np.random.Generator) -> None:
    """Thin lines that run off the fold to both sides."""
    for _ in range(number(6, rng)):
        at, heading_rad = line[rng.integers(len(line))], rng.uniform(0, 2 * np.pi)
        points = wandering(at, heading_rad, between(6, 45, rng), rng.uniform(0, 0.4), rng)
        drawn_line(plane, points, between(0.6, 1.6, rng), np.linspace(rng.uniform(0.5, 1.0), 0.3, len(points)))


def _side(size: Size, line: Points, width_px: float, rng: np.random.Generator) -> Plane:
    """The dark side of a ridge: beside it, softer."""
    plane = blank(size)
    aside = line + rng.normal(0, 0.6 * width_px + 0.5, 2)
    drawn_line(plane, aside, width_px + 1, ramp(len(line), 5, rng, 0.15, 0.7))
    return opacity(softened(plane, between(0.6, 2.5, rng)))
