"""Positions of patches, and distances in a hole."""

from __future__ import annotations

import pytest
import torch

from plugins.inpainting.patch_grid import PatchGrid, depths, spread


def hole_of(height: int, width: int, top: int, left: int, bottom: int, right: int) -> torch.Tensor:
    hole = torch.zeros(height, width, dtype=torch.bool)
    hole[top:bottom, left:right] = True
    return hole


def test_sources_are_free_and_targets_touch() -> None:
    hole = hole_of(12, 15, 4, 5, 7, 9)
    grid = PatchGrid.of(hole, 5)
    for centres, touches in ((grid.sources, False), (grid.targets, True)):
        for y, x in zip(*grid.coordinates(centres), strict=True):
            patch = hole[y - 2 : y + 3, x - 2 : x + 3]
            assert patch.shape == (5, 5), f"the patch at {y}, {x} leaves the picture"
            assert bool(patch.any()) == touches, f"the patch at {y}, {x} should {'' if touches else 'not '}touch"
    assert len(grid.sources) + len(grid.targets) == 8 * 11


def test_positions_and_coordinates_are_inverse() -> None:
    grid = PatchGrid.of(hole_of(9, 11, 3, 3, 5, 5), 3)
    assert torch.equal(grid.at(*grid.coordinates(grid.pixels)), grid.pixels)
    assert torch.equal(grid.source_row[grid.sources], torch.arange(len(grid.sources)))


def test_frame_and_unframe_are_inverse() -> None:
    planes = torch.rand(3, 7, 5)
    grid = PatchGrid.of(hole_of(7, 5, 1, 1, 2, 2), 3)
    assert torch.equal(grid.unframe(grid.frame(planes)), planes)


def test_spread_grows_by_a_square() -> None:
    assert torch.equal(spread(hole_of(9, 9, 4, 4, 5, 5), 2), hole_of(9, 9, 2, 2, 7, 7))


@pytest.mark.parametrize(("limit", "deepest"), [(10, 3), (2, 2)])
def test_depths_count_from_the_rim(limit: int, deepest: int) -> None:
    depth = depths(hole_of(20, 20, 5, 5, 10, 12), limit)
    assert int(depth.max()) == deepest
    assert int(depth[5, 8]) == 1
    assert int(depth[4, 8]) == 0
