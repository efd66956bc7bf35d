"""Stains: soft discolouration with a darker rim, tide marks, and specks of mould."""

from __future__ import annotations

import numpy as np

from imagetool.core.geometry import Size
from imagetool.training.ageing.marks import Kind, Mark, Materials, Plane, between, extent, number
from imagetool.training.ageing.shapes import Drawing, blank, blot, clouds, filled, opacity, softened, somewhere

MOULD, BLEACHED = 0.2, 0.25
"""Shares of the stains that are many small spots, and of the others those that have lost colour."""


def stains(size: Size, stuff: Materials, rng: np.random.Generator) -> list[Mark]:
    """A few of them."""
    if rng.random() < MOULD:
        return [_mould(size, stuff, rng)]
    return [_stain(size, stuff, rng) for _ in range(number(1.5 * extent(size) ** 0.5, rng))]


def _stain(size: Size, stuff: Materials, rng: np.random.Generator) -> Mark:
    """One: even in the middle or cloudy, or hardly more than its rim."""
    plane = blank(size)
    radius_px = between(6, 30, rng) * max(1.0, extent(size) ** 0.5)
    filled(plane, blot(somewhere(size, rng), radius_px, 0.25, rng))
    inside = opacity(softened(plane, between(0.7, 2.5, rng)))
    strength = rng.uniform(0.0, 0.25) if rng.random() < 0.2 else rng.uniform(0.45, 0.95)
    body = strength * inside * np.clip(1 + rng.uniform(0, 0.35) * clouds(size, radius_px / 2, rng), 0.3, 1.5)
    rim = _rim(plane, between(0.8, 3.5, rng)) * rng.uniform(0.3, 0.95)
    there = np.clip(np.maximum(body, rim), 0, 1).astype(np.float32)
    if rng.random() < BLEACHED:
        return Mark(Kind.STAIN, there * np.float32(rng.uniform(0.5, 0.9)), stuff.paper)
    return Mark(Kind.STAIN, there, stuff.fluid, shines_through=True)


def _rim(plane: Drawing, sigma_px: float) -> Plane:
    """A band along the edge of what is filled, 1 at its strongest."""
    soft = opacity(softened(plane, sigma_px))
    rim: Plane = 4 * soft * (1 - soft)
    return rim


def _mould(size: Size, stuff: Materials, rng: np.random.Generator) -> Mark:
    """Spots around one place."""
    plane, middle = blank(size), somewhere(size, rng)
    spread_px = between(10, 60, rng) * max(1.0, extent(size) ** 0.5)
    for _ in range(number(14, rng)):
        at = middle + rng.normal(0, spread_px, 2)
        filled(plane, blot(at, between(1.2, 6.0, rng), 0.4, rng), rng.uniform(0.4, 1.0))
    soft = opacity(softened(plane, between(0.5, 1.5, rng)))
    return Mark(Kind.STAIN, soft, stuff.fluid * np.float32(0.8), shines_through=True)
