from __future__ import annotations

import numpy as np
import pytest

from imagetool.core.geometry import Rect, Size
from imagetool.core.tile_plan import BLEND_PX, TilePlan, Tiling, scaled
from tests.fakes.tile_plans import by_plan


@by_plan
def test_cores_cover_every_pixel_once(size: Size, step: Size) -> None:
    covered = np.zeros((size.height, size.width), int)
    for tile in TilePlan.of_step(size, step).tiles:
        covered[tile.core.slices] += 1
        assert 1 <= tile.core.width <= max(1, step.width)
        assert 1 <= tile.core.height <= max(1, step.height)
    assert (covered == 1).all()


@by_plan
def test_tiles_lie_in_rows_and_columns(size: Size, step: Size) -> None:
    plan = TilePlan.of_step(size, step)
    assert len(plan.tiles) == plan.rows * plan.columns
    for index, tile in enumerate(plan.tiles):
        row, column = divmod(index, plan.columns)
        assert (tile.core.top, tile.core.bottom) == (
            plan.tiles[row * plan.columns].core.top,
            plan.tiles[row * plan.columns].core.bottom,
        )
        assert (tile.core.left, tile.core.right) == (plan.tiles[column].core.left, plan.tiles[column].core.right)


@by_plan
def test_parts_reach_over_the_borders_of_cores_but_not_of_the_picture(size: Size, step: Size) -> None:
    tiles = TilePlan.of_step(size, step).tiles
    reach = min(BLEND_PX, min(min(tile.core.size) for tile in tiles) // 2)
    for tile in tiles:
        assert tile.part == tile.core.grown(reach).restrict(Rect.of_size(size))


@by_plan
def test_interiors_are_what_one_tile_alone_reaches(size: Size, step: Size) -> None:
    reached = np.zeros((size.height, size.width), int)
    tiles = TilePlan.of_step(size, step).tiles
    for tile in tiles:
        reached[tile.part.slices] += 1
    assert reached.max() <= 4
    alone = np.zeros_like(reached)
    for tile in tiles:
        alone[tile.interior.slices] += 1
    np.testing.assert_array_equal(alone == 1, reached == 1)


def test_tiles_are_about_equally_large() -> None:
    cores = [tile.core for tile in TilePlan.of_step(Size(101, 103), Size(100, 100)).tiles]
    assert {core.width for core in cores} == {50, 51}
    assert {core.height for core in cores} == {51, 52}


STEPS = [
    # tiling, side, step
    (Tiling(512, 16), 513, 512 - 2 * (16 + BLEND_PX)),
    (Tiling(512, 16), 512, 512),
    (Tiling(512, 16), 3, 3),
    (Tiling(64, 24), 65, 16),
    (Tiling(64, 60), 65, 16),
    (Tiling(8, 0), 9, 16),
]


@pytest.mark.parametrize(("tiling", "side_px", "step_px"), STEPS)
def test_the_step_leaves_out_what_is_computed_twice(tiling: Tiling, side_px: int, step_px: int) -> None:
    assert tiling.step_px(side_px) == step_px


PLANS_OF_PICTURES = [
    # source, target, columns, rows
    (Size(200, 100), Size(200, 100), 5, 3),
    (Size(200, 100), Size(400, 200), 5, 3),
    (Size(200, 100), Size(300, 100), 5, 3),
    (Size(64, 64), Size(640, 640), 1, 1),
    (Size(65, 64), Size(65, 64), 2, 1),
]


@pytest.mark.parametrize(("source", "target", "columns", "rows"), PLANS_OF_PICTURES)
def test_an_enlarged_picture_has_as_many_tiles_as_its_source(
    source: Size, target: Size, columns: int, rows: int
) -> None:
    plan = TilePlan.of(source, target, Tiling(64, 8))
    assert (plan.size, plan.columns, plan.rows) == (target, columns, rows)


def test_the_tile_in_the_middle() -> None:
    assert TilePlan.of_step(Size(90, 70), Size(30, 35)).middle.core == Rect(30, 35, 60, 70)
    assert TilePlan.of_step(Size(9, 9), Size(9, 9)).middle.core == Rect(0, 0, 9, 9)


SCALED = [
    # rectangle, the picture's size, size of the other, where it lies there
    (Rect(1, 2, 3, 4), Size(10, 10), Size(20, 30), Rect(2, 6, 6, 12)),
    (Rect(1, 2, 4, 5), Size(10, 10), Size(5, 5), Rect(0, 1, 2, 3)),
    (Rect(7, 7, 8, 8), Size(10, 10), Size(1, 1), Rect(0, 0, 1, 1)),
    (Rect(0, 0, 10, 10), Size(10, 10), Size(7, 3), Rect(0, 0, 7, 3)),
    (Rect(-2, -2, 4, 12), Size(10, 10), Size(20, 20), Rect(-4, -4, 8, 24)),
]


@pytest.mark.parametrize(("rect", "size", "other", "expected"), SCALED)
def test_a_rectangle_in_a_picture_of_another_size(rect: Rect, size: Size, other: Size, expected: Rect) -> None:
    assert scaled(rect, size, other) == expected
