"""The measures are zero for the truth and fall or rise with damage."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from imagetool.training.measures import Hole, Picture, psnr_in, ssim_in, texture_distance


@pytest.fixture
def truth() -> Picture:
    """Filtered noise with detail at several scales."""
    rng = np.random.default_rng(2)
    noise = rng.normal(size=(96, 112, 3))
    layers = [cv2.GaussianBlur(noise, (0, 0), sigma) * 40 * sigma for sigma in (0.7, 2.0, 4.0)]
    return np.asarray(np.clip(128 + np.sum(layers, axis=0), 0, 255), np.uint8)


@pytest.fixture
def hole() -> Hole:
    hole = np.zeros((96, 112), bool)
    hole[20:70, 30:90] = True
    return hole


def test_the_truth_is_perfect(truth: Picture, hole: Hole) -> None:
    assert psnr_in(hole, truth, truth) == float("inf")
    assert ssim_in(hole, truth, truth) == pytest.approx(1)
    assert texture_distance(hole, truth, truth) == 0


def test_psnr_of_a_known_error(truth: Picture, hole: Hole) -> None:
    flat = np.full_like(truth, 100)
    assert psnr_in(hole, flat, flat + 10) == pytest.approx(20 * np.log10(25.5))


def test_what_is_outside_the_hole_does_not_count_for_psnr(truth: Picture, hole: Hole) -> None:
    changed = np.where(hole[..., None], truth, np.uint8(0))
    assert psnr_in(hole, truth, changed) == float("inf")


def test_more_blur_is_worse(truth: Picture, hole: Hole) -> None:
    blurred = [cv2.GaussianBlur(truth, (0, 0), sigma) for sigma in (0.5, 1.0, 2.0, 4.0)]
    textures = [texture_distance(hole, truth, np.asarray(picture, np.uint8)) for picture in blurred]
    likeness = [ssim_in(hole, truth, np.asarray(picture, np.uint8)) for picture in blurred]
    assert textures == sorted(textures)
    assert textures[-1] > 3 * textures[0] > 0
    assert likeness == sorted(likeness, reverse=True)


def test_moved_texture_is_close_in_texture_though_far_in_pixels(truth: Picture, hole: Hole) -> None:
    moved, blurred = np.roll(truth, 9, axis=1), np.asarray(cv2.GaussianBlur(truth, (0, 0), 2.0), np.uint8)
    assert texture_distance(hole, truth, moved) < 0.3 * texture_distance(hole, truth, blurred)
    assert psnr_in(hole, truth, moved) < psnr_in(hole, truth, blurred)


def test_turned_texture_is_far() -> None:
    stripes = (
        np.zeros((96, 96, 3), np.uint8) + np.uint8(60) * (np.arange(96) // 4 % 2).astype(np.uint8)[None, :, None]
    )
    hole = np.zeros((96, 96), bool)
    hole[24:72, 24:72] = True
    assert texture_distance(hole, stripes, stripes.transpose(1, 0, 2)) > 0.5


def test_too_much_texture_is_far_as_well(truth: Picture, hole: Hole) -> None:
    noisy = np.clip(truth + np.random.default_rng(1).normal(size=truth.shape) * 40, 0, 255).astype(np.uint8)
    assert texture_distance(hole, truth, noisy) > 0.3
