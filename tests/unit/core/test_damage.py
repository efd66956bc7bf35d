"""A map of probabilities becomes a mask, cut at a threshold and grown."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from imagetool.core.damage import Cut, default_cut, grown, likelihood, marked, masked_share
from imagetool.core.geometry import Size
from imagetool.core.tiles import TILE_SIDE_PX, TiledImage


def read(plane: TiledImage) -> NDArray[np.uint8]:
    return plane.read(plane.bounds)[..., 0]


def probabilities(height: int = 300, width: int = 520) -> NDArray[np.float32]:
    """Any map, with nothing in its left part."""
    values = np.random.default_rng(3).random((height, width, 1)).astype(np.float32) ** 4
    values[:, :TILE_SIDE_PX] = 0
    return values


@pytest.mark.parametrize(
    ("size", "grow_px"),
    [(Size(400, 300), 2), (Size(1000, 1000), 2), (Size(2000, 1500), 3), (Size(6000, 4000), 10)],
)
def test_the_rim_grows_with_the_picture(size: Size, grow_px: int) -> None:
    assert default_cut(size) == Cut(0.5, grow_px)


def test_a_map_is_kept_in_steps_and_without_what_is_empty() -> None:
    values = probabilities()
    values[5, 400], values[6, 400] = -0.5, 1.5
    plane = likelihood(values)
    assert np.array_equal(read(plane), np.rint(np.clip(values, 0, 1)[..., 0] * 255))
    assert {column for _, column in plane.tiles} == {1, 2}


@pytest.mark.parametrize("sensitivity", [0.01, 0.3, 0.5, 0.9, 0.99])
def test_what_is_likely_enough_is_masked(sensitivity: float) -> None:
    plane = likelihood(probabilities())
    mask = read(marked(plane, sensitivity))
    assert set(np.unique(mask)) == {0, 255}
    assert np.array_equal(mask > 0, read(plane) >= np.ceil(round((1 - sensitivity) * 255, 6)))


def test_nothing_is_masked_where_nothing_is_likely() -> None:
    plane = likelihood(np.zeros((40, 30, 1), np.float32))
    assert not marked(plane, 1.0).tiles
    assert not grown(plane, 5).tiles
    assert masked_share(marked(plane, 1.0)) == 0


@pytest.mark.parametrize("radius_px", [1, 2, 5, 12])
def test_a_point_grows_to_nearly_a_disc(radius_px: int) -> None:
    values = np.zeros((61, 61, 1), np.float32)
    values[30, 30] = 1
    shape = read(grown(likelihood(values), radius_px)) > 0
    y, x = np.nonzero(shape)
    reach = np.hypot(y - 30, x - 30)
    assert (x.min(), x.max(), y.min(), y.max()) == (30 - radius_px, 30 + radius_px, 30 - radius_px, 30 + radius_px)
    assert reach.max() < radius_px * 1.13
    ys, xs = np.mgrid[-30:31, -30:31]
    assert shape[np.hypot(ys, xs) <= radius_px * 0.9].all()


def test_growing_and_cutting_can_change_places() -> None:
    plane = likelihood(probabilities())
    cut_first = grown(marked(plane, 0.2), 3)
    assert np.array_equal(read(marked(grown(plane, 3), 0.2)), read(cut_first))
    assert masked_share(cut_first) == pytest.approx((read(cut_first) > 0).mean())


def test_tiles_that_stay_alike_stay_the_same() -> None:
    values = probabilities()
    values[:, TILE_SIDE_PX : 2 * TILE_SIDE_PX] = 0.9  # masked at both thresholds
    plane = likelihood(values)
    first = marked(plane, 0.5)
    second = marked(plane, 0.8, first)
    assert second.tiles[0, 1] is first.tiles[0, 1]
    changed = {rect.left // TILE_SIDE_PX for rect in second.changed_since(first)}
    assert changed == {2}
