"""Thin damage: scratches, hairs, dust."""

from __future__ import annotations

import numpy as np

from imagetool.core.geometry import Size
from imagetool.training.ageing.marks import Kind, Mark, Materials, Plane, between, extent, number
from imagetool.training.ageing.shapes import (
    Points,
    blank,
    blot,
    drawn_line,
    filled,
    opacity,
    ramp,
    softened,
    somewhere,
    wandering,
)

FILM, SCUFFED = 0.25, 0.2
"""Shares of the scratched pictures whose scratches run along the film, and that have rubbed on something."""


def scratches(size: Size, stuff: Materials, rng: np.random.Generator) -> list[Mark]:
    """Long thin lines, brighter or darker than the print, that fade out and come again."""
    chance = rng.random()
    if chance < FILM:
        return _along_the_film(size, stuff, rng)
    if chance < FILM + SCUFFED:
        return [_scuff(size, stuff, rng) for _ in range(number(1.8 * extent(size), rng))]
    return [mark for _ in range(number(3.0 * extent(size), rng)) for mark in _scratch(size, stuff, rng)]


def hairs(size: Size, stuff: Materials, rng: np.random.Generator) -> list[Mark]:
    """Curled thin lines that are equally strong everywhere."""
    plane, colour = blank(size), stuff.either(rng, bright=0.5)
    for _ in range(number(2.5 * extent(size), rng)):
        length_px = between(14, 130, rng)
        points = wandering(somewhere(size, rng), rng.uniform(0, 2 * np.pi), length_px, between(0.2, 1.8, rng), rng)
        drawn_line(plane, points, between(0.8, 2.6, rng), np.full(len(points), rng.uniform(0.65, 1.0)))
    return [Mark(Kind.HAIR, opacity(plane), colour)]


def dust(size: Size, stuff: Materials, rng: np.random.Generator) -> list[Mark]:
    """Specks, a few or very many, most of them tiny."""
    plane = blank(size)
    few = rng.random() < 0.6
    largest_px = between(2.0, 8.0 if few else 3.0, rng)
    for _ in range(number((7 if few else 40) * extent(size) ** 2 * rng.uniform(0.3, 1.5), rng)):
        radius_px = between(0.6, largest_px, rng)
        filled(plane, blot(somewhere(size, rng), radius_px, 0.35, rng), rng.uniform(0.6, 1.0))
    return [Mark(Kind.DUST, opacity(plane), stuff.dust)]


def _scratch(size: Size, stuff: Materials, rng: np.random.Generator) -> list[Mark]:
    length_px = between(25, 220, rng) * max(1.0, extent(size) ** 0.5)
    points = wandering(somewhere(size, rng), rng.uniform(0, 2 * np.pi), length_px, rng.uniform(0, 0.12), rng)
    width_px = between(0.8, 5.0, rng)
    core = Mark(Kind.SCRATCH, _line(size, points, width_px, rng), stuff.either(rng, bright=0.7))
    if width_px < 2 or rng.random() < 0.7:
        return [core]
    rim = Mark(Kind.SCRATCH, _line(size, points, width_px + 2, rng) * np.float32(0.5), stuff.dirt)
    return [rim, core]


def _along_the_film(size: Size, stuff: Materials, rng: np.random.Generator) -> list[Mark]:
    """Nearly straight lines from edge to edge, all in one direction."""
    upright, marks = rng.random() < 0.75, []
    across, along = (size.width, size.height) if upright else (size.height, size.width)
    for _ in range(number(2.2 * extent(size), rng)):
        count = max(2, along // 8)
        aside = rng.uniform(0, across) + np.cumsum(rng.normal(0, 0.12, count)) + ramp(count, 3, rng, -2, 2)
        points = np.stack([aside, np.linspace(-4, along + 4, count)], axis=1)
        line = _line(size, points if upright else points[:, ::-1], between(0.7, 2.5, rng), rng)
        marks.append(Mark(Kind.SCRATCH, line, stuff.either(rng, bright=0.7)))
    return marks


def _scuff(size: Size, stuff: Materials, rng: np.random.Generator) -> Mark:
    """Many short parallel lines close together."""
    plane, middle = blank(size), somewhere(size, rng)
    heading_rad, spread_px = rng.uniform(0, 2 * np.pi), between(4, 24, rng)
    for _ in range(number(9, rng)):
        start = middle + rng.normal(0, spread_px, 2)
        points = wandering(start, heading_rad + rng.normal(0, 0.08), between(8, 70, rng), 0.02, rng)
        drawn_line(plane, points, between(0.6, 1.8, rng), ramp(len(points), 4, rng, 0.2, 0.9))
    return Mark(Kind.SCRATCH, opacity(plane), stuff.either(rng, bright=0.75))


def _line(size: Size, points: Points, width_px: float, rng: np.random.Generator) -> Plane:
    """The opacity of a line that is stronger here and weaker there, and sometimes not there at all."""
    plane, strongest = blank(size), rng.uniform(0.65, 1.15)
    knots = max(3, len(points) // 8)
    strength = strongest * ramp(len(points), knots, rng, -0.25 if rng.random() < 0.4 else 0.35, 1.2)
    drawn_line(plane, points, width_px, np.clip(strength, 0, 1))
    if rng.random() < 0.3:
        plane = softened(plane, rng.uniform(0.4, 0.9))
    return opacity(plane)
