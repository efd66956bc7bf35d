from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from imagetool.core.picture import Pixels
from imagetool.kit.channels import BLEED_PX, Channels, bled, run_on_channels, to_rgba, with_opacity
from imagetool.kit.tensors import to_pixels
from tests.fakes.upscalers import repeated

CPU = torch.device("cpu")


def picture(dtype: Any = np.uint8, *, opaque: bool = False, gray: bool = False) -> Pixels:
    top = int(np.iinfo(dtype).max)
    pixels: Pixels = np.random.default_rng(1).integers(0, top, (30, 20, 4), dtype, endpoint=True)
    if opaque:
        pixels[..., 3] = top
    if gray:
        pixels[..., 1:3] = pixels[..., :1]
    return pixels


def coloured(image: Tensor) -> Tensor:
    """A model that tints everything."""
    return repeated(image, 2) * torch.tensor([0.9, 1.0, 0.7])[:, None, None] + 0.05


def refused(image: Tensor) -> Tensor:
    raise AssertionError("the model was asked about an opacity that is the same everywhere")


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("opaque", [True, False])
@pytest.mark.parametrize("gray", [True, False])
def test_what_all_pixels_have_in_common_is_seen(dtype: Any, opaque: bool, gray: bool) -> None:
    assert Channels.of(picture(dtype, opaque=opaque, gray=gray)) == Channels(opaque, gray)


def test_one_pixel_far_down_decides() -> None:
    pixels: Pixels = np.full((3000, 2, 4), 255, np.uint8)
    assert Channels.of(pixels) == Channels(opaque=True, gray=True)
    pixels[2999, 1, 3] = 254
    assert Channels.of(pixels) == Channels(opaque=False, gray=True)
    pixels[2999, 1, 3] = 255
    pixels[2500, 0, 2] = 254
    assert Channels.of(pixels) == Channels(opaque=True, gray=False)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_gray_stays_exactly_gray_and_opaque_exactly_opaque(dtype: Any) -> None:
    pixels = picture(dtype, opaque=True, gray=True)
    made = run_on_channels(pixels, Channels.of(pixels), CPU, coloured, refused)
    assert made.shape == (1, 3, 60, 40), "opacity that is full everywhere is not computed"
    assert bool((made[:, :1] == made[:, 1:3]).all())
    result = with_opacity(to_pixels(made, np.dtype(dtype)))
    assert result.dtype == dtype
    assert (result[..., 3] == np.iinfo(dtype).max).all()
    assert (result[..., :1] == result[..., 1:3]).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_opacity_is_added_where_there_is_none(dtype: Any) -> None:
    pixels = picture(dtype)
    assert with_opacity(pixels) is pixels
    whole = with_opacity(pixels[..., :3])
    np.testing.assert_array_equal(whole[..., :3], pixels[..., :3])
    assert (whole[..., 3] == np.iinfo(dtype).max).all()


@pytest.mark.parametrize(("dtype", "value"), [(np.uint8, 0), (np.uint8, 77), (np.uint16, 1), (np.uint16, 40_001)])
def test_equal_opacity_is_kept_exactly(dtype: Any, value: int) -> None:
    pixels = picture(dtype)
    pixels[..., 3] = value
    made = run_on_channels(pixels, Channels.of(pixels), CPU, coloured, refused)
    assert (to_pixels(made, np.dtype(dtype))[..., 3] == value).all()


def test_opacity_goes_through_the_model_as_a_gray_picture() -> None:
    pixels, seen = picture(), []

    def opacity(image: Tensor) -> Tensor:
        seen.append(image)
        return repeated(image, 2) * torch.tensor([0.0, 0.5, 1.0])[:, None, None]

    made = run_on_channels(pixels, Channels.of(pixels), CPU, coloured, opacity)
    (shown,) = seen
    alpha = torch.tensor(pixels[..., 3]).float() / 255
    assert shown.shape == (1, 3, 30, 20)
    assert bool((shown == alpha).all())
    torch.testing.assert_close(made[:, 3:], repeated(shown, 2)[:, :1] / 2)


@pytest.mark.parametrize("gray", [True, False])
def test_colours_are_those_the_model_makes(gray: bool) -> None:
    pixels = picture(opaque=True, gray=gray)
    made = run_on_channels(pixels, Channels.of(pixels), CPU, coloured, refused)
    image = torch.tensor(pixels[..., :3]).permute(2, 0, 1)[None].float() / 255
    expected = coloured(image).mean(dim=1, keepdim=True) if gray else coloured(image)
    torch.testing.assert_close(made[:, :3], expected.expand(-1, 3, -1, -1))


def test_visible_colours_bleed_into_nothing_and_no_further() -> None:
    rgb, alpha = torch.zeros(1, 3, 20, 20), torch.zeros(1, 1, 20, 20)
    rgb[:, 0] = 1.0  # red, where nobody sees it
    rgb[..., 8:12, 8:12] = torch.tensor([0.2, 0.4, 0.6])[:, None, None]
    alpha[..., 8:12, 8:12] = 1 / 255
    made = bled(rgb, alpha)
    reached = slice(8 - BLEED_PX, 12 + BLEED_PX)
    expected = torch.zeros_like(rgb)
    expected[..., reached, reached] = torch.tensor([0.2, 0.4, 0.6])[:, None, None]
    torch.testing.assert_close(made, expected, rtol=0, atol=1e-5)


def test_what_is_visible_is_not_touched_by_bleeding() -> None:
    rng = torch.Generator().manual_seed(1)
    rgb, alpha = torch.rand(1, 3, 15, 12, generator=rng), (torch.rand(1, 1, 15, 12, generator=rng) - 0.3).clamp(0)
    made, visible = bled(rgb, alpha), alpha.expand_as(rgb) > 0
    assert torch.equal(made[visible], rgb[visible])
    assert not torch.equal(made[~visible], rgb[~visible])


def test_hidden_colours_do_not_reach_the_model() -> None:
    pixels = picture()
    pixels[:, :10, 3] = 0
    pixels[:, 10:, 3] = 255
    other = pixels.copy()
    other[:, :10, :3] = 255 - other[:, :10, :3]
    channels = Channels.of(pixels)
    one, same = (run_on_channels(each, channels, CPU, coloured, coloured) for each in (pixels, other))
    assert torch.equal(one, same)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_with_opacity_nothing_is_seen_of_what_is_fully_transparent(dtype: Any) -> None:
    source = picture(dtype)
    source[:10, :, 3], source[10:20, :, 3] = 0, 1
    image = to_rgba(source, CPU)
    assert (image.shape, image.dtype) == ((1, 4, 30, 20), torch.float32)
    assert not image[..., :10, :].any()
    np.testing.assert_array_equal(to_pixels(image, np.dtype(dtype))[10:], source[10:])
