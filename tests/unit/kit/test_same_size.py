from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from imagetool.core.geometry import Rect
from imagetool.core.picture import Pixels
from imagetool.core.tile_plan import Tiling
from imagetool.kit.errors import InvalidResult
from imagetool.kit.precision import Precision
from imagetool.kit.same_size import Sheet, run_filter, run_scorer
from imagetool.plugin import Cancelled, Filter, Params
from tests.fakes.filters import ConvFilter, FakeDenoiser, FakeFilter, FakeScorer
from tests.fakes.models import FakeJob

CPU = torch.device("cpu")
SMALL = Tiling(30, ConvFilter.reach_px)  # keeps 16 pixels of each tile
SIZES = [(1, 1), (1, 7), (40, 1), (17, 23), (53, 71)]


def picture(height: int = 53, width: int = 71, dtype: Any = np.uint8, *, opaque: bool = True) -> Pixels:
    """Noise, read-only; where it is not opaque, a tenth of it is fully transparent."""
    top = int(np.iinfo(dtype).max)
    rng = np.random.default_rng(3)
    pixels: Pixels = rng.integers(0, top, (height, width, 4), dtype, endpoint=True)
    pixels[rng.random(pixels.shape[:2]) < 0.1, 3] = 0
    if opaque:
        pixels[..., 3] = top
    pixels.flags.writeable = False
    return pixels


def sheet(source: Pixels, tiling: Tiling | None = SMALL, multiple_of: int = 1) -> Sheet:
    return Sheet(source, tiling, multiple_of, CPU, Precision.FP32)


def filtered(model: Filter, on: Sheet, job_for: Callable[..., Any] = lambda *_: FakeJob()) -> Pixels:
    result: Pixels = np.zeros(on.source.shape, on.source.dtype)
    run_filter(model, on, Params({}), job_for, result)
    return result


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("opaque", [True, False], ids=["opaque", "transparent"])
@pytest.mark.parametrize(("height", "width"), SIZES)
@pytest.mark.parametrize("tiling", [SMALL, None], ids=["tiles", "whole"])
def test_a_model_that_changes_nothing_changes_nothing(
    height: int, width: int, dtype: type, tiling: Tiling | None, *, opaque: bool
) -> None:
    source = picture(height, width, dtype, opaque=opaque)
    made = filtered(FakeFilter(), sheet(source, tiling, multiple_of=8))
    seen = source[..., 3] > 0
    np.testing.assert_array_equal(made[seen], source[seen])
    np.testing.assert_array_equal(made[..., 3], source[..., 3], err_msg="opacity stays")


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("opaque", [True, False], ids=["opaque", "transparent"])
def test_tiles_give_what_the_whole_picture_gives(dtype: type, *, opaque: bool) -> None:
    source = picture(dtype=dtype, opaque=opaque)
    tiled, whole = (filtered(ConvFilter(), sheet(source, tiling)) for tiling in (SMALL, None))
    np.testing.assert_array_equal(tiled, whole)


def test_too_little_overlap_would_be_seen() -> None:
    source = picture()
    tiled = filtered(ConvFilter(), sheet(source, Tiling(24, 0)))
    assert (tiled != filtered(ConvFilter(), sheet(source, None))).any()


def test_sides_are_multiples_and_what_is_added_is_cut_off() -> None:
    model = FakeFilter()
    filtered(model, sheet(picture(17, 23), None, multiple_of=16))
    assert [tuple(image.shape) for image in model.images] == [(1, 3, 32, 32)]


def test_a_model_sees_no_crop_that_is_larger_than_its_tile() -> None:
    model = FakeFilter()
    filtered(model, sheet(picture(200, 180), Tiling(64, 8)))
    assert (
        max(max(image.shape[-2:]) for image in model.images) <= 64 + 2 * 4
    )  # the blended border may be seen, too


def test_what_is_transparent_gets_the_colours_around_it() -> None:
    source = np.full((9, 9, 4), (10, 200, 30, 255), np.uint8)
    source[4, 4] = (255, 0, 255, 0)
    model = FakeFilter()
    filtered(model, sheet(source, None))
    np.testing.assert_allclose(model.images[0][0, :, 4, 4] * 255, [10, 200, 30], atol=0.01)


def tinted(image: Tensor) -> Tensor:
    return image * torch.tensor([1.0, 0.5, 0.25])[:, None, None]


def test_a_gray_picture_is_denoised_to_a_gray_one() -> None:
    gray = picture().copy()
    gray[..., :3] = gray[..., :1]
    made = filtered(FakeDenoiser(tinted), sheet(gray))
    assert (made[..., 0] == made[..., 1]).all()
    assert (made[..., 1] == made[..., 2]).all()
    coloured = filtered(FakeFilter(tinted), sheet(gray))
    assert (coloured[..., 0] != coloured[..., 2]).any(), "a filter may add colours"


def test_values_out_of_range_are_cut() -> None:
    made = filtered(FakeFilter(lambda image: image * 4 - 1), sheet(np.full((5, 5, 4), 255, np.uint8)))
    assert (made == 255).all()


WRONG: list[tuple[str, Callable[[Tensor], object], str]] = [
    ("size", lambda image: image[..., 1:], "got float32 of shape (1, 3, "),
    ("planes", lambda image: image[:, :1], "got float32 of shape (1, 1, "),
    ("dtype", lambda image: image.to(torch.uint8), "got uint8 of shape"),
    ("not a number", lambda image: image * float("nan"), "got values that are not numbers"),
    ("nothing", lambda image: None, "got NoneType"),
]


@pytest.mark.parametrize(("answer", "said"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_an_answer_that_is_no_picture(answer: Callable[[Tensor], object], said: str) -> None:
    with pytest.raises(InvalidResult) as caught:
        filtered(FakeFilter(answer), sheet(picture()))
    assert said in str(caught.value)


def test_progress_is_told_in_tiles_and_previews_cover_their_cores() -> None:
    crops: list[Rect] = []
    jobs: list[FakeJob] = []

    def job_for(crop: Rect, begin: float, end: float) -> FakeJob:
        crops.append(crop)
        jobs.append(FakeJob())
        return jobs[-1]

    filtered(FakeFilter(), sheet(picture()), job_for)
    assert sum(crop.size.pixels for crop in crops) == 53 * 71
    assert jobs[0].progressed[-1] == (1.0, f"tile 1 of {len(jobs)}")
    for crop, job in zip(crops, jobs, strict=True):
        (shown,) = job.previews
        assert tuple(shown.shape) == (1, 3, crop.height, crop.width)


def test_without_tiles_the_models_own_previews_are_shown() -> None:
    job = FakeJob()
    filtered(FakeFilter(), sheet(picture(), None), lambda *_: job)
    assert len(job.previews) == 2, "one by the model, one of the result"
    assert job.figures.keys() == {"mean"}


def test_a_job_that_is_stopped_stops() -> None:
    with pytest.raises(Cancelled):
        filtered(FakeFilter(), sheet(picture()), lambda *_: FakeJob(cancelled=True))


@pytest.mark.parametrize(("height", "width"), SIZES)
@pytest.mark.parametrize("tiling", [SMALL, None], ids=["tiles", "whole"])
def test_a_map_has_the_models_numbers(height: int, width: int, tiling: Tiling | None) -> None:
    source = picture(height, width)
    result = np.zeros((height, width, 1), np.float32)
    run_scorer(FakeScorer(), sheet(source, tiling, multiple_of=4), Params({}), lambda *_: FakeJob(), result)
    expected = source[..., :3].astype(np.float32).mean(2, keepdims=True) / 255 * 100 - 50
    np.testing.assert_allclose(result, expected, atol=1e-3)


@pytest.mark.parametrize("tiling", [SMALL, None], ids=["tiles", "whole"])
def test_a_scorer_that_is_given_the_opacity_sees_nothing_of_what_is_hidden(tiling: Tiling | None) -> None:
    source, result = picture(opaque=False), np.zeros((53, 71, 1), np.float32)
    model = FakeScorer(lambda image: image[:, 3:] + 10 * image[:, :3].sum(1, keepdim=True))
    on = replace(sheet(source, tiling, multiple_of=4), opacity=True)
    run_scorer(model, on, Params({}), lambda *_: FakeJob(), result)
    shown = np.where(source[..., 3:] > 0, source, 0).astype(np.float64) / 255
    np.testing.assert_allclose(result, shown[..., 3:] + 10 * shown[..., :3].sum(2, keepdims=True), atol=1e-4)


def test_a_map_of_the_wrong_form() -> None:
    result = np.zeros((53, 71, 1), np.float32)
    with pytest.raises(InvalidResult, match=r"expected finite numbers of shape \(1, 1, "):
        run_scorer(FakeScorer(lambda i: i), sheet(picture()), Params({}), lambda *_: FakeJob(), result)
