from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from imagetool.core.geometry import Rect, Size
from imagetool.core.picture import Pixels
from imagetool.kit.tiling import BLEND_PX, Tile, Tiling, for_each_tile, plan_tiles

PLANS = [
    # size of the result, largest tile
    (Size(100, 80), Size(200, 200)),
    (Size(100, 80), Size(100, 80)),
    (Size(100, 80), Size(99, 79)),
    (Size(100, 80), Size(32, 24)),
    (Size(101, 83), Size(17, 30)),
    (Size(1, 1), Size(16, 16)),
    (Size(1, 70), Size(16, 16)),
    (Size(33, 1), Size(16, 16)),
    (Size(40, 30), Size(8, 4)),
    (Size(40, 30), Size(3, 30)),
    (Size(9, 12), Size(1, 2)),
    (Size(9, 12), Size(0, 0)),
]

by_plan = pytest.mark.parametrize(("size", "step"), PLANS)


def picture(size: Size, dtype: Any) -> Pixels:
    top = int(np.iinfo(dtype).max)
    pixels: Pixels = np.random.default_rng(1).integers(0, top, (size.height, size.width, 4), dtype, endpoint=True)
    return pixels


@by_plan
def test_cores_cover_every_pixel_once(size: Size, step: Size) -> None:
    covered = np.zeros((size.height, size.width), int)
    for tile in plan_tiles(size, step):
        covered[tile.core.slices] += 1
        assert 1 <= tile.core.width <= max(1, step.width)
        assert 1 <= tile.core.height <= max(1, step.height)
    assert (covered == 1).all()


@by_plan
def test_parts_reach_over_the_borders_of_cores_but_not_of_the_picture(size: Size, step: Size) -> None:
    tiles = plan_tiles(size, step)
    reach = min(BLEND_PX, min(min(tile.core.size) for tile in tiles) // 2)
    for tile in tiles:
        assert tile.part == tile.core.grown(reach).restrict(Rect.of_size(size))


def test_tiles_are_about_equally_large() -> None:
    cores = [tile.core for tile in plan_tiles(Size(101, 103), Size(100, 100))]
    assert {core.width for core in cores} == {50, 51}
    assert {core.height for core in cores} == {51, 52}


@by_plan
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_tiles_that_agree_are_put_together_unchanged(size: Size, step: Size, dtype: Any) -> None:
    whole = picture(size, dtype)
    result = np.zeros_like(whole)
    tiles = plan_tiles(size, step)
    count = for_each_tile(tiles, lambda tile, begin, end: whole[tile.part.slices], result)
    assert count == len(tiles)
    np.testing.assert_array_equal(result, whole)


def flat(tile: Tile, value: int, dtype: Any) -> Pixels:
    return np.full((tile.part.height, tile.part.width, 4), value, dtype)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("across", [True, False], ids=["columns", "rows"])
def test_two_tiles_that_disagree_meet_in_a_ramp(dtype: Any, across: bool) -> None:
    size, step = (Size(64, 20), Size(32, 32)) if across else (Size(20, 64), Size(32, 32))
    result = np.zeros((size.height, size.width, 4), dtype)
    low, high = 20, 220
    values = iter([low, high])
    for_each_tile(plan_tiles(size, step), lambda tile, begin, end: flat(tile, next(values), dtype), result)
    line = result[7, :, 1] if across else result[:, 7, 1]
    assert (line[: 32 - BLEND_PX] == low).all()
    assert (line[32 + BLEND_PX :] == high).all()
    expected = np.linspace(low, high, 4 * BLEND_PX + 1)[1::2]
    np.testing.assert_allclose(line[32 - BLEND_PX : 32 + BLEND_PX].astype(float), expected, atol=0.5)
    assert (result == (result[:1] if across else result[:, :1])).all()


@pytest.mark.parametrize("values", [(0, 0, 240, 240), (0, 240, 0, 240), (0, 240, 240, 0), (240, 0, 0, 0)])
def test_four_tiles_that_disagree_meet_without_an_edge(values: tuple[int, ...]) -> None:
    """Along a border of two tiles a pixel differs from the next by an eighth; at a corner it may be no more."""
    result = np.zeros((64, 64, 4), np.uint8)
    answers = iter(values)
    for_each_tile(
        plan_tiles(Size(64, 64), Size(32, 32)),
        lambda tile, begin, end: flat(tile, next(answers), np.uint8),
        result,
    )
    plane = result[..., 0].astype(int)
    steps = max(np.abs(np.diff(plane, axis=axis)).max() for axis in (0, 1))
    assert steps <= 240 / (2 * BLEND_PX) + 1, (
        f"an edge of {steps} where 240 should fade over {2 * BLEND_PX} pixels"
    )


def test_tiles_hear_how_much_of_the_picture_is_done() -> None:
    spans = []

    def compute(tile: Tile, begin: float, end: float) -> Pixels:
        spans.append((begin, end, tile.core.size.pixels))
        return flat(tile, 0, np.uint8)

    for_each_tile(plan_tiles(Size(70, 50), Size(32, 32)), compute, np.zeros((50, 70, 4), np.uint8))
    assert spans[0][0] == 0
    assert spans[-1][1] == 1
    assert [begin for begin, _, _ in spans[1:]] == [end for _, end, _ in spans[:-1]]
    for begin, end, pixels in spans:
        assert end - begin == pytest.approx(pixels / 3500)


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
