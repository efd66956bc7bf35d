from __future__ import annotations

import numpy as np
import pytest

from imagetool.training.psnr import luma, psnr_y_db

COLOURS = [
    # RGB, luma as MATLAB's rgb2ycbcr computes it
    ((0, 0, 0), 16.0),
    ((255, 255, 255), 235.0),
    ((255, 0, 0), 81.481),
    ((0, 255, 0), 144.553),
    ((0, 0, 255), 40.966),
]


@pytest.mark.parametrize(("colour", "value"), COLOURS)
def test_luma_has_the_video_range(colour: tuple[int, int, int], value: float) -> None:
    assert luma(np.full((2, 3, 3), colour, np.uint8)) == pytest.approx(np.full((2, 3), value), abs=1e-6)


def test_psnr_of_a_known_error() -> None:
    truth = np.full((20, 20, 3), 100, np.uint8)
    error = 10 * 219 / 255
    assert psnr_y_db(truth, truth + np.uint8(10), 2) == pytest.approx(20 * np.log10(255 / error))
    assert psnr_y_db(truth, truth, 2) == float("inf")


def test_the_border_does_not_count() -> None:
    truth = np.full((20, 20, 3), 100, np.uint8)
    framed = truth.copy()
    framed[:3] = framed[-3:] = 0
    framed[:, :3] = framed[:, -3:] = 0
    assert psnr_y_db(truth, framed, 3) == float("inf")
    assert psnr_y_db(truth, framed, 2) < 30
    assert psnr_y_db(truth, framed, 0) < psnr_y_db(truth, framed, 2)
