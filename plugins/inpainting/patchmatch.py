"""Finds for every patch that touches the hole a similar one elsewhere (Barnes et al. 2009, PatchMatch).

The paper sweeps the picture pixel by pixel; here all patches look at the same neighbour at once, near and far
ones in turn (Rong and Tan 2006, Jump Flooding), which suits tensors.
"""

from __future__ import annotations

import torch
from torch import Tensor

from plugins.inpainting.patch_grid import PatchGrid

JUMPS_PX = (4, 1)
"""Distances over which a patch asks its neighbours; none may exceed the margin of the grid."""


class Field:
    """The nearest-neighbour field: the best source patch known so far of every target patch.

    Attributes:
        matches: (T,) int64, positions of the source patches.
        costs: (T,) float32, squared distances of the descriptors.
    """

    def __init__(self, grid: PatchGrid, sources: Tensor, matches: Tensor) -> None:
        """Starts from given matches.

        Args:
            grid: Positions of the level.
            sources: (S, D) float32, descriptors of the source patches.
            matches: (T,) int64, positions of source patches.
        """
        self._grid = grid
        self._sources = sources
        self._targets = sources[:0]
        self.matches = matches
        self.costs = sources[:0, 0]

    def search(self, targets: Tensor, sweeps: int, novelty: float, generator: torch.Generator) -> None:
        """Improves the matches.

        Args:
            targets: (T, D) float32, descriptors of the target patches as they are now.
            sweeps: How often to propagate and to search at random.
            novelty: A match found at random must be better by this factor (at most 1) than one that continues
                a neighbour's; below 1 favours large connected copies over a patchwork.
            generator: Of the random search.
        """
        self._targets = targets
        self.costs = self._cost(self._grid.source_row[self.matches])
        for _ in range(sweeps):
            self._propagate()
            self._search_at_random(novelty, generator)
        self._propagate()

    def _propagate(self) -> None:
        """Lets every patch try what its neighbours found, moved by the step between them."""
        grid = self._grid
        for jump in JUMPS_PX:
            for step in (-jump * grid.stride, -jump, jump * grid.stride, jump):
                neighbour = grid.target_row[grid.targets + step]  # (T,), -1 where there is none
                candidates = self.matches[neighbour.clamp_min(0)] - step
                self._try(torch.where(neighbour >= 0, candidates, self.matches), 1.0)

    def _search_at_random(self, novelty: float, generator: torch.Generator) -> None:
        """Lets every patch try places around its match, in squares that halve from the whole picture."""
        height, width = self._grid.hole.shape
        radius = max(height, width)
        while radius >= 1:
            moves = torch.rand(2, len(self.matches), generator=generator, device=generator.device)
            moves = moves.to(self.matches.device) * 2 - 1  # (2, T)
            y, x = self._grid.coordinates(self.matches)
            y = y + (moves[0] * min(radius, height)).round().long()
            x = x + (moves[1] * min(radius, width)).round().long()
            self._try(self._grid.at(_reflected(y, height), _reflected(x, width)), novelty)
            radius //= 2

    def _try(self, candidates: Tensor, novelty: float) -> None:
        """Takes the candidates (T,) that are source patches and better than `novelty` times what is there."""
        rows = self._grid.source_row[candidates]
        costs = self._cost(rows.clamp_min(0))
        better = (rows >= 0) & (costs < self.costs * novelty)
        self.matches = torch.where(better, candidates, self.matches)
        self.costs = torch.where(better, costs, self.costs)

    def _cost(self, rows: Tensor) -> Tensor:
        return self._sources.index_select(0, rows).sub_(self._targets).square_().sum(1)


def _reflected(along: Tensor, size: int) -> Tensor:
    """Brings coordinates (n,) int64 back into [0, size) by mirroring at both ends."""
    along = along % (2 * size)
    return torch.minimum(along, 2 * size - 1 - along)
