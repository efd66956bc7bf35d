from __future__ import annotations

import itertools

import numpy as np

from imagetool.core.geometry import Rect, Size
from imagetool.core.seam_plan import SeamPlan
from imagetool.core.tile_plan import TilePlan, Tiling
from tests.fakes.tile_plans import by_plan


def layout(size: Size, step: Size) -> SeamPlan:
    return SeamPlan.of(TilePlan.of_step(size, step))


@by_plan
def test_strips_and_interior_cover_a_part_once(size: Size, step: Size) -> None:
    seams = layout(size, step)
    for index, tile in enumerate(seams.plan.tiles):
        covered = np.zeros((size.height, size.width), int)
        for rect in (tile.interior, *(strip.rect for strip in seams.strips(index))):
            covered[rect.slices] += 1
        assert covered.max() == 1
        assert covered.sum() == covered[tile.part.slices].sum() == tile.part.size.pixels


@by_plan
def test_strips_lie_one_behind_the_other(size: Size, step: Size) -> None:
    seams = layout(size, step)
    end_px = 0
    for index in range(len(seams.plan.tiles)):
        assert seams.begins_px[index] == end_px
        for strip in seams.strips(index):
            assert strip.begin_px == end_px
            end_px = strip.end_px
    assert seams.length(1) == end_px
    assert seams.length(4) == 4 * end_px


@by_plan
def test_zones_cover_what_several_tiles_reach_and_name_them(size: Size, step: Size) -> None:
    seams = layout(size, step)
    reached = np.zeros((size.height, size.width), int)
    for tile in seams.plan.tiles:
        reached[tile.part.slices] += 1
    covered = np.zeros_like(reached)
    zones = {zone for index in range(len(seams.plan.tiles)) for zone in seams.zones(index)}
    for zone in zones:
        assert (reached[zone.rect.slices] == len(zone.tiles)).all()
        assert zone.rows * zone.columns == len(zone.tiles)
        assert list(zone.tiles) == sorted(zone.tiles)
        covered[zone.rect.slices] += 1
        for index in zone.tiles:
            assert zone in seams.zones(index), "each of them knows it"
            strip = seams.strip_of(index, zone.rect)
            assert zone.rect.restrict(strip.rect) == zone.rect
    np.testing.assert_array_equal(covered == 1, reached > 1)


def test_a_tile_in_the_middle_shares_a_zone_with_each_neighbour_and_at_each_corner() -> None:
    seams = layout(Size(90, 90), Size(30, 30))
    assert [zone.tiles for zone in seams.zones(4)] == [
        (0, 1, 3, 4),
        (1, 4),
        (1, 2, 4, 5),
        (3, 4),
        (4, 5),
        (3, 4, 6, 7),
        (4, 7),
        (4, 5, 7, 8),
    ]
    assert seams.zones(4)[1].rect == Rect(34, 26, 56, 34)


def test_seams_are_a_small_part_of_a_large_result() -> None:
    size = Size(10_000, 10_000)
    seams = SeamPlan.of(TilePlan.of(size, size, Tiling(512, 16)))
    assert seams.length(4) < 0.08 * 4 * size.pixels


def test_a_single_tile_has_no_seams() -> None:
    seams = layout(Size(40, 30), Size(40, 30))
    assert seams.length(4) == 0
    assert not list(itertools.chain(seams.strips(0), seams.zones(0)))
