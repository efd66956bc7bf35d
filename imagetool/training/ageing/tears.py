"""Where the print itself is gone: torn corners, rips, emulsion that has come off."""

from __future__ import annotations

import cv2
import numpy as np

from imagetool.core.geometry import Size
from imagetool.training.ageing.marks import Colours, Kind, Mark, Materials, Plane, between, extent, number
from imagetool.training.ageing.shapes import (
    Drawing,
    Points,
    blank,
    blot,
    clouds,
    drawn_line,
    filled,
    jagged,
    opacity,
    ramp,
    somewhere,
)


def tears(size: Size, stuff: Materials, rng: np.random.Generator) -> list[Mark]:
    """A corner, a piece of a side, a rip, or flakes."""
    chance = rng.random()
    if chance < 0.35:
        return _gone(size, _corner(size, rng), stuff, rng)
    if chance < 0.5:
        return _gone(size, _piece_of_a_side(size, rng), stuff, rng)
    if chance < 0.75:
        return _rip(size, stuff, rng)
    return [mark for _ in range(number(2.5 * extent(size), rng)) for mark in _flake(size, stuff, rng)]


def _gone(size: Size, outline: Points, stuff: Materials, rng: np.random.Generator) -> list[Mark]:
    """What lies behind the print shows, and along the edge a rim of torn paper."""
    hole = blank(size)
    filled(hole, outline)
    marks = [Mark(Kind.TEAR, opacity(hole), _surface(size, stuff.behind, rng))]
    if rng.random() < 0.9:
        marks.insert(
            0, Mark(Kind.TEAR, _fibres(hole, between(1.5, 9.0, rng), rng), _surface(size, stuff.paper, rng))
        )
    return marks


def _corner(size: Size, rng: np.random.Generator) -> Points:
    """The outline of a torn corner."""
    reach = np.array([between(12, 90, rng), between(12, 90, rng)]) * max(1.0, extent(size) ** 0.5)
    corner = rng.integers(0, 2, 2) * (size.width, size.height)
    inwards = np.where(corner > 0, -1, 1) * reach
    outside = corner - 3 * np.sign(inwards)
    start, end = np.array([corner[0] + inwards[0], outside[1]]), np.array([outside[0], corner[1] + inwards[1]])
    return np.vstack([jagged(start, end, rng.uniform(0.02, 0.12), rng), outside[None]])


def _piece_of_a_side(size: Size, rng: np.random.Generator) -> Points:
    """The outline of a strip or a bite along a side; drawn for the left one, then turned."""
    side = int(rng.integers(4))
    deep, long = (size.width, size.height) if side < 2 else (size.height, size.width)
    begin, length = rng.uniform(-0.3, 0.8) * long, between(0.15, 1.5, rng) * long
    depth = between(5, 50, rng) * max(1.0, extent(size) ** 0.5)
    middle = np.array([depth, begin + length / 2])
    halves = [
        jagged(np.array([-3.0, begin]), middle, 0.08, rng),
        jagged(middle, np.array([-3.0, begin + length]), 0.08, rng),
    ]
    points = np.vstack(halves)
    if side % 2:
        points[:, 0] = deep - points[:, 0]
    return points if side < 2 else points[:, ::-1]


def _rip(size: Size, stuff: Materials, rng: np.random.Generator) -> list[Mark]:
    """From a side inwards, wide at the side and narrow at its end."""
    start = somewhere(size, rng)
    axis = int(rng.integers(2))
    start[axis] = rng.choice([-2.0, size[axis] + 2.0])
    end = start + (somewhere(size, rng) - start) * rng.uniform(0.4, 1.0)
    line = jagged(start, end, rng.uniform(0.02, 0.1), rng)
    gap, fibres = blank(size), blank(size)
    width_px = between(1.5, 7.0, rng)
    for index in range(len(line) - 1):
        left = 1 - index / len(line)
        drawn_line(fibres, line[index : index + 2], (2.2 * width_px) * left + 1, np.full(2, rng.uniform(0.7, 1.0)))
        drawn_line(gap, line[index : index + 2], width_px * left + 0.5, np.full(2, 0.95))
    torn = Mark(Kind.TEAR, opacity(fibres), _surface(size, stuff.paper, rng))
    return [torn, Mark(Kind.TEAR, opacity(gap), stuff.behind)] if rng.random() < 0.6 else [torn]


def _flake(size: Size, stuff: Materials, rng: np.random.Generator) -> list[Mark]:
    """A piece of emulsion that has come off, and sometimes the crack around it."""
    plane = blank(size)
    outline = blot(somewhere(size, rng), between(2.5, 26, rng), 0.45, rng)
    outline = np.vstack(
        [jagged(a, b, 0.12, rng) for a, b in zip(outline, np.roll(outline, -1, axis=0), strict=True)]
    )
    filled(plane, outline)
    marks = [Mark(Kind.TEAR, opacity(plane), _surface(size, stuff.paper, rng))]
    if rng.random() < 0.4:
        rim = blank(size)
        drawn_line(rim, outline, between(0.8, 2.5, rng), ramp(len(outline), 6, rng, 0.2, 0.9))
        marks.append(Mark(Kind.TEAR, opacity(rim), stuff.dirt))
    return marks


def _fibres(hole: Drawing, width_px: float, rng: np.random.Generator) -> Plane:
    """The opacity of a rim around a hole that is wide here and narrow there."""
    far_px = cv2.distanceTransform(np.where(hole > 127, 0, 255).astype(np.uint8), cv2.DIST_L2, 3)
    size = Size(hole.shape[1], hole.shape[0])
    reach_px = width_px * np.clip(0.8 + 0.5 * clouds(size, 9, rng) + 0.2 * clouds(size, 2, rng), 0, 2)
    fibres: Plane = np.clip(reach_px - far_px + 0.5, 0, 1).astype(np.float32)
    return fibres


def _surface(size: Size, colour: Colours, rng: np.random.Generator) -> Colours:
    """A colour as a surface has it: a little uneven."""
    uneven = rng.uniform(0, 0.05) * clouds(size, between(15, 80, rng), rng)
    rough = rng.uniform(0, 0.03) * clouds(size, 1, rng)
    surface: Colours = np.clip(colour + (uneven + rough)[..., None], 0, 1).astype(np.float32)
    return surface
