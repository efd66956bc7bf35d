"""Turns the matches of the finest level into the picture that is handed out: sharp, and without a seam."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from plugins.inpainting import membrane
from plugins.inpainting.descriptors import COLOURS
from plugins.inpainting.patch_grid import PatchGrid, depths, highest_around, positions, spread
from plugins.inpainting.voting import Ballot

SEAM_PX = 2
"""Width of the band around the hole where the filling is compared with what is known."""

MEMBRANE_SHARE = 0.3
"""Share of the plain membrane where a hole is thin; the rest is the mean of the patches."""


def finished(
    grid: PatchGrid, cells: Tensor, matches: Tensor, costs: Tensor, confidence: Tensor, smooth_width_px: float
) -> Tensor:
    """Paints the hole for the last time.

    Where the hole is wide, every pixel comes from the one patch that fits best, which keeps texture; where it is
    thin, from the mean of all patches and a membrane, which is closest to the truth.

    Args:
        grid: Positions of the finest level.
        cells: (P, C) float32 table of the framed picture.
        matches: (T,) int64, positions of the source patches.
        costs: (T,) float32, how badly each patch fits.
        confidence: (T,) float32, how far each patch is to be trusted.
        smooth_width_px: Up to this width a hole is thin.

    Returns:
        (3, H, W) float32 in [0, 1].
    """

    def sharp(pixels: Tensor) -> Tensor:
        ballot = Ballot(grid, pixels)
        return ballot.tally(cells, matches, ballot.winners(costs))

    def mean(pixels: Tensor) -> Tensor:
        ballot = Ballot(grid, pixels)
        return ballot.tally(cells, matches, ballot.weights(costs, confidence))

    thin = thinness(grid.hole, smooth_width_px)  # (H, W)
    if not bool(thin.any()):
        return _fitted(grid, cells, sharp).clamp(0, 1)
    soft = _fitted(grid, cells, mean)
    plain = membrane.stretch(grid.unframe(cells)[:COLOURS], grid.hole)
    soft = soft + MEMBRANE_SHARE * (plain - soft)
    if bool((thin[grid.hole] == 1).all()):
        return soft.clamp(0, 1)
    wide = _fitted(grid, cells, sharp)
    return (wide + thin * (soft - wide)).clamp(0, 1)


def thinness(hole: Tensor, width_px: float) -> Tensor:
    """Where a hole (H, W) bool is thin: (H, W) float32, 1 up to the given width, 0 from twice that width on."""
    if width_px <= 0:
        return torch.zeros_like(hole, dtype=torch.float32)
    depth = depths(hole, round(width_px) + 1).float()
    thickness = 2 * highest_around(depth, round(width_px))  # of the widest place near by
    return (2 - thickness / width_px).clamp(0, 1) * hole


def _fitted(grid: PatchGrid, cells: Tensor, propose: Callable[[Tensor], Tensor]) -> Tensor:
    """Paints the hole, and moves its brightness so that it meets the known pixels around it.

    The same patches also propose what is known already, in a band around the hole; a membrane through what they
    miss there is added inside.

    Args:
        grid: Positions of the level.
        cells: (P, C) float32 table of the framed picture.
        propose: Gives the planes (n, C) of pixels, by their positions (n,).

    Returns:
        (3, H, W) float32.
    """
    band = spread(grid.hole, SEAM_PX) & ~grid.hole & (grid.unframe((grid.target_row >= 0)[:, None])[0])
    missed = torch.zeros_like(cells)
    missed[positions(band)] = cells[positions(band)] - propose(positions(band))
    sums = torch.cat([grid.unframe(missed)[:COLOURS], band[None].float()])[None]  # (1, 4, H, W)
    means = functional.avg_pool2d(sums, 3, 1, 1)[0]  # single pixels of texture must not draw streaks
    correction = membrane.stretch(means[:COLOURS] / means[COLOURS:].clamp_min(1e-6), grid.hole)
    painted = cells.clone()
    painted[grid.pixels] = propose(grid.pixels)
    return grid.unframe(painted)[:COLOURS] + correction * grid.hole
