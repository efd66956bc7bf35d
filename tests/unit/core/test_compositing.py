from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from imagetool.core.compositing import Flattened, blend, composite, fill_layer, over
from imagetool.core.document import Layer, State
from imagetool.core.geometry import Rect, Size
from imagetool.core.picture import Pixels
from imagetool.core.tiles import TiledImage

DEPTHS = [np.uint8, np.uint16]
Floats = NDArray[np.float64]


def noise(seed: int, dtype: Any, height: int = 70, width: int = 90) -> Pixels:
    """Pixels of which a third is opaque, a third transparent, and a third in between."""
    rng = np.random.default_rng(seed)
    top = np.iinfo(dtype).max
    pixels = rng.integers(0, top, (height, width, 4), dtype, endpoint=True)
    kind = rng.integers(0, 3, (height, width))
    pixels[..., 3] = np.where(kind == 0, 0, np.where(kind == 1, top, pixels[..., 3]))
    return pixels


def state_of(*layers: Layer) -> State:
    size = layers[0].pixels.size
    return State(size, layers, TiledImage.blank(size, 1), layers[0].id)


def slow_over(below: Pixels, above: Pixels, opacity: float) -> Floats:
    """Porter and Duff's `over` in float64, 0 to 1; colours where nothing is to be seen are those of `below`."""
    top = float(np.iinfo(below.dtype).max)
    lower, upper = below / top, above / top
    upper_alpha, lower_alpha = upper[..., 3:] * opacity, lower[..., 3:]
    alpha = upper_alpha + lower_alpha * (1 - upper_alpha)
    mixed = upper[..., :3] * upper_alpha + lower[..., :3] * lower_alpha * (1 - upper_alpha)
    colour = np.where(alpha > 0, mixed / np.maximum(alpha, 1e-12), lower[..., :3])
    return np.concatenate([colour, alpha], axis=2)


def assert_seen_alike(got: Pixels, expected: Floats) -> None:
    """At most one step of the depth apart; colours only as far as they are seen."""
    top = float(np.iinfo(got.dtype).max)
    seen = expected[..., 3:]
    wrong_alpha = np.abs(got[..., 3] - expected[..., 3] * top).max()
    wrong_colour = (np.abs(got[..., :3] - expected[..., :3] * top) * seen).max()
    assert wrong_alpha <= 1, f"alpha is {wrong_alpha} steps off"
    assert wrong_colour <= 1, f"colours are {wrong_colour} steps off"


@pytest.mark.parametrize("opacity", [1.0, 0.999, 0.5, 0.01])
@pytest.mark.parametrize("dtype", DEPTHS)
def test_over_is_porter_and_duffs_over(dtype: Any, opacity: float) -> None:
    below, above = noise(1, dtype), noise(2, dtype)
    got = below.copy()
    over(got, above, opacity)
    assert_seen_alike(got, slow_over(below, above, opacity))


@pytest.mark.parametrize("dtype", DEPTHS)
def test_over_is_bit_exact_where_the_upper_layer_is_transparent_or_opaque(dtype: Any) -> None:
    below, above = noise(1, dtype), noise(2, dtype)
    got = below.copy()
    over(got, above)
    clear, opaque = above[..., 3] == 0, above[..., 3] == np.iinfo(dtype).max
    assert clear.any()
    assert opaque.any()
    np.testing.assert_array_equal(got[clear], below[clear])
    np.testing.assert_array_equal(got[opaque], above[opaque])


@pytest.mark.parametrize("dtype", DEPTHS)
@pytest.mark.parametrize("alpha", [0, "top"])
def test_over_is_bit_exact_for_a_whole_layer_of_one_kind(dtype: Any, alpha: int | str) -> None:
    below, above = noise(1, dtype), noise(2, dtype)
    above[..., 3] = np.iinfo(dtype).max if alpha == "top" else 0
    got = below.copy()
    over(got, above)
    np.testing.assert_array_equal(got, above if alpha == "top" else below)


@pytest.mark.parametrize("dtype", DEPTHS)
def test_the_upper_colour_stands_where_nothing_lies_below(dtype: Any) -> None:
    above = noise(2, dtype)
    got: Pixels = np.zeros_like(above)
    over(got, above)
    seen = above[..., 3] > 0
    np.testing.assert_array_equal(got[seen], above[seen])


@pytest.mark.parametrize("dtype", DEPTHS)
def test_a_stack_of_layers_equals_the_slow_way(dtype: Any) -> None:
    sheets = [noise(seed, dtype, 300, 400) for seed in range(3)]
    opacities = (1.0, 0.6, 1.0)
    layers = [
        replace(Layer.new("", TiledImage.from_array(sheet.copy())), opacity=opacity)
        for sheet, opacity in zip(sheets, opacities, strict=True)
    ]
    rect = Rect(200, 100, 390, 290)  # over the borders of tiles
    got = composite(state_of(*layers), rect)
    expected: Pixels = sheets[0][rect.slices].copy()
    for sheet, opacity in zip(sheets[1:], opacities[1:], strict=True):
        top = float(np.iinfo(dtype).max)
        expected = np.rint(slow_over(expected, sheet[rect.slices], opacity) * top).astype(dtype)
    off = np.abs(got.astype(np.int64) - expected) * (expected[..., 3:] / np.iinfo(dtype).max)
    assert off.max() <= 2, "two layers, each at most one step off"


@pytest.mark.parametrize("dtype", DEPTHS)
def test_one_layer_comes_through_bit_for_bit(dtype: Any) -> None:
    sheet = noise(3, dtype, 300, 300)
    state = state_of(Layer.new("", TiledImage.from_array(sheet.copy())))
    np.testing.assert_array_equal(composite(state, state.bounds), sheet)


def test_hidden_layers_and_those_of_no_opacity_are_not_there() -> None:
    sheet, other = noise(1, np.uint8), noise(2, np.uint8)
    bottom = Layer.new("", TiledImage.from_array(sheet.copy()))
    seen = Layer.new("", TiledImage.from_array(other.copy()))
    for above in (replace(seen, visible=False), replace(seen, opacity=0.0)):
        np.testing.assert_array_equal(composite(state_of(bottom, above), Rect(0, 0, 90, 70)), sheet)
        assert not composite(state_of(replace(bottom, visible=False), above), Rect(0, 0, 90, 70)).any()


def test_the_bottom_layer_has_an_opacity_too() -> None:
    sheet: Pixels = np.full((4, 4, 4), 200, np.uint8)
    state = state_of(replace(Layer.new("", TiledImage.from_array(sheet)), opacity=0.5))
    np.testing.assert_array_equal(composite(state, state.bounds)[0, 0], [200, 200, 200, 100])


def test_flattened_reads_any_piece() -> None:
    sheet = noise(1, np.uint16, 300, 300)
    flattened = Flattened(state_of(Layer.new("", TiledImage.from_array(sheet.copy()))))
    assert (flattened.size, flattened.dtype) == (Size(300, 300), np.dtype(np.uint16))
    out: Pixels = np.full((30, 20, 4), 9, np.uint16)
    flattened.read_into(Rect(250, 240, 270, 270), out)
    np.testing.assert_array_equal(out, sheet[240:270, 250:270])


@pytest.mark.parametrize("dtype", DEPTHS)
def test_blend_keeps_every_bit_where_nothing_is_covered_and_takes_every_bit_where_all_is(dtype: Any) -> None:
    below, filled = noise(1, dtype), noise(2, dtype)
    coverage = np.random.default_rng(3).choice(np.array([0, 1, 127, 254, 255], np.uint8), below.shape[:2])
    got = blend(below, filled, coverage)
    np.testing.assert_array_equal(got[coverage == 0], below[coverage == 0])
    np.testing.assert_array_equal(got[coverage == 255], filled[coverage == 255])
    weight = coverage[..., None] / 255.0
    expected = below * (1 - weight) + filled * weight
    assert np.abs(got - expected).max() <= 1
    np.testing.assert_array_equal(below, noise(1, dtype), err_msg="blend must not write into the caller's image")


@pytest.mark.parametrize("dtype", DEPTHS)
def test_a_fill_layer_changes_nothing_outside_its_coverage(dtype: Any) -> None:
    picture = noise(1, dtype, 300, 400)
    rect = Rect(200, 220, 290, 290)
    filled = noise(2, dtype, rect.height, rect.width)
    coverage = np.random.default_rng(3).choice(np.array([0, 90, 255], np.uint8), filled.shape[:2])
    sheet = fill_layer(Size(400, 300), rect, filled, coverage)
    state = state_of(Layer.new("", TiledImage.from_array(picture.copy())), Layer.new("", sheet))
    got = composite(state, state.bounds)
    covered = np.zeros((300, 400), np.bool_)
    covered[rect.slices] = coverage > 0
    np.testing.assert_array_equal(got[~covered], picture[~covered])
    whole = np.zeros((300, 400), np.bool_)
    whole[rect.slices] = (coverage == 255) & (filled[..., 3] == np.iinfo(dtype).max)
    assert whole.any()
    np.testing.assert_array_equal(got[whole], filled[whole[rect.slices]])


def test_a_fill_layer_keeps_no_colour_where_it_is_not_seen() -> None:
    filled = noise(2, np.uint8, 10, 10)
    sheet = fill_layer(Size(10, 10), Rect(0, 0, 10, 10), filled, np.zeros((10, 10), np.uint8))
    assert not sheet.read(sheet.bounds).any()
