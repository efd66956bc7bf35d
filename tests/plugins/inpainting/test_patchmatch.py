"""The search finds what an exhaustive one finds."""

from __future__ import annotations

import torch

from plugins.inpainting.patch_grid import PatchGrid
from plugins.inpainting.patchmatch import Field


def field_and_targets() -> tuple[PatchGrid, Field, torch.Tensor, torch.Tensor]:
    """A hole in a smooth random picture, whose true content occurs once more, 20 pixels to the right."""
    generator = torch.Generator().manual_seed(3)
    planes = torch.rand(6, 48, 64, generator=generator)
    planes[:, 15:35, 30:50] = planes[:, 15:35, 10:30]
    hole = torch.zeros(48, 64, dtype=torch.bool)
    hole[20:28, 16:24] = True
    grid = PatchGrid.of(hole, 5)
    cells = grid.frame(planes)
    start = grid.sources[torch.randint(len(grid.sources), (len(grid.targets),), generator=generator)]
    return grid, Field(grid, cells[grid.sources], start), cells[grid.targets], start


def test_it_finds_the_copy() -> None:
    grid, field, targets, _ = field_and_targets()
    field.search(targets, 6, 1.0, torch.Generator().manual_seed(1))
    assert torch.equal(field.matches, grid.targets + 20)
    assert float(field.costs.max()) == 0


def test_matches_are_always_sources_and_never_get_worse() -> None:
    grid, field, targets, _ = field_and_targets()
    field.search(targets, 0, 1.0, torch.Generator())
    before = field.costs
    field.search(targets, 1, 0.9, torch.Generator().manual_seed(1))
    assert bool((grid.source_row[field.matches] >= 0).all())
    assert bool((field.costs <= before).all())
    assert float(field.costs.sum()) < float(before.sum())
