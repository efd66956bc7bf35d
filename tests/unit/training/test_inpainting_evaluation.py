"""The figures that compare methods."""

from __future__ import annotations

import numpy as np
import pytest

from imagetool.core.geometry import Size
from imagetool.training import inpainting_evaluation as evaluation
from imagetool.training.inpainting_evaluation import Picture, Row, Trial
from imagetool.training.mask_sets import drawn
from tests.fakes.pictures import textured


@pytest.fixture(scope="module")
def trials() -> list[Trial]:
    """OpenCV's methods and one that does nothing, on two photos with two kinds of masks."""
    photos = [(name, textured(64, 80, seed=seed)) for seed, name in enumerate(("a", "b"))]
    methods = {**evaluation.RIVALS, "black": lambda image, mask: image}
    return list(evaluation.trials(methods, photos, ["narrow", "wide"], drawn(1)))


def row(method: str, kind: str, photo: str, psnr_db: float = 0, texture: float = 0) -> Row:
    return Row(method, kind, photo, psnr_db, 0.5, texture, 0.9, 0.1, 0.8, 1.0)


def test_a_method_sees_no_truth(trials: list[Trial]) -> None:
    assert [(it.photo, it.kind) for it in trials] == [(p, k) for p in ("a", "b") for k in ("narrow", "wide")]
    for done in trials:
        assert (done.filled["black"][done.mask > 0] == 0).all()
        assert np.array_equal(done.filled["black"][done.mask == 0], done.image[done.mask == 0])


def test_masks_are_asked_for_by_kind_photo_and_size() -> None:
    asked = []

    def masks(kind: str, photo: str, size: Size) -> Picture:
        asked.append((kind, photo, size))
        return np.full((size.height, size.width), 255, np.uint8)

    list(evaluation.trials({}, [("a", textured(20, 30))], ["wide"], masks))
    assert asked == [("wide", "a", Size(20, 30))]


def test_a_hole_left_black_is_worse_than_opencv_in_every_figure(trials: list[Trial]) -> None:
    rows = [row for done in trials for row in evaluation.measured(done)]
    assert [(it.photo, it.kind, it.method) for it in rows[:3]] == [
        ("a", "narrow", "telea"),
        ("a", "narrow", "navier-stokes"),
        ("a", "narrow", "black"),
    ]
    means = {(it.kind, it.method): it for it in evaluation.means(rows)}
    assert len(means) == 9
    for kind in ("narrow", "wide", "all"):
        black, telea = means[kind, "black"], means[kind, "telea"]
        assert all(
            getattr(black, name) < getattr(telea, name) for name in ("psnr_db", "ssim", "haarpsi", "ms_ssim")
        )
        assert all(getattr(black, name) > getattr(telea, name) for name in ("texture", "gmsd"))
    assert evaluation.wins(rows, "black", "wide") == (0, 2)


def test_the_mean_of_a_kind_and_the_table() -> None:
    (mean,) = evaluation.means([row("m", "wide", "a", 10.0, 0.1), row("m", "wide", "b", 20.0, 0.3)])
    assert (mean.photo, mean.psnr_db) == ("mean", 15.0)
    last = evaluation.table([mean]).splitlines()[-1]
    assert last == "| wide | m | mean | 15.00 | 0.5000 | 0.2000 | 0.9000 | 0.1000 | 0.8000 | 1.00 |"


def test_every_kind_counts_the_same_in_the_mean_of_all_kinds() -> None:
    rows = [row("m", "narrow", "a", 10), row("m", "wide", "a", 20), row("m", "wide", "b", 40)]
    assert [(it.kind, it.psnr_db) for it in evaluation.means(rows)] == [("narrow", 10), ("wide", 30), ("all", 20)]


def test_wins_count_the_lowest_texture_distance() -> None:
    rows = [
        row(method, "wide", photo, texture=texture)
        for photo, method, texture in [("a", "m", 0.1), ("a", "n", 0.2), ("b", "m", 0.4), ("b", "n", 0.2)]
    ]
    assert evaluation.wins(rows, "m", "wide") == (1, 2)
