"""The table and the picture that compare methods."""

from __future__ import annotations

import numpy as np
import pytest

from imagetool.training import inpainting_evaluation as evaluation
from imagetool.training.inpainting_evaluation import Picture


@pytest.fixture
def photos() -> list[tuple[str, Picture]]:
    rng = np.random.default_rng(1)
    return [(name, rng.integers(0, 255, (64, 80, 3), dtype=np.uint8)) for name in ("a", "b")]


def test_a_method_sees_no_truth_and_black_is_worse_than_opencv(photos: list[tuple[str, Picture]]) -> None:
    seen = []

    def black(image: Picture, mask: Picture) -> Picture:
        seen.append(int(image[mask > 0].max()))
        return image

    rows = evaluation.evaluate({**evaluation.RIVALS, "black": black}, photos, ["narrow", "wide"], 1)
    assert seen == [0] * 4
    assert [(row.photo, row.kind, row.method) for row in rows[:3]] == [
        ("a", "narrow", "telea"),
        ("a", "narrow", "navier-stokes"),
        ("a", "narrow", "black"),
    ]
    means = {(row.kind, row.method): row for row in evaluation.means(rows)}
    assert len(means) == 6
    for kind in ("narrow", "wide"):
        assert means[kind, "black"].psnr_db < means[kind, "telea"].psnr_db
    assert evaluation.wins(rows, "black", "wide")[1] == 2


def test_the_mean_of_a_kind_and_the_table() -> None:
    rows = [
        evaluation.Row("m", "wide", "a", 10.0, 0.5, 0.1, 1.0),
        evaluation.Row("m", "wide", "b", 20.0, 0.7, 0.3, 2.0),
    ]
    (mean,) = evaluation.means(rows)
    assert (mean.photo, mean.psnr_db) == ("mean", 15.0)
    assert evaluation.table([mean]).splitlines()[-1] == "| wide | m | mean | 15.00 | 0.6000 | 0.2000 | 1.50 |"


def test_wins_count_the_lowest_texture_distance() -> None:
    rows = [
        evaluation.Row(method, "wide", photo, 0, 0, texture, 0)
        for photo, method, texture in [("a", "m", 0.1), ("a", "n", 0.2), ("b", "m", 0.4), ("b", "n", 0.2)]
    ]
    assert evaluation.wins(rows, "m", "wide") == (1, 2)


def test_a_mask_depends_on_the_photo_and_the_seed_only(photos: list[tuple[str, Picture]]) -> None:
    image = photos[0][1]
    mask = evaluation.mask_for("wide", "a", image, 1)
    assert np.array_equal(mask, evaluation.mask_for("wide", "a", image, 1))
    assert not np.array_equal(mask, evaluation.mask_for("wide", "b", image, 1))
    assert not np.array_equal(mask, evaluation.mask_for("wide", "a", image, 2))


def test_the_sheet_shows_truth_hole_and_methods(photos: list[tuple[str, Picture]]) -> None:
    image = photos[0][1]
    mask = evaluation.mask_for("wide", "a", image, 1)
    sheet = evaluation.contact_sheet(image, mask, {"none": lambda picture, hole: picture})
    step = 80 + evaluation.GAP_PX
    assert sheet.shape == (64, 3 * 80 + 2 * evaluation.GAP_PX, 3)
    assert np.array_equal(sheet[:, :80], image)
    assert tuple(sheet[:, step : step + 80][mask > 0][0]) == evaluation.HOLE_COLOUR
