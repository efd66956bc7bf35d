from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest
import torch
from torch import Tensor

from imagetool.core.geometry import Point, Size
from imagetool.core.picture import Pixels
from imagetool.kit.channels import to_rgba
from imagetool.kit.errors import InvalidResult
from imagetool.kit.luminance import luma, with_luminance_of
from imagetool.kit.precision import Precision
from imagetool.kit.tensors import to_pixels
from imagetool.kit.whole_pictures import Canvas, colorize, generate, segment
from imagetool.plugin import CannotRun, Colorizer, Generator, Job, Params, Prompt, Segmenter
from tests.fakes.models import FakeJob

CPU = torch.device("cpu")


class Painter(Colorizer):
    """Gives every pixel one colour; records what it was given."""

    def __init__(self, colour: tuple[float, float, float] = (1.0, 0.2, 0.1)) -> None:
        self._colour = torch.tensor(colour)[None, :, None, None]

    def run(self, image: Tensor, hints: Tensor, known: Tensor, params: Params, job: Job) -> Tensor:
        """One colour."""
        self.image, self.hints, self.known = image, hints, known
        return self._colour.expand_as(image)


class Disc(Segmenter):
    """Selects what is near the first point."""

    def run(self, image: Tensor, prompt: Prompt, params: Params, job: Job) -> Tensor:
        """A disc of four pixels."""
        y, x = torch.meshgrid(*(torch.arange(side) + 0.5 for side in image.shape[-2:]), indexing="ij")
        near = (x - prompt.wanted[0].x) ** 2 + (y - prompt.wanted[0].y) ** 2 < 16
        return near.float()[None, None]


class Noise(Generator):
    """Noise by the seed; with opacity where `planes` is 4."""

    def __init__(self, planes: int = 3) -> None:
        self._planes = planes

    def run(self, size: Size, count: int, params: Params, job: Job) -> Tensor:
        """As many as wanted."""
        return torch.rand(count, self._planes, size.height, size.width, generator=job.generator())


def gray(height: int = 21, width: int = 34, dtype: Any = np.uint8) -> Pixels:
    """A gray ramp with a half-transparent left column."""
    top = int(np.iinfo(dtype).max)
    pixels: Pixels = np.full((height, width, 4), top, dtype)
    pixels[..., :3] = np.linspace(0, top, width).astype(dtype)[None, :, None]
    pixels[:, 0, 3] = top // 2
    return pixels


def canvas(source: Pixels, multiple_of: int = 1) -> Canvas:
    return Canvas(source, multiple_of, CPU, Precision.FP32)


def lightness(pixels: Pixels) -> Any:
    return pixels[..., :3].astype(np.float64) @ (0.299, 0.587, 0.114)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_colouring_keeps_the_luminance_and_the_opacity(dtype: type) -> None:
    source = gray(dtype=dtype)
    result = np.zeros_like(source)
    colorize(Painter(), canvas(source, 16), None, Params({}), FakeJob(), result)
    np.testing.assert_array_equal(result[..., 3], source[..., 3])
    assert np.abs(lightness(result) - lightness(source)).max() <= 1.0, "one step of the picture's depth"
    middle = result[10, 17].astype(int)
    assert middle[0] > middle[2], "it is reddish now"


def test_hints_arrive_where_they_are_opaque() -> None:
    hints = np.zeros((21, 34, 4), np.uint8)
    hints[3, 4] = (255, 0, 0, 255)
    hints[5, 6] = (0, 255, 0, 10)
    model = Painter()
    colorize(model, canvas(gray()), hints, Params({}), FakeJob(), np.zeros((21, 34, 4), np.uint8))
    assert model.known.dtype == torch.bool
    assert model.known.nonzero().tolist() == [[0, 0, 3, 4]]
    assert model.hints[0, :, 3, 4].tolist() == [1.0, 0.0, 0.0]
    assert model.hints.sum() == 1.0


def test_without_hints_nothing_is_known() -> None:
    model = Painter()
    colorize(model, canvas(gray(), 8), None, Params({}), FakeJob(), np.zeros((21, 34, 4), np.uint8))
    assert not model.known.any()
    assert tuple(model.image.shape) == (1, 3, 24, 40)


def test_a_luminance_that_fits_no_colour_is_kept_all_the_same() -> None:
    generator = torch.Generator().manual_seed(2)
    colours, light = (torch.rand(1, 3, 40, 40, generator=generator) for _ in range(2))
    light[..., :5, :], light[..., -5:, :] = 0.0, 1.0
    made = with_luminance_of(colours, light)
    assert made.min() >= -1e-6
    assert made.max() <= 1 + 1e-6
    torch.testing.assert_close(luma(made.clamp(0, 1)), luma(light), atol=1e-6, rtol=0)
    torch.testing.assert_close(with_luminance_of(colours, colours), colours, atol=1e-6, rtol=0)


def test_a_selection_is_a_mask_of_the_pictures_size() -> None:
    result = np.zeros((21, 34, 1), np.uint8)
    prompt = Prompt((Point(10.0, 8.0),))
    segment(Disc(), canvas(gray(), 32), prompt, Params({}), FakeJob(), result)
    assert set(np.unique(result)) == {0, 255}
    assert result[7, 9, 0] == 255
    assert 40 < (result > 0).sum() < 60


@pytest.mark.parametrize("planes", [3, 4])
def test_new_pictures_come_with_or_without_opacity(planes: int) -> None:
    result = np.zeros((3, 8, 12, 4), np.uint8)
    generate(Noise(planes), Params({}), FakeJob(), result)
    assert (result[..., 3] == 255).all() == (planes == 3)
    assert not np.array_equal(result[0], result[1])
    again = np.zeros_like(result)
    generate(Noise(planes), Params({}), FakeJob(), again)
    np.testing.assert_array_equal(again, result)


class Echo(Generator):
    """The picture it is given, darker each time."""

    def run(self, size: Size, count: int, params: Params, job: Job) -> Tensor:
        """Never asked."""
        raise AssertionError("a picture was given, and new ones were made")

    def more_like(self, image: Tensor, count: int, params: Params, job: Job) -> Tensor:
        """With opacity."""
        return torch.cat([image / (number + 1) for number in range(count)])


def test_more_like_a_picture_is_asked_with_it_and_for_as_many() -> None:
    like = to_rgba(gray(), CPU)
    result = np.zeros((2, 21, 34, 4), np.uint8)
    generate(Echo(), Params({}), FakeJob(), result, like)
    np.testing.assert_array_equal(result[0], gray())
    np.testing.assert_array_equal(result[1], to_pixels(like / 2, result.dtype))
    with pytest.raises(InvalidResult, match=r"expected finite numbers of shape \(2, 4, 20, 34\), got"):
        generate(Echo(), Params({}), FakeJob(), result[:, :20], like)


def test_a_generator_makes_nothing_like_a_picture_unless_it_says_how() -> None:
    with pytest.raises(
        CannotRun, match=r"^The model has no way to make pictures that resemble another one\. Choose"
    ):
        generate(Noise(), Params({}), FakeJob(), np.zeros((1, 21, 34, 4), np.uint8), to_rgba(gray(), CPU))


def test_wrong_forms_are_refused() -> None:
    class TooFew(Generator):
        def run(self, size: Size, count: int, params: Params, job: Job) -> Tensor:
            return torch.rand(count - 1, 3, size.height, size.width)

    class Words(Generator):
        def run(self, size: Size, count: int, params: Params, job: Job) -> Tensor:
            return cast(Tensor, "a picture")

    class Planes(Segmenter):
        def run(self, image: Tensor, prompt: Prompt, params: Params, job: Job) -> Tensor:
            return image

    class Small(Colorizer):
        def run(self, image: Tensor, hints: Tensor, known: Tensor, params: Params, job: Job) -> Tensor:
            return image[..., 1:]

    result = np.zeros((2, 8, 12, 4), np.uint8)
    with pytest.raises(InvalidResult, match=r"expected finite numbers of shape \(2, 3, 8, 12\), got float32"):
        generate(TooFew(), Params({}), FakeJob(), result)
    with pytest.raises(InvalidResult, match="got str"):
        generate(Words(), Params({}), FakeJob(), result)
    with pytest.raises(InvalidResult, match=r"expected finite numbers of shape \(1, 1, 21, 34\)"):
        segment(Planes(), canvas(gray()), Prompt(), Params({}), FakeJob(), np.zeros((21, 34, 1), np.uint8))
    with pytest.raises(InvalidResult, match=r"got float32 of shape \(1, 3, 21, 33\)"):
        colorize(Small(), canvas(gray()), None, Params({}), FakeJob(), gray())
