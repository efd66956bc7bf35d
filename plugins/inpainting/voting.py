"""Paints pixels from the matches of all patches over them.

The votes of Wexler, Shechtman and Irani 2007, Space-Time Completion of Video.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from plugins.inpainting.patch_grid import PatchGrid

LEAST_COST = 1e-8
"""Costs below this are all the same."""


class Ballot:
    """Which target patches lie over which pixels; made once for a set of pixels."""

    def __init__(self, grid: PatchGrid, pixels: Tensor) -> None:
        """Finds the patches.

        Args:
            grid: Positions of the level.
            pixels: (N,) int64, positions of pixels with at least one target patch over each.
        """
        self._offsets = grid.offsets()
        rows = grid.target_row[pixels[:, None] - self._offsets]  # (N, patch²)
        self._present = rows >= 0
        self._voters = rows.clamp_min(0)

    def weights(self, costs: Tensor, confidence: Tensor) -> Tensor:
        """How much each patch counts at each pixel.

        A patch counts exp(-cost / 2 mean), the mean being that of the patches over the pixel.

        Args:
            costs: (T,) float32, how badly each patch fits.
            confidence: (T,) float32, how far each patch is to be trusted, above 0.

        Returns:
            (N, patch²) float32, each row of sum 1.
        """
        cost = torch.where(self._present, costs[self._voters], 0.0)  # (N, patch²)
        mean = cost.sum(1, keepdim=True) / self._present.sum(1, keepdim=True)
        weight = torch.exp(cost / (-2 * mean.clamp_min(LEAST_COST))) * confidence[self._voters]
        weight = torch.where(self._present, weight, 0.0)
        return weight / weight.sum(1, keepdim=True)

    def winners(self, costs: Tensor) -> Tensor:
        """Weights (N, patch²) float32 that leave only the patch of the lowest cost."""
        cost = torch.where(self._present, costs[self._voters], torch.inf)
        return functional.one_hot(cost.argmin(1), cost.shape[1]).to(costs.dtype)

    def tally(self, cells: Tensor, matches: Tensor, weights: Tensor) -> Tensor:
        """Mean of what the patches propose for each pixel.

        Args:
            cells: (P, C) float32 table of the framed picture.
            matches: (T,) int64, positions of the source patches.
            weights: (N, patch²) float32.

        Returns:
            (N, C) float32.
        """
        proposals = matches[self._voters] + self._offsets  # (N, patch²)
        return functional.embedding_bag(proposals, cells, mode="sum", per_sample_weights=weights)
