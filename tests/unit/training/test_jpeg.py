"""The tensors do what Pillow's encoder and decoder do."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from imagetool.training.jpeg import jpeg
from tests.fakes.pictures import textured

SUBSAMPLING = {False: 0, True: 2}  # Pillow's numbers for 4:4:4 and 4:2:0


def to_image(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Tensor:
    return torch.tensor(pixels).permute(2, 0, 1)[None].float() / 255


def pictures() -> list[tuple[str, np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]]:
    """Grain; smooth colours with hard edges."""
    y, x = np.mgrid[0:96, 0:112]
    edges = np.stack([(x // 20 % 2) * 200, (y // 13 % 2) * 180, (x + y) % 256], axis=2).astype(np.uint8)
    return [("grain", textured(112, 96)), ("edges", edges)]


@pytest.mark.parametrize("quality", [10, 30, 49, 50, 75, 90, 95])
@pytest.mark.parametrize("halved", [False, True], ids=["444", "420"])
@pytest.mark.parametrize("photo", [row[1] for row in pictures()], ids=[row[0] for row in pictures()])
def test_it_is_near_to_pillow(
    photo: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], quality: int, halved: bool
) -> None:
    file = io.BytesIO()
    Image.fromarray(photo).save(file, "JPEG", quality=quality, subsampling=SUBSAMPLING[halved])
    with Image.open(file) as image:
        expected = np.asarray(image).astype(float)
    made = jpeg(to_image(photo), torch.tensor([float(quality)]), halved_colour=halved)
    pixels = (made[0].permute(1, 2, 0) * 255).numpy().astype(float)
    assert np.abs(pixels - expected).mean() < 1
    errors = [float(np.sqrt(np.square(picture - photo).mean())) for picture in (pixels, expected)]
    assert errors[0] == pytest.approx(errors[1], rel=0.01, abs=0.03)


@pytest.mark.parametrize("quality", [30, 50, 75, 97])
def test_one_colour_differs_by_no_more_than_rounding(quality: int) -> None:
    """A flat block often lies just between two steps; Pillow and we may then take different ones."""
    photo = np.full((16, 16, 3), (250, 20, 90), np.uint8)
    file = io.BytesIO()
    Image.fromarray(photo).save(file, "JPEG", quality=quality, subsampling=0)
    with Image.open(file) as image:
        expected = to_image(np.asarray(image))
    made = jpeg(to_image(photo), torch.tensor([float(quality)]), halved_colour=False)
    assert float((made - expected).abs().max()) <= 2.01 / 255


def test_each_picture_has_its_own_quality() -> None:
    image = to_image(textured(64, 48)).expand(3, -1, -1, -1)
    quality = torch.tensor([20.0, 95.0, 55.5])
    together = jpeg(image, quality, halved_colour=True)
    for index in range(3):
        alone = jpeg(image[:1], quality[index : index + 1], halved_colour=True)
        assert torch.equal(together[index : index + 1], alone)
    error = (together - image).square().mean(dim=(1, 2, 3))
    assert float(error[0]) > float(error[2]) > float(error[1])


@pytest.mark.parametrize("halved", [False, True], ids=["444", "420"])
def test_the_result_is_in_steps_of_eight_bit(halved: bool) -> None:
    image = torch.rand(2, 3, 32, 48, generator=torch.Generator().manual_seed(1))
    made = jpeg(image, torch.tensor([30.0, 60.0]), halved_colour=halved)
    assert made.shape == image.shape
    assert float(made.min()) >= 0
    assert float(made.max()) <= 1
    torch.testing.assert_close(made * 255, (made * 255).round(), rtol=0, atol=1e-4)


def test_black_white_and_gray_survive() -> None:
    for value in (0.0, 1.0, 128 / 255):
        image = torch.full((1, 3, 16, 16), value)
        assert torch.equal(jpeg(image, torch.tensor([75.0]), halved_colour=True), image)


def test_halved_colour_costs_colour() -> None:
    stripes = torch.zeros(1, 3, 16, 16)
    stripes[:, 0, :, ::2] = 1.0  # red and black, each a pixel wide
    whole, halved = (jpeg(stripes, torch.tensor([100.0]), halved_colour=half) for half in (False, True))
    assert float((whole - stripes).abs().mean()) < 0.02
    assert float((halved - stripes).abs().mean()) > 0.1
