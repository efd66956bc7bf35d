"""Halves a picture with a hole until the hole is small enough to be guessed at once."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from plugins.inpainting.patch_grid import PatchGrid, depths

DEEPEST_PX = 12
"""On the coarsest level no pixel of the hole is further than this from a known one, if the picture allows."""

DEEPEST_UNPEELED_PX = 4
"""The same where there are too many patches to compare each with each."""

MOST_COMPARISONS = 10_000_000
"""Pairs of a target and a source patch that may all be compared on the coarsest level."""

FEWEST_SOURCES = 200
"""A level with fewer source patches is not made; there would be nothing left to choose from."""


@dataclass(frozen=True)
class Level:
    """One level of the pyramid.

    Attributes:
        planes: (C, H, W) float32, colours and texture; what lies in the hole means nothing.
        hole: (H, W) bool, True where any of the finer pixels is to be painted.
    """

    planes: Tensor
    hole: Tensor


def build(level: Level, patch: int) -> list[Level]:
    """Makes the levels from a picture down, the finest first.

    Args:
        level: The picture.
        patch: Side of a patch in pixels, odd.
    """
    levels = [level]
    while _too_large(PatchGrid.of(levels[-1].hole, patch)):
        coarser = halved(levels[-1])
        if PatchGrid.of(coarser.hole, patch).sources.numel() < FEWEST_SOURCES:
            break
        levels.append(coarser)
    return levels


def comparable(grid: PatchGrid) -> bool:
    """Whether every target patch can be compared with every source patch in reasonable time."""
    return grid.sources.numel() * grid.targets.numel() <= MOST_COMPARISONS


def halved(level: Level) -> Level:
    """Averages the known ones of each 2×2 pixels; a last odd row or column is averaged alone."""
    known = (~level.hole).float()[None]  # (1, H, W)
    height, width = level.hole.shape
    odd = (0, width % 2, 0, height % 2)
    total = functional.avg_pool2d(functional.pad(level.planes * known, odd), 2)  # (C, H/2, W/2)
    share = functional.avg_pool2d(functional.pad(known, odd), 2)  # (1, H/2, W/2)
    painted = functional.max_pool2d(functional.pad(1 - known, odd), 2)[0] > 0
    return Level(torch.where(share > 0, total / share.clamp_min(0.25), 0.0), painted)


def _too_large(grid: PatchGrid) -> bool:
    deepest_px = DEEPEST_PX if comparable(grid) else DEEPEST_UNPEELED_PX
    return int(depths(grid.hole, deepest_px + 1).max()) > deepest_px
