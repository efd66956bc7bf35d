"""A network that looks at blocks of a picture sees the same blocks with tiles as without."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from imagetool.core.geometry import Rect, Size
from imagetool.core.picture import Pixels
from imagetool.core.tile_plan import Tiling
from imagetool.kit.enlarging import Enlargement
from imagetool.kit.precision import Precision
from imagetool.kit.same_size import Sheet, run_filter
from imagetool.kit.tensors import mirrored, padded
from imagetool.plugin import Filter, Job, Params, Upscaler
from tests.fakes.models import FakeJob

CPU = torch.device("cpu")
BLOCK = 8


def in_blocks(image: Tensor) -> Tensor:
    assert image.shape[-2] % BLOCK == image.shape[-1] % BLOCK == 0
    return functional.interpolate(functional.avg_pool2d(image, BLOCK), scale_factor=BLOCK)


class BlockFilter(Filter):
    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        return in_blocks(image)


class BlockUpscaler(Upscaler):
    @property
    def scales(self) -> tuple[int, ...]:
        return (2,)

    def run(self, image: Tensor, scale: int, params: Params, job: Job) -> Tensor:
        return functional.interpolate(in_blocks(image), scale_factor=2)


def picture(height: int, width: int) -> Pixels:
    pixels: Pixels = np.random.default_rng(1).integers(0, 256, (height, width, 4), np.uint8)
    pixels[..., 3] = 255
    return pixels


TILINGS = [Tiling(64, 8, BLOCK), Tiling(48, 9, BLOCK), Tiling(40, 0, BLOCK)]


@pytest.mark.parametrize("tiling", TILINGS)
def test_a_filter_of_blocks_gives_the_same_with_tiles(tiling: Tiling) -> None:
    source = picture(149, 201)
    results = []
    for used in (tiling, None):
        results.append(np.empty_like(source))
        sheet = Sheet(source, used, BLOCK, CPU, Precision.FP32)
        run_filter(BlockFilter(), sheet, Params({}), lambda *_: FakeJob(), results[-1])
    assert np.array_equal(results[0], results[1])


@pytest.mark.parametrize("factor", [2, 4])
@pytest.mark.parametrize("tiling", TILINGS[:2])
def test_enlarging_in_blocks_gives_the_same_with_tiles(tiling: Tiling, factor: int) -> None:
    source = picture(90, 130)
    results = []
    for used in (tiling, Tiling(4096, tiling.overlap_px, BLOCK)):
        results.append(np.empty((90 * factor, 130 * factor, 4), np.uint8))
        enlargement = Enlargement(source, results[-1], used, CPU, Precision.FP32)
        enlargement.run(BlockUpscaler(), Params({}), lambda *_: FakeJob())
    assert np.array_equal(results[0], results[1])


@pytest.mark.parametrize("begin", range(0, 20, 3))
def test_a_crop_begins_at_a_block_and_is_no_larger_than_the_model_wants(begin: int) -> None:
    tiling = Tiling(64, 5, BLOCK)
    step = tiling.step_px(1000)
    part = Rect(begin, 300 + begin, begin + step + 8, 308 + begin + step)
    crop = tiling.crop(part, Size(1000, 1000))
    assert crop.left % BLOCK == crop.top % BLOCK == crop.right % BLOCK == 0
    assert crop.left <= max(0, part.left - 5)
    assert crop.right >= part.right + 5
    assert max(crop.size) <= 64


def test_a_picture_is_continued_forth_and_back() -> None:
    row = torch.tensor([[[[1.0, 2.0, 3.0]]]])
    assert mirrored(row, 1, 8).flatten().tolist() == [1, 2, 3, 3, 2, 1, 1, 2]
    assert padded(row, 4).shape == (1, 1, 4, 4)
    assert padded(row, 1) is row
    assert mirrored(row.transpose(-1, -2), 4, 1).flatten().tolist() == [1, 2, 3, 3]
