"""A tiled run of a network that sees so far and no further is the untiled run, in any order and after any stop."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from imagetool.core.geometry import Rect, Size
from imagetool.core.picture import Pixels
from imagetool.core.seam_plan import SeamPlan
from imagetool.core.tile_plan import TilePlan, Tiling
from imagetool.kit.channels import Channels
from imagetool.kit.enlarging import Enlargement
from imagetool.kit.precision import Precision
from imagetool.kit.same_size import Sheet, run_filter, run_scorer
from imagetool.kit.tile_loop import NOBODY, Host
from imagetool.plugin import Cancelled, Filter, Job, Params, Scorer
from tests.fakes.models import FakeJob
from tests.fakes.upscalers import ConvUpscaler, FakeUpscaler

CPU = torch.device("cpu")
REACH_PX = 4
TILED, UNTILED = Tiling(34, REACH_PX), Tiling(4096, REACH_PX)
SIZES = [Size(97, 61), Size(1, 1), Size(2, 90), Size(90, 3), Size(35, 35)]
Array: TypeAlias = NDArray[Any]


def network(image: Tensor, planes: int) -> Tensor:
    """Four random convolutions in float32, with zeros around the picture, as networks have them."""
    rng = torch.Generator().manual_seed(2)
    features = image
    for out in (8, 8, 8, planes):
        kernel = torch.randn(out, features.shape[1], 3, 3, generator=rng) / (3 * features.shape[1] ** 0.5)
        features = functional.conv2d(torch.tanh(2 * features - 0.4), kernel, padding=1)
    return features


class Network(Filter):
    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        return network(image, 3)


class Critic(Scorer):
    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        return 1e4 * network(image, 1)


@dataclass(frozen=True)
class Way:
    """How a picture goes through a network: what its result looks like, and running it."""

    name: str
    factor: int
    form: Callable[[Pixels], tuple[int, Any]]  # channels and dtype of the result
    run: Callable[[Pixels, Tiling, Callable[..., FakeJob], Array, Host], int]


def _sheet(source: Pixels, tiling: Tiling) -> Sheet:
    return Sheet(source, tiling, 1, CPU, Precision.FP32)


def _filter(source: Pixels, tiling: Tiling, job_for: Any, result: Array, host: Host) -> int:
    return run_filter(Network(), _sheet(source, tiling), Params({}), job_for, result, host)


def _score(source: Pixels, tiling: Tiling, job_for: Any, result: Array, host: Host) -> int:
    return run_scorer(Critic(), _sheet(source, tiling), Params({}), job_for, result, host)


def _enlarge(source: Pixels, tiling: Tiling, job_for: Any, result: Array, host: Host) -> int:
    enlargement = Enlargement(source, result, tiling, CPU, Precision.FP32, host)
    return enlargement.run(ConvUpscaler(), Params({}), job_for)


WAYS = [
    Way("filter", 1, lambda source: (4, source.dtype), _filter),
    Way("score", 1, lambda source: (1, np.float32), _score),
    Way("enlarge", 3, lambda source: (4, source.dtype), _enlarge),
]
by_way = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
by_dtype = pytest.mark.parametrize("dtype", [np.uint8, np.uint16])


def picture(size: Size, dtype: Any) -> Pixels:
    top = int(np.iinfo(dtype).max)
    pixels: Pixels = np.random.default_rng(3).integers(0, top, (size.height, size.width, 4), dtype, endpoint=True)
    pixels.flags.writeable = False
    return pixels


def blank(way: Way, source: Pixels) -> Array:
    channels, dtype = way.form(source)
    return np.zeros((way.factor * source.shape[0], way.factor * source.shape[1], channels), dtype)


def made(way: Way, source: Pixels, tiling: Tiling = TILED, host: Host = NOBODY) -> Array:
    result = blank(way, source)
    way.run(source, tiling, lambda *_: FakeJob(), result, host)
    return result


def host(way: Way, source: Pixels, view: Callable[[], Rect | None] = lambda: None) -> Host:
    size = Size(source.shape[1], source.shape[0])
    plan = TilePlan.of(size, Size(way.factor * size.width, way.factor * size.height), TILED)
    channels, dtype = way.form(source)
    seams = np.full(SeamPlan.of(plan).length(channels), 7, dtype)
    return Host(seams, np.zeros(len(plan.tiles), np.uint32), view)


@by_way
@by_dtype
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_tiles_give_what_the_whole_gives(way: Way, dtype: Any, size: Size) -> None:
    source = picture(size, dtype)
    tiled, whole = made(way, source).astype(float), made(way, source, UNTILED).astype(float)
    if way.name == "score":  # float32 sums of a few hundred products, in another order
        np.testing.assert_allclose(tiled, whole, rtol=0, atol=2e-6 * max(1, np.abs(whole).max()))
    else:  # a value on the verge may be rounded to the next whole number
        assert np.abs(tiled - whole).max() <= 1
        assert (tiled != whole).mean() <= (1e-3 if dtype is np.uint8 else 0.1)


@by_way
def test_too_little_overlap_would_be_seen(way: Way) -> None:
    source = picture(SIZES[0], np.uint16)
    tiled, whole = (made(way, source, tiling).astype(float) for tiling in (Tiling(34, 0), UNTILED))
    assert np.abs(tiled - whole).max() > 1e-3 * np.abs(whole).max()


@by_way
@by_dtype
def test_no_order_of_tiles_shows(way: Way, dtype: Any) -> None:
    source = picture(SIZES[0], dtype)
    expected = made(way, source).tobytes()
    for seed in range(3):
        assert made(way, source, host=host(way, source, Wandering(seed))).tobytes() == expected


class Watched(Filter):
    """Remembers what it was shown."""

    def __init__(self) -> None:
        self.images: list[Tensor] = []

    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        self.images.append(image)
        return network(image, 3)


@pytest.mark.parametrize("corner", [Rect(0, 0, 5, 5), Rect(90, 55, 97, 61)], ids=str)
def test_a_precision_is_tried_in_the_middle_whichever_tile_comes_first(corner: Rect) -> None:
    """Else the order would decide in which precision the picture is computed."""
    source, model = picture(SIZES[0], np.uint8), Watched()
    sheet, lent = Sheet(source, TILED, 1, CPU, Precision.BF16), host(WAYS[0], source, lambda: corner)
    run_filter(model, sheet, Params({}), lambda *_: FakeJob(), blank(WAYS[0], source), lent)
    expected = sheet.middle(Channels.of(source))
    assert torch.equal(model.images[0], expected)
    assert torch.equal(model.images[1], expected)
    assert not torch.equal(model.images[2], expected)


@pytest.mark.parametrize("corner", [Rect(0, 0, 5, 5), Rect(90, 55, 97, 61)], ids=str)
def test_enlarging_tries_a_precision_in_the_middle_too(corner: Rect) -> None:
    source, model = picture(SIZES[0], np.uint8), FakeUpscaler()
    enlargement = Enlargement(
        source, blank(WAYS[2], source), TILED, CPU, Precision.BF16, host(WAYS[2], source, lambda: corner)
    )
    enlargement.run(model, Params({}), lambda *_: FakeJob())
    middle = TilePlan.of(SIZES[0], Size(3 * 97, 3 * 61), TILED).middle.part
    colours = source[middle.top // 3 : -(-middle.bottom // 3), middle.left // 3 : -(-middle.right // 3), :3]
    for image in model.images[:2]:
        np.testing.assert_allclose(image[0].permute(1, 2, 0).numpy() * 255, colours, atol=1e-4)


class Wandering:
    """Looks somewhere else each time."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)

    def __call__(self) -> Rect:
        left, top = (int(self._rng.integers(0, side)) for side in SIZES[0])
        return Rect(left, top, left + 9, top + 9)


class StoppedAfter:
    """Makes the jobs of a run that the user stops once so many tiles are there."""

    def __init__(self, ledger: NDArray[np.uint32], tiles: int) -> None:
        self._ledger, self._tiles = ledger, tiles

    def __call__(self, crop: Rect, begin: float, end: float) -> FakeJob:
        return FakeJob(cancelled=int(np.count_nonzero(self._ledger)) >= self._tiles)


@by_way
@by_dtype
def test_a_run_that_was_stopped_goes_on_to_the_same_bytes(way: Way, dtype: Any) -> None:
    source = picture(SIZES[0], dtype)
    expected = made(way, source).tobytes()
    for stopped_after in (0, 1, 5):
        result, lent = blank(way, source), host(way, source, Wandering(stopped_after))
        assert lent.ledger is not None
        with pytest.raises(Cancelled):
            way.run(source, TILED, StoppedAfter(lent.ledger, stopped_after), result, lent)
        assert np.count_nonzero(lent.ledger) == stopped_after
        assert way.run(source, TILED, lambda *_: FakeJob(), result, lent) == len(lent.ledger)
        assert result.tobytes() == expected


@by_way
def test_memory_is_bounded_by_the_tile_and_not_by_the_picture(way: Way) -> None:
    """NumPy's, beside source, result and seams; what torch takes is freed with each tile."""
    source = picture(Size(600, 500), np.uint16)
    result, lent = blank(way, source), host(way, source)
    assert lent.ledger is not None
    tracemalloc.start()
    with pytest.raises(Cancelled):
        way.run(source, TILED, StoppedAfter(lent.ledger, 50), result, lent)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 4 * 3 * source.size / 4, "as floats the colours would be 3.6 MB"
