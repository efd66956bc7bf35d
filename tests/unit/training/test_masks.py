"""Random masks."""

from __future__ import annotations

import numpy as np
import pytest

from imagetool.core.geometry import Size
from imagetool.training.masks import KINDS, beyond_a_frame, random_mask


@pytest.mark.parametrize("kind", KINDS)
def test_masks_repeat_and_cover_what_they_promise(kind: str) -> None:
    least, most = KINDS[kind].coverage
    for seed in range(12):
        mask = random_mask(kind, Size(320, 200), np.random.default_rng(seed))
        assert mask.shape == (200, 320)
        assert mask.dtype == np.uint8
        assert set(np.unique(mask)) == {0, 255}
        assert least <= (mask > 0).mean() <= most
        assert np.array_equal(mask, random_mask(kind, Size(320, 200), np.random.default_rng(seed)))


def test_another_seed_is_another_mask() -> None:
    one, other = (random_mask("wide", Size(64, 64), np.random.default_rng(seed)) for seed in (1, 2))
    assert not np.array_equal(one, other)


def test_narrow_masks_are_narrower_than_wide_ones() -> None:
    def deepest(kind: str) -> float:
        masks = [random_mask(kind, Size(256, 256), np.random.default_rng(seed)) for seed in range(8)]
        return float(np.mean([_depth(mask > 0) for mask in masks]))

    assert deepest("narrow") * 2 < deepest("medium") < deepest("wide")


def _depth(hole: np.ndarray) -> int:
    """How often a hole can be eroded before nothing is left."""
    count = 0
    while hole.any():
        hole = hole & np.roll(hole, 1, 0) & np.roll(hole, -1, 0) & np.roll(hole, 1, 1) & np.roll(hole, -1, 1)
        count += 1
    return count


@pytest.mark.parametrize("size", [Size(1, 1), Size(2, 40), Size(7, 5)], ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_tiny_pictures_get_a_mask_too(kind: str, size: Size) -> None:
    assert random_mask(kind, size, np.random.default_rng(1)).shape == (size.height, size.width)


def test_an_unknown_kind_is_named() -> None:
    with pytest.raises(ValueError, match="narrow, medium, wide, not 'broad'"):
        random_mask("broad", Size(8, 8), np.random.default_rng(1))


def test_beyond_a_frame_lies_a_margin_on_one_to_three_sides() -> None:
    for seed in range(20):
        mask = beyond_a_frame(Size(120, 80), np.random.default_rng(seed)) > 0
        sides = [mask[0].all(), mask[-1].all(), mask[:, 0].all(), mask[:, -1].all()]
        assert 1 <= sum(sides) <= 3
        rows, columns = (np.unique(places) for places in np.nonzero(~mask))
        assert np.count_nonzero(~mask) == len(rows) * len(columns), "what is left is a rectangle"
        assert len(columns) >= 120 * 0.4 - 1
        assert len(rows) >= 80 * 0.4 - 1
