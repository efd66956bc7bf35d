"""Stretches a smooth membrane over a hole: the plain filling, and the correction that makes a filling fit.

Pérez, Gangnet and Blake 2003, Poisson Image Editing: the solution of Laplace's equation with the known values
around the hole. Conjugate gradients, started from the solution at half the size.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from plugins.inpainting.patch_grid import PatchGrid, depths
from plugins.inpainting.pyramid import Level, halved

SHALLOW_PX = 4
"""A hole no deeper than this is solved at once, a deeper one from the solution at half the size."""

MOST_STEPS = 40
"""Iterations on one size; the start is good, so few are needed."""

RESIDUAL = 1e-3
"""The solver stops when the residual is this small, relative to what has to be met."""


def stretch(planes: Tensor, hole: Tensor) -> Tensor:
    """Fills a hole as smoothly as its surroundings allow.

    At the border of the picture, where there is no neighbour, the gradient across the border is zero.

    Args:
        planes: (C, H, W) float32; what lies in the hole is ignored.
        hole: (H, W) bool, not all True.

    Returns:
        (C, H, W) float32, unchanged outside the hole.
    """
    guess = torch.zeros_like(planes)
    if bool((depths(hole, SHALLOW_PX + 1) > SHALLOW_PX).any()):
        coarser = halved(Level(planes, hole))
        if not bool(coarser.hole.all()):
            small = stretch(coarser.planes, coarser.hole)[None]
            guess = functional.interpolate(small, scale_factor=2.0, mode="bilinear")[0]
            guess = guess[:, : hole.shape[0], : hole.shape[1]]
    return _solved(torch.where(hole, guess, planes), hole)


def _solved(planes: Tensor, hole: Tensor) -> Tensor:
    """Improves what lies in the hole until its Laplacian is zero."""
    grid = PatchGrid.of(hole, 1)
    cells = grid.frame(planes)
    in_picture = grid.frame(torch.ones_like(planes[:1]))[:, 0] > 0
    steps = torch.tensor([-grid.stride, grid.stride, -1, 1], device=hole.device)
    neighbours = grid.pixels[:, None] + steps  # (N, 4)
    present, rows = in_picture[neighbours], grid.target_row[neighbours]
    known = torch.where((present & (rows < 0))[..., None], cells[neighbours], 0.0).sum(1)  # (N, C)
    rows = torch.where(rows < 0, len(grid.pixels), rows)  # one past the end is a zero
    degree = present.sum(1, keepdim=True).to(planes.dtype)  # (N, 1)
    nothing = planes.new_zeros(1, planes.shape[0])

    def laplace(values: Tensor) -> Tensor:
        around = functional.embedding_bag(rows, torch.cat([values, nothing]), mode="sum")
        return degree * values - around

    cells[grid.pixels] = _conjugate_gradients(laplace, known, cells[grid.pixels])
    return grid.unframe(cells)


def _conjugate_gradients(operator: Callable[[Tensor], Tensor], wanted: Tensor, start: Tensor) -> Tensor:
    """Solves operator(x) = wanted for each column of (N, C) on its own."""
    x = start.clone()
    residual = wanted - operator(x)
    direction = residual
    energy = residual.square().sum(0)  # (C,)
    goal = RESIDUAL**2 * wanted.square().sum(0) + 1e-12
    for _ in range(MOST_STEPS):
        if bool((energy <= goal).all()):
            break
        moved = operator(direction)
        step = energy / (direction * moved).sum(0).clamp_min(1e-20)
        x = x + step * direction
        residual = residual - step * moved
        renewed = residual.square().sum(0)
        direction = residual + renewed / energy.clamp_min(1e-20) * direction
        energy = renewed
    return x
