"""What tiles tell becomes one figure of the picture."""

from __future__ import annotations

import math

import pytest

from imagetool.core.geometry import Rect
from imagetool.kit.tile_figures import TileFigures, TileJob
from tests.fakes.models import FakeJob

TILES = [Rect(0, 0, 10, 10), Rect(10, 0, 20, 10), Rect(20, 0, 70, 10)]  # the third is half of the picture and more


def told(values: list[float], tiles: list[Rect] = TILES, name: str = "level") -> float:
    job, figures = FakeJob(), TileFigures()
    for value, core in zip(values, tiles, strict=True):
        TileJob(job, figures, core).figure(name, value)
    return job.figures[name]


@pytest.mark.parametrize(
    ("values", "expected"),
    [([1, 2, 3], 3), ([3, 2, 1], 1), ([1, 9, 5], 5), ([5, 5, 5], 5)],
    ids=str,
)
def test_large_tiles_weigh_more(values: list[float], expected: float) -> None:
    assert told(values) == expected


@pytest.mark.parametrize("name", ["bits_per_dim", "bits_per_dim_corrected"])
def test_bits_are_averaged_by_area_in_whatever_order_tiles_come(name: str) -> None:
    assert told([2, 7, 3], name=name) == pytest.approx((2 * 100 + 7 * 100 + 3 * 500) / 700)
    assert told([0.1, 0.2, 0.3], name=name) == told([0.3, 0.2, 0.1], TILES[::-1], name)


def test_of_two_halves_the_lower_counts() -> None:
    assert told([7, 4], TILES[:2]) == 4


def test_what_is_told_is_the_median_so_far() -> None:
    job, figures = FakeJob(), TileFigures()
    heard = []
    for value, core in zip([8, 2, 5], TILES, strict=True):
        TileJob(job, figures, core).figure("level", value)
        heard.append(job.figures["level"])
    assert heard == [8, 2, 5]


def test_the_last_of_a_name_counts_within_a_tile() -> None:
    job, figures = FakeJob(), TileFigures()
    first, other = (TileJob(job, figures, core) for core in TILES[:2])
    first.figure("level", 1)
    first.figure("level", 9)
    other.figure("level", 8)
    assert job.figures == {"level": 8}, "1 is forgotten"
    first.figure("depth", 3)
    assert job.figures == {"level": 8, "depth": 3}


def test_what_is_no_number_is_passed_on_to_be_refused() -> None:
    job = FakeJob()
    TileJob(job, TileFigures(), TILES[0]).figure("level", math.nan)
    assert math.isnan(job.figures["level"])


def test_previews_of_a_tile_are_dropped_and_progress_is_not() -> None:
    import torch

    job = FakeJob()
    tile = TileJob(job, TileFigures(), TILES[0])
    tile.preview(torch.zeros(1, 3, 4, 4))
    tile.progress(0.25, "half of a half")
    assert job.previews == []
    assert job.progressed == [(0.25, "half of a half")]
