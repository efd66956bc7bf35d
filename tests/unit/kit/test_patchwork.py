from __future__ import annotations

import itertools
import tracemalloc
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from imagetool.core.geometry import Size
from imagetool.core.seam_plan import SeamPlan
from imagetool.core.tile_plan import BLEND_PX, TilePlan, Tiling
from imagetool.kit.errors import UnfitBuffer
from imagetool.kit.patchwork import Patchwork
from tests.fakes.tile_plans import by_plan

Array = NDArray[Any]

DTYPES = [(np.uint8, 4), (np.uint16, 4), (np.float32, 1)]
by_dtype = pytest.mark.parametrize(("dtype", "channels"), DTYPES, ids=["uint8", "uint16", "float32"])
SEVERAL = TilePlan.of_step(Size(53, 47), Size(20, 14))


def noise(shape: tuple[int, ...], dtype: Any, seed: int = 1) -> Array:
    rng = np.random.default_rng(seed)
    if np.issubdtype(dtype, np.floating):
        return (rng.standard_normal(shape) * 1e3).astype(dtype)
    return rng.integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)


def answers(plan: TilePlan, dtype: Any, channels: int) -> list[Array]:
    """What tiles that do not agree at all make of their parts."""
    return [
        noise((tile.part.height, tile.part.width, channels), dtype, seed) for seed, tile in enumerate(plan.tiles)
    ]


def buffers(plan: TilePlan, dtype: Any, channels: int) -> tuple[Array, Array, NDArray[np.uint32]]:
    """Result and seams with what somebody has left there, and an empty ledger."""
    result = noise((plan.size.height, plan.size.width, channels), dtype, 99)
    seams = noise((SeamPlan.of(plan).length(channels),), dtype, 98)
    return result, seams, np.zeros(len(plan.tiles), np.uint32)


def laid(plan: TilePlan, parts: list[Array], order: list[int]) -> Array:
    result, *kept = buffers(plan, parts[0].dtype, parts[0].shape[2])
    patchwork = Patchwork(plan, result, *kept)
    for index in order:
        patchwork.lay(index, parts[index])
    assert patchwork.done == tuple(range(len(plan.tiles)))
    return result


@by_plan
@by_dtype
def test_no_order_of_tiles_shows(size: Size, step: Size, dtype: Any, channels: int) -> None:
    plan = TilePlan.of_step(size, step)
    parts = answers(plan, dtype, channels)
    row_by_row = laid(plan, parts, list(range(len(parts))))
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(len(parts)).tolist()
        assert laid(plan, parts, order).tobytes() == row_by_row.tobytes()


@by_plan
@by_dtype
def test_tiles_that_agree_are_put_together_unchanged(size: Size, step: Size, dtype: Any, channels: int) -> None:
    plan = TilePlan.of_step(size, step)
    whole = noise((size.height, size.width, channels), dtype)
    parts = [whole[tile.part.slices] for tile in plan.tiles]
    np.testing.assert_array_equal(laid(plan, parts, list(reversed(range(len(parts))))), whole)


@by_dtype
def test_the_largest_values_do_not_overflow(dtype: Any, channels: int) -> None:
    top = np.finfo(dtype).max if np.issubdtype(dtype, np.floating) else np.iinfo(dtype).max
    parts = [np.full_like(part, top) for part in answers(SEVERAL, dtype, channels)]
    assert (laid(SEVERAL, parts, list(range(len(parts)))) == top).all()


@by_dtype
def test_a_run_without_buffers_of_the_host_gives_the_same(dtype: Any, channels: int) -> None:
    parts = answers(SEVERAL, dtype, channels)
    result = np.zeros((47, 53, channels), dtype)
    patchwork = Patchwork(SEVERAL, result)
    for index, part in enumerate(parts):
        patchwork.lay(index, part)
    assert result.tobytes() == laid(SEVERAL, parts, list(range(len(parts)))).tobytes()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("across", [True, False], ids=["columns", "rows"])
def test_two_tiles_that_disagree_meet_in_a_ramp(dtype: Any, across: bool) -> None:
    plan = TilePlan.of_step(Size(64, 20) if across else Size(20, 64), Size(32, 32))
    low, high = 20, 223
    parts = [np.full_like(part, value) for part, value in zip(answers(plan, dtype, 4), (low, high), strict=True)]
    result = laid(plan, parts, [1, 0])
    line = result[7, :, 1] if across else result[:, 7, 1]
    assert (line[: 32 - BLEND_PX] == low).all()
    assert (line[32 + BLEND_PX :] == high).all()
    expected = np.linspace(low, high, 4 * BLEND_PX + 1)[1::2]
    np.testing.assert_allclose(line[32 - BLEND_PX : 32 + BLEND_PX].astype(float), expected, atol=0.5)
    assert (result == (result[:1] if across else result[:, :1])).all()


@pytest.mark.parametrize("values", [(0, 0, 240, 240), (0, 240, 0, 240), (0, 240, 240, 0), (240, 0, 0, 0)])
def test_four_tiles_that_disagree_meet_without_an_edge(values: tuple[int, ...]) -> None:
    """Along a border of two tiles a pixel differs from the next by an eighth; at a corner it may be no more."""
    plan = TilePlan.of_step(Size(64, 64), Size(32, 32))
    parts = [np.full_like(part, value) for part, value in zip(answers(plan, np.uint8, 4), values, strict=True)]
    plane = laid(plan, parts, [2, 0, 3, 1])[..., 0].astype(int)
    steps = max(np.abs(np.diff(plane, axis=axis)).max() for axis in (0, 1))
    assert steps <= 240 / (2 * BLEND_PX) + 1, (
        f"an edge of {steps} where 240 should fade over {2 * BLEND_PX} pixels"
    )


@by_dtype
def test_a_run_goes_on_where_another_has_ended(dtype: Any, channels: int) -> None:
    parts = answers(SEVERAL, dtype, channels)
    undisturbed = laid(SEVERAL, parts, list(range(len(parts))))
    for stopped_after in range(len(parts) + 1):
        kept = buffers(SEVERAL, dtype, channels)
        order = np.random.default_rng(stopped_after).permutation(len(parts)).tolist()
        first, later = Patchwork(SEVERAL, *kept), Patchwork(SEVERAL, *kept)
        for index in order[:stopped_after]:
            first.lay(index, parts[index])
        assert [index for index in range(len(parts)) if later.is_promised(index)] == sorted(order[:stopped_after])
        assert all(later.recall(index) for index in order[:stopped_after])
        for index in order[stopped_after:]:
            assert not later.recall(index)
            later.lay(index, parts[index])
        assert kept[0].tobytes() == undisturbed.tobytes()


class Power(Exception):
    """It has failed."""


class Failing:
    """Cuts the power before the nth write, and lets none of those through that come after it."""

    def __init__(self, writes: int) -> None:
        self.left = writes

    def guarding(self, array: Array) -> Array:
        """The same bytes; writing to them counts."""
        guarded = array.view(_Guarded)
        guarded.power = self
        return guarded


class _Guarded(np.ndarray[Any, Any]):
    power: Failing

    def __array_finalize__(self, other: Any) -> None:
        if hasattr(other, "power"):
            self.power = other.power

    def __setitem__(self, where: Any, value: Any) -> None:
        if self.power.left == 0:
            raise Power
        self.power.left -= 1
        super().__setitem__(where, value)


@by_dtype
def test_a_run_that_dies_between_two_writes_goes_on(dtype: Any, channels: int) -> None:
    """Also where it dies while it goes on: each attempt gets a few writes further."""
    plan = TilePlan.of_step(Size(40, 30), Size(20, 15))
    parts = answers(plan, dtype, channels)
    undisturbed = laid(plan, parts, [0, 1, 2, 3])
    for writes, order in itertools.product(range(60), ([0, 1, 2, 3], [3, 0, 1, 2])):
        kept = buffers(plan, dtype, channels)
        power = Failing(writes)
        for attempt in (tuple(power.guarding(array) for array in kept), kept):
            try:
                patchwork = Patchwork(plan, *attempt)
                for index in order:
                    if not (patchwork.is_promised(index) and patchwork.recall(index)):
                        patchwork.lay(index, parts[index])
            except Power:
                assert attempt is not kept
        assert kept[0].tobytes() == undisturbed.tobytes(), f"after {writes} writes"
    assert power.left > 0, "the last of them got to the end"


@by_dtype
def test_a_tile_whose_pixels_are_spoilt_does_not_count(dtype: Any, channels: int) -> None:
    parts = answers(SEVERAL, dtype, channels)
    seams_of = SeamPlan.of(SEVERAL)
    result, seams, ledger = buffers(SEVERAL, dtype, channels)
    first = Patchwork(SEVERAL, result, seams, ledger)
    for index, part in enumerate(parts):
        first.lay(index, part)
    undisturbed = result.copy()
    tile = SEVERAL.tiles[4]
    result[tile.interior.top, tile.interior.left, 0] += 1
    seams[seams_of.begins_px[7] * channels] += 1
    ledger[2] ^= 1
    later = Patchwork(SEVERAL, result, seams, ledger)
    assert [index for index in range(len(parts)) if not later.recall(index)] == [2, 4, 7]
    assert ledger[[2, 4, 7]].tolist() == [0, 0, 0]
    for index in (7, 2, 4):
        later.lay(index, parts[index])
    assert result.tobytes() == undisturbed.tobytes()
    assert ledger.all()


def test_what_is_blended_is_made_anew_from_what_is_kept() -> None:
    """The checksums do not cover it."""
    parts = answers(SEVERAL, np.uint8, 4)
    kept = buffers(SEVERAL, np.uint8, 4)
    first, later = Patchwork(SEVERAL, *kept), Patchwork(SEVERAL, *kept)
    for index, part in enumerate(parts):
        first.lay(index, part)
    undisturbed = kept[0].copy()
    for zone in SeamPlan.of(SEVERAL).zones(4):
        kept[0][zone.rect.slices] = 7
    assert all(later.recall(index) for index in range(len(parts)))
    assert kept[0].tobytes() == undisturbed.tobytes()


def test_the_core_of_a_tile_is_there_once_it_counts() -> None:
    """So that what is done can be used, however few tiles there are."""
    parts = answers(SEVERAL, np.uint8, 4)
    result, seams, ledger = buffers(SEVERAL, np.uint8, 4)
    Patchwork(SEVERAL, result, seams, ledger).lay(4, parts[4])
    tile = SEVERAL.tiles[4]
    inside = tile.core.moved(-tile.part.left, -tile.part.top).slices
    np.testing.assert_array_equal(result[tile.core.slices], parts[4][inside])
    assert np.flatnonzero(ledger).tolist() == [4]


def test_a_ledger_without_a_tile_of_zeros_is_not_mistaken_for_it() -> None:
    result, seams, ledger = (np.zeros_like(array) for array in buffers(SEVERAL, np.uint8, 4))
    patchwork = Patchwork(SEVERAL, result, seams, ledger)
    assert not any(patchwork.recall(index) for index in range(len(SEVERAL.tiles)))
    patchwork.lay(0, np.zeros_like(answers(SEVERAL, np.uint8, 4)[0]))
    assert ledger[0] != 0


WRONG = [
    # which buffer, what it should be, what is given
    ("result", "uint8 of shape (47, 53, 4)", np.zeros((47, 52, 4), np.uint8)),
    ("seams", "uint8 of shape ", np.zeros(7, np.uint8)),
    ("seams", "uint8 of shape ", np.zeros(SeamPlan.of(SEVERAL).length(4), np.uint16)),
    ("ledger", "uint32 of shape (12,)", np.zeros(11, np.uint32)),
    ("ledger", "uint32 of shape (12,)", np.zeros(12, np.int64)),
]


@pytest.mark.parametrize(("name", "expected", "given"), WRONG)
def test_buffers_of_another_plan_are_refused(name: str, expected: str, given: Array) -> None:
    kept = dict(zip(("result", "seams", "ledger"), buffers(SEVERAL, np.uint8, 4), strict=True))
    kept[name] = given
    with pytest.raises(UnfitBuffer) as caught:
        Patchwork(SEVERAL, **kept)
    assert f"(the {name} should be {expected}" in str(caught.value)


@by_dtype
def test_memory_is_bounded_by_the_tile(dtype: Any, channels: int) -> None:
    size = Size(1500, 1200)
    plan = TilePlan.of(size, size, Tiling(200, 4))
    kept = buffers(plan, dtype, channels)
    part = np.zeros((192, 192, channels), dtype)
    tracemalloc.start()
    patchwork = Patchwork(plan, *kept)
    for index, tile in enumerate(plan.tiles):
        patchwork.lay(index, part[: tile.part.height, : tile.part.width])
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 2 * part.nbytes + 200_000
