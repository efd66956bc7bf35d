from __future__ import annotations

import itertools

import numpy as np
import pytest

from imagetool.kit.complexity import lossless_bits
from imagetool.training.errors import FigureMissing
from imagetool.training.outliers import Row, auroc, compared, measures, raw_bits, table


@pytest.mark.parametrize(
    ("inliers", "outliers", "area"),
    [
        ([1, 2, 3], [4, 5], 1.0),
        ([4, 5], [1, 2, 3], 0.0),
        ([1, 2], [1, 2], 0.5),
        ([7, 7], [7], 0.5),
        ([1, 3], [2], 0.5),
        ([1, 2, 3, 4], [3, 5], (2.5 + 4) / 8),
        ([0], [-0.5], 0.0),
    ],
)
def test_the_share_of_pairs_where_the_outlier_has_more(
    inliers: list[float], outliers: list[float], area: float
) -> None:
    assert auroc(inliers, outliers) == pytest.approx(area)


def test_it_is_what_counting_every_pair_gives() -> None:
    rng = np.random.default_rng(5)
    inliers, outliers = rng.integers(0, 20, 60).tolist(), rng.integers(3, 23, 45).tolist()
    pairs = [(a < b) + (a == b) / 2 for a, b in itertools.product(inliers, outliers)]
    assert auroc(inliers, outliers) == pytest.approx(sum(pairs) / len(pairs))
    assert auroc(inliers, outliers) + auroc(outliers, inliers) == pytest.approx(1)


PICTURE = np.random.default_rng(1).integers(0, 256, (8, 8, 3), np.uint8)


def test_a_score_is_corrected_by_the_picture_s_complexity() -> None:
    told = measures("m", {"bits_per_dim": 3.0, "noise": 1.0}, PICTURE)
    assert told == {"raw": 3.0, "corrected": pytest.approx(3.0 - lossless_bits(PICTURE) / 192)}


def test_the_ratio_to_the_background_is_the_model_s() -> None:
    told = measures("m", {"bits_per_dim_ratio": 0.5, "bits_per_dim": 3.0}, PICTURE)
    assert list(told) == ["raw", "corrected", "ratio to the background"]
    assert told["ratio to the background"] == 0.5


def test_a_model_without_the_figure_is_refused() -> None:
    with pytest.raises(FigureMissing, match="“m” tells no bits_per_dim"):
        raw_bits("m", {"noise": 1.0})


def test_only_what_all_pictures_have_is_compared() -> None:
    inliers = [{"raw": 1.0, "ratio": 0.0}, {"raw": 2.0}, {"raw": 6.0}]
    rows = compared(inliers, [{"raw": 4.0, "ratio": 1.0}])
    assert rows == [Row("raw", 2 / 3, 2.0, 4.0)]
    assert table(rows).splitlines()[2] == "| raw | 0.6667 | 2.000 | 4.000 |"
