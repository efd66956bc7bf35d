from __future__ import annotations

import numpy as np
import pytest

from imagetool.core.geometry import Rect
from imagetool.kit.crops import plan_crops

PICTURE = Rect(0, 0, 1000, 800)


def plan(*holes: Rect, context: float = 1.0, context_min_px: int = 20) -> list[tuple[Rect, Rect]]:
    """The plan for holes in a mask that covers just these."""
    rect = holes[0]
    for hole in holes[1:]:
        rect = rect.union(hole)
    mask = np.zeros((rect.height, rect.width), np.uint8)
    for hole in holes:
        mask[hole.moved(-rect.left, -rect.top).slices] = 255
    return plan_crops(mask, rect, PICTURE, context, context_min_px)


CONTEXTS = [
    # context, least context in pixels, the crop around a hole of 40 × 20 at (100, 100)
    (1.0, 5, Rect(60, 80, 180, 140)),
    (0.5, 64, Rect(36, 36, 204, 184)),
    (0.0, 0, Rect(100, 100, 140, 120)),
    (100.0, 0, PICTURE),
]


@pytest.mark.parametrize(("context", "context_min_px", "crop"), CONTEXTS)
def test_a_crop_shows_what_was_asked_for(context: float, context_min_px: int, crop: Rect) -> None:
    hole = Rect(100, 100, 140, 120)
    assert plan(hole, context=context, context_min_px=context_min_px) == [(hole, crop)]


def test_crops_end_at_the_picture() -> None:
    hole = Rect(990, 0, 1000, 10)
    assert plan(hole) == [(hole, Rect(970, 0, 1000, 30))]


def test_far_holes_are_filled_one_by_one_and_near_ones_together() -> None:
    near, neighbour, far = Rect(100, 100, 120, 120), Rect(130, 100, 150, 120), Rect(800, 700, 820, 720)
    boxes = {box for box, _ in plan(near, neighbour, far)}
    assert boxes == {near.union(neighbour), far}


ONE_SIDED = [
    (Rect(300, 300, 600, 600), Rect(700, 700, 710, 710)),
    (Rect(300, 300, 600, 600), Rect(200, 200, 210, 210)),
    (Rect(300, 300, 600, 600), Rect(700, 200, 710, 210)),
]


@pytest.mark.parametrize(("large", "small"), ONE_SIDED)
def test_a_small_hole_inside_a_large_ones_crop_joins_it(large: Rect, small: Rect) -> None:
    """The small one's crop does not reach the large hole; that of the large one reaches the small hole."""
    assert [box for box, _ in plan(large, small)] == [large.union(small)]


@pytest.mark.parametrize("seed", range(8))
def test_every_hole_is_in_one_box_and_no_crop_touches_a_foreign_box(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mask = np.zeros((800, 1000), np.uint8)
    for _ in range(12):
        left, top = int(rng.integers(0, 990)), int(rng.integers(0, 790))
        mask[top : top + int(rng.integers(1, 60)), left : left + int(rng.integers(1, 60))] = rng.integers(1, 256)
    crops = plan_crops(mask, PICTURE, PICTURE, 0.6, 15)
    covered = np.zeros_like(mask)
    for box, crop in crops:
        assert box.restrict(crop) == box, "a crop shows its own holes whole"
        covered[box.slices] += 1
        foreign = [other for other, _ in crops if other != box]
        assert not any(crop.overlaps(other) for other in foreign), f"{crop} shows a hole of another group"
    assert (covered[mask > 0] == 1).all()
    assert covered.max() <= 1


def test_a_mask_without_holes_needs_no_crop() -> None:
    assert plan_crops(np.zeros((5, 5), np.uint8), Rect(0, 0, 5, 5), PICTURE, 1.0, 5) == []


def test_thousands_of_specks_are_planned_in_a_moment() -> None:
    mask = np.zeros((3000, 3000), np.uint8)
    mask[::60, ::60] = 255  # 2500 of them
    bounds = Rect(0, 0, 3000, 3000)
    assert len(plan_crops(mask, bounds, bounds, 1.0, 16)) == 2500
