"""The table and the picture that compare ways to enlarge."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from imagetool.training import upscaling_evaluation as evaluation
from imagetool.training.upscaling_evaluation import Picture
from tests.fakes.pictures import textured


@pytest.fixture
def photos() -> list[tuple[str, Picture]]:
    """Soft ones, as those are for which interpolation is meant."""
    return [
        (name, np.asarray(Image.fromarray(textured(20, 20, seed)).resize(size, Image.Resampling.BICUBIC)))
        for name, size, seed in (("a", (53, 47), 1), ("b", (48, 60), 2))
    ]


def nearest(picture: Picture, scale: int) -> Picture:
    return picture.repeat(scale, 0).repeat(scale, 1)


def only_two(picture: Picture, scale: int) -> Picture | None:
    return nearest(picture, scale) if scale == 2 else None


def test_every_method_is_measured_on_every_picture_by_every_factor(photos: list[tuple[str, Picture]]) -> None:
    methods = {**evaluation.RIVALS, "nearest": nearest, "two": only_two}
    rows = evaluation.evaluate(methods, photos, [2, 3])
    assert [(row.photo, row.scale, row.method) for row in rows[:7]] == [
        *(("a", 2, method) for method in ("bicubic", "lanczos", "nearest", "two")),
        *(("a", 3, method) for method in ("bicubic", "lanczos", "nearest")),
    ]
    means = {(row.scale, row.method): row for row in evaluation.means(rows)}
    assert list(means) == [
        *((2, method) for method in ("bicubic", "lanczos", "nearest", "two")),
        *((3, method) for method in ("bicubic", "lanczos", "nearest")),
    ]
    for scale in (2, 3):
        assert means[scale, "nearest"].psnr_db < means[scale, "bicubic"].psnr_db
        assert means[scale, "nearest"].ssim < means[scale, "bicubic"].ssim
    assert means[2, "two"].psnr_db == means[2, "nearest"].psnr_db


def test_a_method_gets_the_picture_made_smaller(photos: list[tuple[str, Picture]]) -> None:
    seen: list[Picture] = []

    def method(picture: Picture, scale: int) -> Picture:
        seen.append(picture)
        return nearest(picture, scale)

    evaluation.evaluate({"m": method}, photos[:1], [4])
    (small,) = seen
    assert small.dtype == np.uint8
    assert small.shape == (11, 13, 3), "sides are cut to a multiple of the factor first"
    cut = Image.fromarray(photos[0][1][:44, :52])
    expected = np.asarray(cut.resize((13, 11), Image.Resampling.BICUBIC)).astype(int)
    assert np.abs(small[2:-2, 2:-2] - expected[2:-2, 2:-2]).max() <= 1


def test_the_truth_is_perfect(photos: list[tuple[str, Picture]]) -> None:
    truth = photos[1][1]
    (row,) = evaluation.evaluate({"oracle": lambda picture, scale: truth}, photos[1:], [2])
    assert row.psnr_db == float("inf")
    assert row.ssim == pytest.approx(1)


def test_the_mean_and_the_table() -> None:
    rows = [evaluation.Row("m", 3, "a", 10.0, 0.5, 1.0), evaluation.Row("m", 3, "b", 20.0, 0.7, 2.0)]
    (mean,) = evaluation.means(rows)
    assert (mean.photo, mean.psnr_db) == ("mean", 15.0)
    assert evaluation.table([mean]).splitlines() == [
        "| scale | method | PSNR dB | SSIM | seconds |",
        "|---|---|---|---|---|",
        "| 3 | m | 15.00 | 0.6000 | 1.50 |",
    ]


@pytest.mark.parametrize("side_px", [20, 500])
def test_the_sheet_shows_the_methods_and_the_truth(photos: list[tuple[str, Picture]], side_px: int) -> None:
    truth = photos[1][1]  # 48 × 60
    methods = {"nearest": nearest, "none": lambda picture, scale: None}
    sheet = evaluation.contact_sheet(truth, 2, methods, side_px)
    height, width = min(side_px, 60), min(side_px, 48)
    assert sheet.shape == (height, 2 * width + evaluation.GAP_PX, 3)
    assert (sheet[:, width : width + evaluation.GAP_PX] == 255).all()
    top, left = (60 - height) // 2, (48 - width) // 2
    np.testing.assert_array_equal(sheet[:, -width:], truth[top : top + height, left : left + width])


def test_pictures_are_made_worse_by_their_names_and_so_always_alike(photos: list[tuple[str, Picture]]) -> None:
    clean, worn, again = (
        [row.psnr_db for row in evaluation.evaluate({"nearest": nearest}, photos, [2], as_worn=as_worn)]
        for as_worn in (False, True, True)
    )
    assert worn == again
    assert all(ours < theirs for ours, theirs in zip(worn, clean, strict=True))
    (renamed, _) = evaluation.evaluate({"nearest": nearest}, [("c", photos[0][1]), photos[1]], [2], as_worn=True)
    assert renamed.psnr_db != worn[0]
