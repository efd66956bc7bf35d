"""The table and the picture that compare ways to denoise, and what the rivals are given."""

from __future__ import annotations

import math
import sys
import types
from pathlib import Path

import numpy as np
import pytest
import torch

from imagetool.training import denoising_evaluation as evaluation
from imagetool.training.denoising_evaluation import (
    AS_IT_IS,
    CameraNoise,
    Compression,
    Damage,
    Floats,
    Noise,
    Picture,
    as_floats,
)
from imagetool.training.denoising_rivals import non_local_means, rival
from imagetool.training.errors import RivalMissing, RivalUnknown
from imagetool.training.noise_estimates import Estimate, estimate_table
from tests.fakes.pictures import textured

PHOTOS: list[tuple[str, Picture]] = [("a", textured(52, 40)), ("b", textured(48, 64, seed=2))]


def untouched(picture: Floats, sigma_255: float | None) -> Floats:
    return picture


def only_noise(picture: Floats, sigma_255: float | None) -> Floats | None:
    return None if sigma_255 is None else picture


def test_every_method_is_measured_on_every_picture_with_every_damage() -> None:
    damages: list[Damage] = [Noise(15), Compression(10)]
    rows = evaluation.evaluate({"x": untouched, "y": only_noise}, PHOTOS, damages)
    expected = [
        (photo, damage, method)
        for photo in ("a", "b")
        for damage, methods in (("sigma 15", (AS_IT_IS, "x", "y")), ("JPEG 10", (AS_IT_IS, "x")))
        for method in methods
    ]
    assert [(row.photo, row.damage, row.method) for row in rows] == expected
    means = evaluation.means(rows)
    assert [(row.damage, row.method) for row in means] == [
        ("sigma 15", AS_IT_IS),
        ("sigma 15", "x"),
        ("sigma 15", "y"),
        ("JPEG 10", AS_IT_IS),
        ("JPEG 10", "x"),
    ]
    assert means[0].psnr_db == means[1].psnr_db == pytest.approx((rows[0].psnr_db + rows[5].psnr_db) / 2)


@pytest.mark.parametrize("sigma_255", [5.0, 25.0])
def test_noise_has_its_level_and_is_not_cut_off(sigma_255: float) -> None:
    white = np.full((200, 200, 3), 255, np.uint8)
    noisy = Noise(sigma_255).applied("white", white)
    assert noisy.dtype == np.float32
    assert float(np.std(noisy - 1) * 255) == pytest.approx(sigma_255, rel=0.02)
    assert float(noisy.max()) > 1
    file = Noise(sigma_255, as_file=True).applied("white", white)
    assert float(file.max()) == 1
    np.testing.assert_array_equal(file * 255, np.round(file * 255))


def test_a_photos_noise_is_always_the_same_and_anothers_is_another() -> None:
    truth = np.full((20, 20, 3), 100, np.uint8)
    first, again, other = (Noise(15).applied(name, truth) for name in ("a", "a", "b"))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    stronger = Noise(30).applied("a", truth) - as_floats(truth)
    np.testing.assert_allclose(stronger, 2 * (first - as_floats(truth)), atol=1e-6)


def test_no_noise_is_the_picture() -> None:
    (row, *_) = evaluation.evaluate({}, PHOTOS[:1], [Noise(0)])
    assert row.psnr_db == math.inf


def test_psnr_of_noise_is_that_of_its_level_over_all_colours() -> None:
    gray = np.full((100, 100, 3), 128, np.uint8)
    (row,) = evaluation.evaluate({}, [("gray", gray)], [Noise(25)])
    assert row.psnr_db == pytest.approx(20 * math.log10(255 / 25), abs=0.1)


def test_a_result_is_cut_before_it_is_measured() -> None:
    white = np.full((8, 8, 3), 255, np.uint8)
    too_white = evaluation.evaluate({"m": lambda picture, sigma: picture + 9}, [("white", white)], [Noise(25)])
    assert too_white[-1].psnr_db == math.inf


def test_compression_hurts_and_is_measured_on_the_luma() -> None:
    truth = PHOTOS[0][1]
    rough, fine = (Compression(quality).applied("a", truth) for quality in (5, 95))
    assert Compression(5).psnr_db(truth, rough) < Compression(95).psnr_db(truth, fine)
    tinted = as_floats(truth) + np.array([0, 0.1, -0.1 * 128.553 / 24.966])  # the same luma
    assert Compression(5).psnr_db(truth, tinted.astype(np.float32)) > 80


def test_the_table() -> None:
    rows = [
        evaluation.Row(AS_IT_IS, "sigma 0", "mean", math.inf, 0.0),
        evaluation.Row("m", "sigma 0", "mean", 51.0, 1.0),
        evaluation.Row("m", "sigma 15", "mean", 34.126, 3.0),
    ]
    assert evaluation.table(rows).splitlines() == [
        "| PSNR dB | sigma 0 | sigma 15 | seconds |",
        "| --- | --- | --- | --- |",
        "| as it is | inf | – | 0.00 |",
        "| m | 51.00 | 34.13 | 2.00 |",
    ]


def test_the_sheet_shows_the_damage_the_methods_and_the_truth() -> None:
    name, truth = PHOTOS[1]  # 48 × 64
    damage = Noise(50, as_file=True)
    sheet = evaluation.contact_sheet(name, truth, damage, {"x": untouched, "none": lambda *_: None}, side_px=32)
    assert sheet.shape == (32, 3 * 32 + 2 * evaluation.GAP_PX, 3)
    middle = slice(8, 40), slice(16, 48)
    if truth.shape[0] != 48:
        middle = middle[1], middle[0]
    np.testing.assert_array_equal(sheet[:, -32:], truth[middle])
    np.testing.assert_array_equal(sheet[:, :32], sheet[:, 40:72])
    assert (sheet[:, :32] != truth[middle]).mean() > 0.9


def test_non_local_means_keeps_red_and_blue_apart_and_helps() -> None:
    truth = np.zeros((40, 40, 3), np.uint8)
    truth[..., 0], truth[..., 2] = 200, 60
    noisy = Noise(20).applied("flat", truth)
    made = non_local_means(noisy, 20)
    assert made is not None
    np.testing.assert_allclose(made.mean(axis=(0, 1)) * 255, [200, 0, 60], atol=9)
    assert np.abs(made - as_floats(truth))[..., 0].mean() < np.abs(noisy - as_floats(truth))[..., 0].mean() / 2
    assert non_local_means(noisy, None) is None
    assert non_local_means(noisy, 0) is None


def test_bm3d_is_told_the_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    library = types.ModuleType("bm3d")
    library.bm3d_rgb = lambda noisy, sigma: noisy * 0 + sigma  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "bm3d", library)
    method = rival("bm3d")
    made = method(as_floats(PHOTOS[0][1]), 51)
    assert made is not None
    np.testing.assert_allclose(made, 0.2, atol=1e-6)
    assert method(as_floats(PHOTOS[0][1]), None) is None


def test_a_library_that_is_not_there_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bm3d", None)  # importing it fails
    with pytest.raises(RivalMissing) as caught:
        rival("bm3d")
    assert str(caught.value) == (
        "The rival “bm3d” cannot be measured, because its library is not installed. "
        "Install it with “pip install bm3d”, under its own licence, or leave the rival out."
    )


def test_a_checkpoint_for_gray_pictures_runs_on_each_channel(tmp_path: Path) -> None:
    path = tmp_path / "dncnn.pth"
    torch.manual_seed(1)
    shapes = [(64, 1)] + [(64, 64)] * 15 + [(1, 64)]
    state = {}
    for index, (out, into) in enumerate(shapes):
        state[f"model.{2 * index}.weight"] = torch.randn(out, into, 3, 3) * 0.02
        state[f"model.{2 * index}.bias"] = torch.zeros(out)
    torch.save(state, path)
    method = rival(str(path))
    picture = as_floats(PHOTOS[0][1])
    made = method(picture, 25)
    assert made is not None
    assert made.shape == picture.shape
    swapped = method(np.ascontiguousarray(picture[..., ::-1]), 25)
    assert swapped is not None
    np.testing.assert_allclose(swapped[..., ::-1], made, atol=1e-5)
    assert method(picture, None) is None


def test_what_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("buy milk")
    with pytest.raises(RivalUnknown):
        rival(str(tmp_path / "notes.txt"))


def test_the_table_of_estimates() -> None:
    rows = [Estimate("m", 10.0, "a", 11.0), Estimate("m", 10.0, "b", 9.5), Estimate("m", 0.0, "a", 0.25)]
    assert estimate_table(rows).splitlines()[2:] == [
        "| m | 10 | 10.25 | 0.75 | 1.00 | 2 |",
        "| m | 0 | 0.25 | 0.25 | 0.25 | 1 |",
        "| m | all | – | 0.58 | 1.00 | 3 |",
    ]


def test_a_photos_camera_is_always_the_same_and_another_photos_is_another() -> None:
    truth = np.full((32, 48, 3), 90, np.uint8)
    first, again, other = (CameraNoise().applied(name, truth) for name in ("a", "a", "b"))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert first.shape == truth.shape
    assert np.array_equal(first * 255, np.rint(first * 255)), "it is a file of 8 bit"


def test_a_camera_may_save_jpeg() -> None:
    truth = np.random.default_rng(1).integers(0, 255, (32, 48, 3), np.uint8)
    plain, saved = CameraNoise().applied("a", truth), CameraNoise(30).applied("a", truth)
    assert not np.array_equal(plain, saved)
    assert np.array_equal(saved, Compression(30).applied("a", evaluation.as_eight_bit(plain)))
    assert [CameraNoise().name, CameraNoise(30).name] == ["camera", "camera, JPEG 30"]


def test_without_colour_a_picture_and_its_noise_are_gray() -> None:
    truth = evaluation.without_colour(PHOTOS[0][1])
    assert (truth == truth[..., :1]).all()
    assert evaluation.without_colour(np.full((2, 2, 3), 77, np.uint8)).tolist() == [[[77] * 3] * 2] * 2
    noisy = Noise(25, gray=True).applied("a", truth)
    assert (noisy == noisy[..., :1]).all()
    assert float((noisy - as_floats(truth)).std()) * 255 == pytest.approx(25, rel=0.1)
