"""Wandering lines, jagged edges, blots and clouds, drawn into planes."""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from imagetool.core.geometry import Size
from imagetool.training.ageing.marks import Plane

Points: TypeAlias = npt.NDArray[np.float64]
"""(N, 2), x and y in pixels."""

Drawing: TypeAlias = npt.NDArray[np.uint8]
"""(H, W), drawn into with OpenCV; 255 is opaque."""

STEP_PX = 3.0
"""Length of the straight pieces of a line."""

_SHIFT = 4  # OpenCV draws at multiples of 1/16 of a pixel


def wandering(
    start: Points, heading_rad: float, length_px: float, turns: float, rng: np.random.Generator
) -> Points:
    """A line whose heading changes slowly, by about `turns` full turns in all."""
    count = max(2, round(length_px / STEP_PX))
    curvature = ramp(count, max(2, count // 12), rng, -1.0, 1.0) + rng.uniform(-0.7, 0.7)
    headings = heading_rad + np.cumsum(curvature) * turns * 2 * np.pi / count
    steps = np.stack([np.cos(headings), np.sin(headings)], axis=1) * (length_px / count)
    return np.vstack([start, start + np.cumsum(steps, axis=0)])


def jagged(start: Points, end: Points, roughness: float, rng: np.random.Generator) -> Points:
    """A torn edge from one point to another: halved again and again, each middle moved aside."""
    points = np.array([start, end], np.float64)
    while (length := float(np.hypot(*(points[1] - points[0])))) > 2 * STEP_PX:
        middles = (points[:-1] + points[1:]) / 2
        middles = middles + rng.normal(0, roughness * length, middles.shape)
        woven = np.empty((2 * len(points) - 1, 2))
        woven[::2], woven[1::2] = points, middles
        points = woven
    return points


def blot(centre: Points, radius_px: float, roughness: float, rng: np.random.Generator) -> Points:
    """The outline of a spot that is no circle."""
    count = max(8, round(radius_px * 2))
    angles = np.arange(count) / count * 2 * np.pi
    waves = sum(
        rng.normal(0, roughness / order) * np.cos(order * angles + rng.uniform(0, 2 * np.pi))
        for order in range(1, 9)
    )
    radii = radius_px * np.clip(1 + waves, 0.25, 2.5)
    flat, turn = rng.uniform(0.5, 1.0), rng.uniform(0, np.pi)
    x, y = radii * np.cos(angles), flat * radii * np.sin(angles)
    outline: Points = centre + np.stack(
        [x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)], axis=1
    )
    return outline


def drawn_line(plane: Drawing, points: Points, width_px: float, strength: Points) -> None:
    """Draws a line into a plane (H, W); `strength` (N,) in [0, 1] is how opaque it is at each point.

    Lines thinner than a pixel are fainter instead.
    """
    thickness = max(1, round(width_px))
    levels = np.clip(strength * min(1.0, width_px) * 255, 0, 255).round().astype(int)
    places = np.round(points * (1 << _SHIFT)).astype(int)
    for index in range(len(places) - 1):
        begin, end = places[index].tolist(), places[index + 1].tolist()
        cv2.line(plane, begin, end, int(levels[index]), thickness, cv2.LINE_AA, _SHIFT)


def filled(plane: Drawing, outline: Points, strength: float = 1.0) -> None:
    """Fills an outline in a plane (H, W)."""
    places = np.round(outline * (1 << _SHIFT)).astype(np.int32)
    cv2.fillPoly(plane, [places], round(255 * strength), cv2.LINE_AA, _SHIFT)


def blank(size: Size) -> Drawing:
    """A plane with nothing in it."""
    return np.zeros((size.height, size.width), np.uint8)


def softened(plane: Drawing, sigma_px: float) -> Drawing:
    """A drawn plane, blurred."""
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma_px), np.uint8)


def opacity(plane: Drawing) -> Plane:
    """A drawn plane, from 0 to 1."""
    return plane.astype(np.float32) / np.float32(255)


def ramp(count: int, knots: int, rng: np.random.Generator, low: float, high: float) -> Points:
    """Numbers (count,) between two others that change slowly, with so many turning points."""
    values = rng.uniform(low, high, knots)
    return np.interp(np.linspace(0, knots - 1, count), np.arange(knots), values)


def clouds(size: Size, cell_px: float, rng: np.random.Generator) -> Plane:
    """Smooth noise of mean 0 and a standard deviation of about 1 whose spots are so large."""
    rows, columns = (max(2, round(side / cell_px) + 2) for side in (size.height, size.width))
    coarse = rng.standard_normal((rows, columns), np.float32)
    if cell_px <= 1:
        return coarse[: size.height, : size.width]
    return np.asarray(cv2.resize(coarse, tuple(size), interpolation=cv2.INTER_CUBIC), np.float32)


def somewhere(size: Size, rng: np.random.Generator) -> Points:
    """A point of the picture."""
    return rng.uniform((0.0, 0.0), (size.width, size.height))
