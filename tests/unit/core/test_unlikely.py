from __future__ import annotations

import numpy as np
import pytest

from imagetool.core.maps import as_gray
from imagetool.core.picture import Pixels
from imagetool.core.unlikely import NothingStandsOut, brightest


def gray_of(values: np.ndarray[tuple[int, ...], np.dtype[np.float32]], *, deep: bool) -> Pixels:
    pixels = as_gray(values[..., None]).pixels
    return pixels if deep else (pixels // 257).astype(np.uint8)


@pytest.mark.parametrize("deep", [False, True], ids=["8 bit", "16 bit"])
@pytest.mark.parametrize("share", [0.01, 0.05, 0.5, 0.99])
def test_as_much_is_selected_as_is_wanted(share: float, deep: bool) -> None:
    values = np.random.default_rng(1).normal(size=(200, 150)).astype(np.float32)
    mask = brightest(gray_of(values, deep=deep), share)
    assert mask.shape == (200, 150, 1)
    assert mask.dtype == np.uint8
    assert set(np.unique(mask)) == {0, 255}
    assert (mask == 255).mean() == pytest.approx(share, abs=0.002)


def test_it_is_the_brightest_part() -> None:
    values = np.zeros((60, 80), np.float32)
    values[20:30, 30:50] = 1
    values[5:15, 5:15] = 0.5
    mask = brightest(gray_of(values, deep=True), 200 / 4800)[..., 0] > 0
    inside = np.zeros((60, 80), bool)
    inside[20:30, 30:50] = True
    assert mask[22:28, 32:48].all()
    assert (mask != inside).sum() < 20, "but for its softened corners"


def test_a_single_bright_pixel_counts_less_than_a_place() -> None:
    values = np.zeros((64, 64), np.float32)
    values[5, 5] = 1
    values[30:40, 30:40] = 0.6
    mask = brightest(gray_of(values, deep=False), 64 / 4096)
    assert mask[32:38, 32:38].all()
    assert not mask[:20, :20].any()


def test_where_little_stands_out_only_that_is_selected() -> None:
    values = np.zeros((100, 100), np.float32)
    values[50, 50] = 1
    mask = brightest(gray_of(values, deep=False), 0.5) > 0
    assert mask[50, 50, 0]
    assert mask.mean() < 0.02


def test_where_more_is_equally_bright_than_wanted_all_of_it_is_selected() -> None:
    values = np.zeros((100, 100), np.float32)
    values[:, :40] = 1
    mask = brightest(gray_of(values, deep=False), 0.05)[..., 0] > 0
    assert mask[:, :30].all()
    assert not mask[:, 50:].any()


@pytest.mark.parametrize("level", [0, 77, 255])
def test_where_nothing_stands_out_that_is_said(level: int) -> None:
    pixels = np.full((33, 20, 4), level, np.uint8)
    with pytest.raises(NothingStandsOut, match="Nothing stands out"):
        brightest(pixels, 0.05)


def test_the_smallest_picture() -> None:
    pixels = np.zeros((1, 2, 4), np.uint8)
    pixels[0, 1] = 255
    assert brightest(pixels, 0.05)[..., 0].tolist() == [[0, 255]]
