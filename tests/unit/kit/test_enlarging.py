from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from imagetool.core.geometry import Rect, Size
from imagetool.core.picture import Pixels
from imagetool.core.tile_plan import Tiling
from imagetool.kit.crops import CropJobs
from imagetool.kit.enlarging import Enlargement, Ladder
from imagetool.kit.errors import InvalidResult
from imagetool.kit.precision import Precision
from imagetool.kit.resampling import resize
from imagetool.kit.tensors import to_pixels, to_tensor
from imagetool.plugin import Upscaler
from imagetool.plugin.errors import Cancelled
from imagetool.plugin.parameters import Params
from tests.fakes.models import FakeJob
from tests.fakes.upscalers import Answer, ConvUpscaler, FakeUpscaler, StoppedJob, repeated

CPU = torch.device("cpu")
UNTILED = Tiling(4096, ConvUpscaler.reach_px)
SMALL = Tiling(22, ConvUpscaler.reach_px)  # keeps 16 pixels of each tile
SOURCE = Size(41, 29)


def picture(size: Size = SOURCE, dtype: Any = np.uint8, *, opaque: bool = True) -> Pixels:
    """Noise, read-only; where it is not opaque, a tenth of it is fully transparent."""
    top = int(np.iinfo(dtype).max)
    rng = np.random.default_rng(3)
    pixels: Pixels = rng.integers(0, top, (size.height, size.width, 4), dtype, endpoint=True)
    pixels[rng.random(pixels.shape[:2]) < 0.1, 3] = 0
    if opaque:
        pixels[..., 3] = top
    pixels.flags.writeable = False
    return pixels


def silent(crop: Rect, begin: float, end: float) -> FakeJob:
    return FakeJob()


def enlarge(
    model: Upscaler, source: Pixels, target: Size, tiling: Tiling = SMALL, job_for: CropJobs = silent
) -> Pixels:
    result: Pixels = np.zeros((target.height, target.width, 4), source.dtype)
    Enlargement(source, result, tiling, CPU, Precision.FP32).run(model, Params({}), job_for)
    return result


TARGETS = [
    *(Size(SOURCE.width * factor, SOURCE.height * factor) for factor in (2, 3, 4, 6, 8)),
    *(Size(round(SOURCE.width * factor), round(SOURCE.height * factor)) for factor in (0.7, 1.0, 1.37, 2.5, 5.3)),
    Size(100, 35),
    Size(30, 100),
    Size(20, 150),
    Size(350, 29),
]


@pytest.mark.parametrize("target", TARGETS, ids=str)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("opaque", [True, False], ids=["opaque", "alpha"])
def test_tiles_give_what_the_whole_gives(target: Size, dtype: Any, opaque: bool) -> None:
    source = picture(dtype=dtype, opaque=opaque)
    whole = enlarge(ConvUpscaler(), source, target, UNTILED)
    assert whole.std() > 0.05 * np.iinfo(dtype).max, "the network shows nothing"
    np.testing.assert_array_equal(enlarge(ConvUpscaler(), source, target), whole)


def test_an_overlap_smaller_than_the_reach_shows() -> None:
    """Else the test above could not fail."""
    source, target = picture(), TARGETS[0]
    whole = enlarge(ConvUpscaler(), source, target, UNTILED)
    assert not np.array_equal(enlarge(ConvUpscaler(), source, target, Tiling(20, 2)), whole)


@pytest.mark.parametrize("factor", [2, 3, 4, 6, 8])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_every_pixel_comes_to_its_place(factor: int, dtype: Any) -> None:
    source = picture(dtype=dtype)
    result = enlarge(FakeUpscaler(), source, Size(SOURCE.width * factor, SOURCE.height * factor))
    np.testing.assert_array_equal(result, source.repeat(factor, 0).repeat(factor, 1))


BETWEEN = [  # size, the factor that is used
    (Size(56, 40), 2),
    (Size(102, 72), 3),
    (Size(123, 30), 3),
    (Size(10, 100), 4),
]


@pytest.mark.parametrize(("target", "factor"), BETWEEN)
def test_a_size_between_the_factors_is_resampled_from_the_next_larger_one(target: Size, factor: int) -> None:
    source = picture()
    expected = to_pixels(resize(repeated(to_tensor(source, CPU), factor), target), source.dtype)
    result = enlarge(FakeUpscaler(), source, target)
    np.testing.assert_allclose(result.astype(int), expected.astype(int), atol=1)


LADDERS = [
    # scales, source, target, the factors
    ((2, 3, 4), Size(100, 100), Size(50, 50), (2,)),
    ((2, 3, 4), Size(100, 100), Size(100, 100), (2,)),
    ((2, 3, 4), Size(100, 100), Size(200, 200), (2,)),
    ((2, 3, 4), Size(100, 100), Size(201, 201), (3,)),
    ((2, 3, 4), Size(100, 100), Size(300, 50), (3,)),
    ((2, 3, 4), Size(100, 100), Size(50, 400), (4,)),
    ((2, 3, 4), Size(100, 100), Size(401, 401), (2, 3)),
    ((2, 3, 4), Size(100, 100), Size(600, 600), (2, 3)),
    ((2, 3, 4), Size(100, 100), Size(601, 601), (2, 4)),
    ((2, 3, 4), Size(100, 100), Size(800, 800), (2, 4)),
    ((2, 3, 4), Size(100, 100), Size(1600, 1600), (2, 4)),
    ((2, 3, 4), Size(3, 3), Size(7, 7), (3,)),
    ((4, 2, 3), Size(100, 100), Size(200, 200), (2,)),
    ((2,), Size(100, 100), Size(300, 300), (2, 2)),
    ((2,), Size(100, 100), Size(800, 800), (2, 2)),
    ((4,), Size(100, 100), Size(200, 200), (4,)),
    ((4,), Size(100, 100), Size(800, 800), (4,)),
    ((2, 8), Size(100, 100), Size(500, 500), (8,)),
    ((16,), Size(100, 100), Size(200, 200), (16,)),
]


@pytest.mark.parametrize(("scales", "source", "target", "factors"), LADDERS)
def test_the_smallest_factor_that_suffices_is_taken(
    scales: tuple[int, ...], source: Size, target: Size, factors: tuple[int, ...]
) -> None:
    assert Ladder.plan(source, target, scales).factors == factors


@pytest.mark.parametrize("size", [Size(1, 1), Size(1, 7), Size(50, 1), Size(2, 3)], ids=str)
@pytest.mark.parametrize("target", [Size(1, 1), Size(2, 14), Size(5, 3), Size(61, 7)], ids=str)
def test_the_smallest_pictures_are_enlarged(size: Size, target: Size) -> None:
    source: Pixels = np.full((size.height, size.width, 4), (200, 100, 50, 255), np.uint8)
    result = enlarge(FakeUpscaler(), source, target)
    assert (result == source[0, 0]).all()


@pytest.mark.parametrize("size", [Size(1, 1), Size(1, 50), Size(50, 1)], ids=str)
def test_thin_pictures_are_tiled_like_others(size: Size) -> None:
    source, target = picture(size, opaque=False), Size(size.width * 3, size.height * 5)
    whole = enlarge(ConvUpscaler(), source, target, UNTILED)
    np.testing.assert_array_equal(enlarge(ConvUpscaler(), source, target), whole)


class Span(FakeJob):
    """Writes the progress of the whole picture into a list that all tiles share."""

    def __init__(self, shares: list[float], begin: float, end: float) -> None:
        super().__init__()
        self._shares, self._begin, self._end = shares, begin, end

    def progress(self, done: float, text: str = "") -> None:
        self._shares.append(self._begin + (self._end - self._begin) * done)


@pytest.mark.parametrize("factor", [2, 6])
@pytest.mark.parametrize("opaque", [True, False], ids=["opaque", "alpha"])
def test_progress_counts_up_to_one(factor: int, opaque: bool) -> None:
    shares: list[float] = []
    target = Size(SOURCE.width * factor, SOURCE.height * factor)
    enlarge(
        FakeUpscaler(), picture(opaque=opaque), target, job_for=lambda crop, begin, end: Span(shares, begin, end)
    )
    assert shares == sorted(shares), "the bar goes back"
    assert shares[-1] == pytest.approx(1)
    assert len(set(shares)) >= 6, "one step a tile at least"


@pytest.mark.parametrize("looks", [0, 1, 3, 8])
@pytest.mark.parametrize("opaque", [True, False], ids=["opaque", "alpha"])
def test_cancel_in_the_middle_passes_through(looks: int, opaque: bool) -> None:
    model, job = FakeUpscaler(), StoppedJob(looks)
    with pytest.raises(Cancelled):
        enlarge(model, picture(opaque=opaque), TARGETS[0], job_for=lambda *_: job)
    assert len(model.images) <= looks + 1, "it went on after it was stopped"


def bad_corner(image: torch.Tensor, scale: int) -> torch.Tensor:
    answer = repeated(image, scale).clone()
    answer[0, 0, 0, 0] = float("nan")
    return answer


WRONG: list[tuple[str, Answer, str]] = [
    ("nothing", lambda image, scale: None, "got NoneType"),
    ("array", lambda image, scale: repeated(image, scale).numpy(), "got ndarray"),
    ("not enlarged", lambda image, scale: image, "float32 of shape (1, 3, "),
    ("smaller", lambda image, scale: repeated(image, scale)[..., :-1], "float32 of shape (1, 3, "),
    ("gray", lambda image, scale: repeated(image, scale)[:, :1], "float32 of shape (1, 1, "),
    ("no batch", lambda image, scale: repeated(image, scale)[0], "float32 of shape (3, "),
    ("bytes", lambda image, scale: (repeated(image, scale) * 255).byte(), "uint8 of shape (1, 3, "),
    ("NaN", bad_corner, "values that are not numbers"),
    ("infinity", lambda image, scale: repeated(image, scale) / 0, "values that are not numbers"),
]


@pytest.mark.parametrize(("answer", "said"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_an_answer_of_another_form_is_refused(answer: Answer, said: str) -> None:
    with pytest.raises(InvalidResult) as caught:
        enlarge(FakeUpscaler(answer), picture(), TARGETS[0])
    sentence = str(caught.value)
    assert sentence.startswith("The model returned an invalid result (expected finite numbers of shape (1, 3, ")
    assert said in sentence


@pytest.mark.parametrize(("value", "expected"), [(7.0, 255), (-3.0, 0)])
def test_values_out_of_range_are_cut(value: float, expected: int) -> None:
    model = FakeUpscaler(lambda image, scale: torch.full_like(repeated(image, scale), value))
    assert (enlarge(model, picture(), TARGETS[0])[..., :3] == expected).all()


def test_a_half_precision_answer_is_as_good() -> None:
    model = FakeUpscaler(lambda image, scale: torch.full_like(repeated(image, scale), 0.5).half())
    assert (enlarge(model, picture(), TARGETS[0])[..., :3] == 128).all()


@pytest.mark.parametrize("multiple", [1, 4, 16])
def test_a_model_gets_sides_that_are_multiples_of_what_it_wants(multiple: int) -> None:
    model, source = FakeUpscaler(), picture()
    result = enlarge(model, source, Size(SOURCE.width * 6, SOURCE.height * 6), Tiling(32, 5, multiple))
    assert all(side % multiple == 0 for image in model.images for side in image.shape[-2:])
    np.testing.assert_array_equal(result, source.repeat(6, 0).repeat(6, 1))


def test_a_model_sees_no_more_than_its_tile() -> None:
    model = FakeUpscaler(scales=(2,))
    enlarge(model, picture(Size(150, 90)), Size(300, 180), Tiling(40, 6))
    assert max(side for image in model.images for side in image.shape[-2:]) <= 40
    assert len(model.images) == 8 * 5, "90 pixels are 5 tiles of at most 20, 150 are 8"


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_previews_cover_the_source_and_lie_inside_it(target: Size) -> None:
    crops, seen = [], np.zeros((SOURCE.height, SOURCE.width), bool)

    def job_for(crop: Rect, begin: float, end: float) -> FakeJob:
        crops.append(crop)
        return FakeJob()

    enlarge(FakeUpscaler(), picture(), target, job_for=job_for)
    for crop in crops:
        assert not crop.empty
        assert crop.restrict(Rect.of_size(SOURCE)) == crop, "a preview leaves the picture"
        seen[crop.slices] = True
    assert seen.all()


def test_a_preview_shows_the_tile_in_colours() -> None:
    jobs: list[tuple[Rect, FakeJob]] = []

    def job_for(crop: Rect, begin: float, end: float) -> FakeJob:
        jobs.append((crop, FakeJob()))
        return jobs[-1][1]

    source = picture(opaque=False)
    result = enlarge(FakeUpscaler(), source, TARGETS[0], job_for=job_for)
    assert len(jobs) == 6
    for crop, job in jobs:
        (preview,) = job.previews
        assert preview.shape[1] == 3
        height, width = preview.shape[-2:]
        assert (2 * crop.width - width, 2 * crop.height - height) in {(0, 0), (1, 0), (0, 1), (1, 1)}
        inner = Rect(crop.left * 2, crop.top * 2, crop.right * 2, crop.bottom * 2)
        shown = to_pixels(preview, np.dtype(np.uint8))
        opaque = result[inner.slices][:height, :width, 3] > 0
        if (width, height) == inner.size:
            np.testing.assert_array_equal(shown[opaque], result[inner.slices][opaque][:, :3])


@pytest.mark.parametrize("opaque", [True, False], ids=["opaque", "alpha"])
def test_a_model_that_writes_into_its_input_does_not_reach_the_picture(opaque: bool) -> None:
    source = picture(opaque=opaque)
    before = source.copy()
    enlarge(FakeUpscaler(lambda image, scale: repeated(image.mul_(0), scale)), source, TARGETS[0])
    np.testing.assert_array_equal(source, before)


@pytest.mark.parametrize("value", [0, 1, 77, 255])
def test_equal_opacity_is_never_shown_to_the_model(value: int) -> None:
    source = picture().copy()
    source[..., 3] = value
    model = FakeUpscaler()
    result = enlarge(model, source, TARGETS[0])
    assert (result[..., 3] == value).all()
    assert len(model.images) == 6, "one run for each tile"


def test_gray_stays_gray_and_opaque_stays_opaque() -> None:
    source = picture().copy()
    source[..., 1:3] = source[..., :1]
    result = enlarge(ConvUpscaler(), source, Size(57, 43))
    assert (result[..., :1] == result[..., 1:3]).all()
    assert (result[..., 3] == 255).all()
