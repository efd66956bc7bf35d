"""Fills the hole of the coarsest level for the first time."""

from __future__ import annotations

import torch
from torch import Tensor

from plugins.inpainting import membrane
from plugins.inpainting.patch_grid import PatchGrid, positions, spread
from plugins.inpainting.pyramid import comparable
from plugins.inpainting.voting import Ballot

FEWEST_KNOWN = 0.3
"""A patch has a say when at least this share of its pixels is known."""

CHUNK = 2**22
"""Distances computed at once."""


def start(grid: PatchGrid, cells: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Paints the hole for the first time.

    Args:
        grid: Positions of the level.
        cells: (P, C) float32 table of the framed picture.
        generator: Of random matches, where there are too many patches to compare each with each.

    Returns:
        The table with the hole filled (P, C), and a source position of each target (T,) int64.
    """
    if comparable(grid):
        return peel(grid, cells)
    cells = grid.frame(membrane.stretch(grid.unframe(cells), grid.hole))
    choice = torch.rand(len(grid.targets), generator=generator, device=generator.device).to(cells.device)
    return cells, grid.sources[(choice * len(grid.sources)).long()]


def peel(grid: PatchGrid, cells: Tensor) -> tuple[Tensor, Tensor]:
    """Paints layer after layer, each from the patches that best agree with what is known by then.

    The "onion peel" of Newson et al. 2014, Video Inpainting of Complex Scenes. Arguments and result as those of
    `start`.
    """
    cells = cells.clone()
    sources = cells[grid.sources[:, None] + grid.offsets()].flatten(1)  # (S, patch² · C)
    matches = grid.sources[torch.zeros_like(grid.targets)]  # (T,)
    costs = torch.zeros_like(grid.targets, dtype=cells.dtype)
    hole = grid.hole
    while bool(hole.any()):
        layer = hole & spread(~hole, 1)
        touching = grid.target_row[positions(spread(layer, grid.patch // 2))]
        rows = touching[touching >= 0]  # (t,)
        known = grid.frame((~hole)[None].float())[:, 0]
        best, costs[rows], share = _nearest(grid, cells, sources, known, grid.targets[rows])
        usable = share >= min(FEWEST_KNOWN, float(share.max()))
        matches[rows[usable]] = grid.sources[best[usable]]
        confidence = torch.full_like(costs, 1e-6)
        confidence[rows] += share.square() * usable
        ballot = Ballot(grid, positions(layer))
        cells[positions(layer)] = ballot.tally(cells, matches, ballot.weights(costs, confidence))
        hole = hole & ~layer
    return cells, matches


def _nearest(
    grid: PatchGrid, cells: Tensor, sources: Tensor, known: Tensor, centres: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Compares the known pixels of target patches with all sources.

    Args:
        grid: Positions of the level.
        cells: (P, C) float32 table of the framed picture.
        sources: (S, patch² · C) float32, the source patches.
        known: (P,) float32, 1 where a cell is known by now.
        centres: (t,) int64, positions of the target patches.

    Returns:
        Rows of the best sources (t,) int64, their mean squared differences (t,), and the shares known (t,).
    """
    squares = sources.square().t().contiguous()  # (patch² · C, S)
    rows, costs, shares = [], [], []
    for some in torch.split(centres, max(1, CHUNK // sources.shape[0])):
        around = some[:, None] + grid.offsets()
        mask = known[around].repeat_interleave(cells.shape[1], 1)  # (t', patch² · C)
        target = cells[around].flatten(1) * mask
        distances = mask @ squares - 2 * (target @ sources.t())  # (t', S), short of a constant
        lowest, row = distances.min(1)
        rows.append(row)
        costs.append((lowest + target.square().sum(1)).clamp_min(0) / mask.sum(1).clamp_min(1))
        shares.append(mask.mean(1))
    return torch.cat(rows), torch.cat(costs), torch.cat(shares)
