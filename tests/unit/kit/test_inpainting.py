from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from imagetool.core.geometry import Rect
from imagetool.core.picture import Pixels
from imagetool.kit.errors import InvalidResult
from imagetool.kit.inpainting import Holes, fill_holes
from imagetool.plugin import Inpainter, Job
from imagetool.plugin.errors import Cancelled, CannotRun
from imagetool.plugin.parameters import Params
from tests.fakes.models import Answer, FakeInpainter, FakeJob

CPU = torch.device("cpu")
HOLE = Rect(30, 20, 50, 40)


def picture(dtype: Any = np.uint8, *, opaque: bool = True) -> Pixels:
    top = int(np.iinfo(dtype).max)
    pixels: Pixels = np.random.default_rng(3).integers(0, top, (100, 120, 4), dtype, endpoint=True)
    if opaque:
        pixels[..., 3] = top
    pixels.flags.writeable = False
    return pixels


def mask_of(*holes: Rect) -> tuple[NDArray[np.uint8], Rect]:
    rect = holes[0]
    for hole in holes[1:]:
        rect = rect.union(hole)
    mask = np.zeros((rect.height, rect.width), np.uint8)
    for hole in holes:
        mask[hole.moved(-rect.left, -rect.top).slices] = 1  # every value above 0 is hole
    return mask, rect


def fill(
    model: Inpainter,
    source: Pixels,
    *holes: Rect,
    job: FakeJob | None = None,
    opacity: bool = False,
    hints: NDArray[np.uint8] | None = None,
) -> tuple[Pixels, list[Any]]:
    """The result over the rectangle around the holes, and the spans of the crops' jobs."""
    mask, rect = mask_of(*holes)
    result: Pixels = np.zeros((rect.height, rect.width, 4), source.dtype)
    spans = []
    seen = Holes(source, mask, rect, 0.5, 5, opacity, None if hints is None else hints[rect.slices])

    def job_for(crop: Rect, begin: float, end: float) -> FakeJob:
        spans.append((crop, begin, end))
        return job or FakeJob()

    count = fill_holes(model, seen, Params({}), CPU, job_for, result)
    assert count == len(spans)
    return result, spans


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_only_the_hole_is_filled(dtype: Any) -> None:
    source, other = picture(dtype), Rect(90, 70, 95, 78)
    result, _ = fill(FakeInpainter(value=0.5), source, HOLE, other)
    mask, rect = mask_of(HOLE, other)
    np.testing.assert_array_equal(result[mask == 0], source[rect.slices][mask == 0])
    half = (int(np.iinfo(dtype).max) + 1) // 2
    assert (result[mask > 0][:, :3] == half).all()
    assert (result[mask > 0][:, 3] == np.iinfo(dtype).max).all(), "an opaque picture stays opaque"


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_model_sees_floats_of_the_picture_and_the_hole(dtype: Any) -> None:
    model, source = FakeInpainter(), picture(dtype)
    _, ((crop, _, _),) = fill(model, source, HOLE)
    (image,), (hole,) = model.images, model.holes
    assert image.shape == (1, 3, crop.height, crop.width)
    assert image.dtype == torch.float32
    expected = source[crop.slices][..., :3] / np.float32(np.iinfo(dtype).max)
    np.testing.assert_allclose(image[0].permute(1, 2, 0).numpy(), expected, atol=1e-6)
    assert hole.dtype == torch.bool
    assert int(hole.sum()) == HOLE.size.pixels
    inside = HOLE.moved(-crop.left, -crop.top).slices
    assert bool(hole[0, 0][inside].all())


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_model_that_gives_back_what_it_saw_changes_no_bit(dtype: Any) -> None:
    source = picture(dtype, opaque=False)
    result, _ = fill(FakeInpainter(lambda image, hole: image), source, HOLE)
    np.testing.assert_array_equal(result, source[HOLE.slices])


def test_opacity_is_filled_like_a_gray_picture_and_shown_to_nobody() -> None:
    source, job = picture(opaque=False), FakeJob()
    model = FakeInpainter(value=0.25)
    result, _ = fill(model, source, HOLE, job=job)
    assert (result[..., 3] == 64).all()
    colours, opacity = model.images
    assert bool((opacity[:, 0] == opacity[:, 1]).all())
    assert len(job.previews) == 1, "the preview shows colours, not opacity"
    assert bool((job.previews[0] == colours).all())
    assert len(job.progressed) == 1, "progress must not run twice"


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_model_that_is_given_the_opacity_fills_it_with_the_colours(dtype: Any) -> None:
    source = picture(dtype, opaque=False).copy()
    source[:30, :, 3] = 0
    model = FakeInpainter(lambda image, hole: image.clamp(0.25))
    result, ((crop, _, _),) = fill(model, source, HOLE, opacity=True)
    (image,) = model.images
    seen = np.where(source[..., 3:] > 0, source, 0)  # what is fully transparent has colour 0
    top = np.iinfo(dtype).max
    np.testing.assert_allclose(image[0].permute(1, 2, 0).numpy(), seen[crop.slices] / top, atol=1e-6)
    np.testing.assert_array_equal(result, np.maximum(seen[HOLE.slices], (top + 1) // 4))


def test_a_model_that_is_given_the_opacity_of_an_opaque_picture_may_change_it() -> None:
    result, _ = fill(FakeInpainter(value=0.5), picture(), HOLE, opacity=True)
    assert (result == 128).all()


def test_a_model_that_is_given_the_opacity_returns_it() -> None:
    with pytest.raises(InvalidResult, match=r"expected finite numbers of shape \(1, 4, .*got float32 .*\(1, 3, "):
        fill(FakeInpainter(lambda image, hole: image[:, :3]), picture(), HOLE, opacity=True)


class Guided(FakeInpainter):
    """Fills strokes with their colours, and all else with gray; records what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.strokes: list[tuple[torch.Tensor, torch.Tensor]] = []

    def guided(
        self,
        image: torch.Tensor,
        hole: torch.Tensor,
        colours: torch.Tensor,
        known: torch.Tensor,
        params: Params,
        job: Job,
    ) -> torch.Tensor:
        """Follows the strokes."""
        self.strokes.append((colours, known))
        job.progress(0.5, "half")
        return torch.where(known, colours, torch.full_like(image, 0.5))


def strokes(*places: tuple[Rect, tuple[int, int, int, int]]) -> NDArray[np.uint8]:
    hints = np.zeros((100, 120, 4), np.uint8)
    for rect, colour in places:
        hints[rect.slices] = colour
    return hints


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_strokes_in_the_hole_are_followed(dtype: Any) -> None:
    """What is drawn beside the hole, or hardly opaque, says nothing."""
    model, source = Guided(), picture(dtype)
    drawn = strokes(
        (Rect(25, 25, 40, 30), (255, 0, 51, 255)), (Rect(40, 25, 45, 30), (0, 255, 0, 128)), (HOLE, (0, 0, 0, 127))
    )
    drawn[HOLE.slices][5:10, :10] = (255, 0, 51, 255)
    drawn[HOLE.slices][5:10, 10:15] = (0, 255, 0, 128)
    result, ((crop, _, _),) = fill(model, source, HOLE, hints=drawn)
    assert model.images == [], "run is asked only where there are no strokes"
    ((colours, known),) = model.strokes
    assert (colours.shape, known.shape) == ((1, 3, crop.height, crop.width), (1, 1, crop.height, crop.width))
    assert (colours.dtype, known.dtype) == (torch.float32, torch.bool)
    assert not bool(colours[~known.expand_as(colours)].any())
    inside = HOLE.moved(-crop.left, -crop.top)
    where = Rect(inside.left, inside.top + 5, inside.left + 15, inside.top + 10)
    assert int(known.sum()) == int(known[0, 0][where.slices].sum()) == 75
    top = int(np.iinfo(dtype).max)
    assert (result[5:10, :10, :3] == (top, 0, top // 5)).all()
    assert (result[5:10, 10:15, :3] == (0, top, 0)).all()
    assert (result[0, :, :3] == (top + 1) // 2).all()


def test_a_hole_without_strokes_is_filled_as_ever() -> None:
    """So is the opacity, which nobody draws; what is drawn between two holes belongs to neither."""
    model, other, between = Guided(), Rect(90, 70, 95, 78), Rect(50, 40, 56, 46)
    red = (255, 0, 0, 255)
    result, _ = fill(model, picture(opaque=False), HOLE, other, hints=strokes((other, red), (between, red)))
    assert len(model.strokes) == 1
    assert len(model.images) == 3, "colours of the other hole, and both opacities"
    assert (result[-3, -3] == (255, 0, 0, 128)).all()
    plain = Guided()
    fill(plain, picture(), HOLE, hints=strokes((Rect(0, 0, 20, 100), (255, 0, 0, 255))))
    assert (len(plain.images), len(plain.strokes)) == (1, 0)


def test_a_model_without_a_way_to_follow_strokes_says_so() -> None:
    with pytest.raises(CannotRun, match=r"^The model has no way to follow strokes of colour\."):
        fill(FakeInpainter(), picture(), HOLE, hints=strokes((HOLE, (255, 0, 0, 255))))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_transparent_hole_in_an_opaque_picture_becomes_opaque(dtype: Any) -> None:
    """As a margin does by which a canvas is enlarged; the model's gray guess at it would be a hair off."""
    source, model = picture(dtype).copy(), FakeInpainter(value=0.99)
    margin = Rect(100, 0, 120, 100)
    source[margin.slices] = 0
    result, _ = fill(model, source, margin)
    assert (result[..., 3] == np.iinfo(dtype).max).all()
    assert len(model.images) == 1


def test_progress_counts_pixels_of_the_holes() -> None:
    _, spans = fill(FakeInpainter(), picture(), Rect(0, 0, 10, 10), Rect(90, 70, 100, 100))
    ends = [(begin, end) for _, begin, end in spans]
    assert ends[0][0] == 0
    assert ends[-1][1] == 1
    assert ends[0][1] == ends[1][0] == pytest.approx(0.75)


def test_values_out_of_range_are_cut() -> None:
    for value, expected in [(7.0, 255), (-3.0, 0)]:
        result, _ = fill(FakeInpainter(value=value), picture(), HOLE)
        assert (result[..., :3] == expected).all()


def bad_corner(image: torch.Tensor, hole: torch.Tensor) -> torch.Tensor:
    answer = image.clone()
    answer[0, 0, 0, 0] = float("nan")
    return answer


WRONG: list[tuple[str, Answer, str]] = [
    ("nothing", lambda image, hole: None, "got NoneType"),
    ("array", lambda image, hole: image.numpy(), "got ndarray"),
    ("smaller", lambda image, hole: image[..., :-1], "float32 of shape (1, 3, "),
    ("gray", lambda image, hole: image[:, :1], "float32 of shape (1, 1, "),
    ("no batch", lambda image, hole: image[0], "float32 of shape (3, "),
    ("bytes", lambda image, hole: (image * 255).to(torch.uint8), "uint8 of shape (1, 3, "),
    ("NaN", bad_corner, "values that are not numbers"),
    ("infinity", lambda image, hole: image / 0, "values that are not numbers"),
]


@pytest.mark.parametrize(("answer", "said"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_an_answer_of_another_form_is_refused(answer: Answer, said: str) -> None:
    with pytest.raises(InvalidResult) as caught:
        fill(FakeInpainter(answer), picture(), HOLE)
    sentence = str(caught.value)
    assert sentence.startswith("The model returned an invalid result (expected finite numbers of shape (1, 3, ")
    assert said in sentence
    assert sentence.endswith("Your image is unchanged.")


def test_a_half_precision_answer_is_as_good() -> None:
    result, _ = fill(FakeInpainter(lambda image, hole: torch.full_like(image, 0.5).half()), picture(), HOLE)
    assert (result[..., :3] == 128).all()


@pytest.mark.parametrize("opaque", [True, False])
def test_cancel_passes_through(opaque: bool) -> None:
    with pytest.raises(Cancelled):
        fill(FakeInpainter(), picture(opaque=opaque), HOLE, job=FakeJob(cancelled=True))


def test_a_model_that_writes_into_its_input_does_not_reach_the_picture() -> None:
    source = picture()
    before = source.copy()
    fill(FakeInpainter(lambda image, hole: image.mul_(0)), source, HOLE)
    np.testing.assert_array_equal(source, before)


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (50, 1)])
def test_the_smallest_pictures_are_filled(size: tuple[int, int]) -> None:
    source: Pixels = np.full((*size, 4), 255, np.uint8)
    result, _ = fill(FakeInpainter(value=0.5), source, Rect(0, 0, size[1], size[0]))
    assert (result[..., :3] == 128).all()
