"""The measures of a whole picture: perfect for the truth, worse with more damage, defined for small pictures."""

from __future__ import annotations

import sys

import cv2
import numpy as np
import pytest

from imagetool.training.errors import MeasureMissing
from imagetool.training.perceptual import Picture, check_measures, likeness
from tests.fakes.pictures import textured


def test_the_truth_is_perfect_and_more_blur_is_worse() -> None:
    truth = textured(200, 180)
    blurred = [np.asarray(cv2.GaussianBlur(truth, (0, 0), sigma), np.uint8) for sigma in (0.6, 1.2, 2.4)]
    alike = [likeness(truth, picture) for picture in (truth, *blurred)]
    assert (alike[0].haarpsi, alike[0].gmsd, alike[0].ms_ssim) == pytest.approx((1, 0, 1), abs=1e-4)
    assert [it.haarpsi for it in alike] == sorted((it.haarpsi for it in alike), reverse=True)
    assert [it.gmsd for it in alike] == sorted(it.gmsd for it in alike)
    assert [it.ms_ssim for it in alike] == sorted((it.ms_ssim for it in alike), reverse=True)
    assert alike[-1].haarpsi < 0.9


def test_red_and_blue_are_not_mixed_up() -> None:
    """A red square that became blue looks different from one that stayed red."""
    truth: Picture = np.full((180, 180, 3), 90, np.uint8)
    truth[60:120, 60:120, 0] = 200
    assert likeness(truth, truth[..., ::-1].copy()).haarpsi < likeness(truth, truth).haarpsi - 0.01


def test_a_small_picture_is_continued_so_that_it_can_be_measured() -> None:
    small = textured(20, 15)
    assert likeness(small, small).haarpsi == pytest.approx(1, abs=1e-4)
    assert likeness(small, 255 - small).ms_ssim < 0.9


def test_without_the_library_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "piq", None)  # how Python notes that a module cannot be imported
    with pytest.raises(MeasureMissing, match=r"needs the library piq\. Run: pip install"):
        check_measures()
