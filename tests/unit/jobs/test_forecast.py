from __future__ import annotations

from dataclasses import replace

import pytest

from imagetool.core.geometry import Size
from imagetool.jobs.forecast import (
    Extent,
    Forecast,
    Measured,
    bytes_per_pixel,
    expected_gpu,
    expected_ram,
    expected_seconds,
    is_long,
    result_pixels,
)
from tests.fakes.requests import HOLE, enlarging, picture, request

RUN = Measured(1_000_000, 4, 512, 10.0, 500.0, 800.0, 0.0, 512 * 512, 8_000_000, "a")


def test_nothing_is_expected_of_a_model_that_has_not_run() -> None:
    assert expected_seconds([], 1_000_000, "a") is None
    assert expected_ram([], 1_000_000, "a", Extent(4, 512 * 512, 8_000_000)) is None
    assert expected_gpu([], 1_000_000, "a", Extent(4, 512 * 512, 8_000_000)) == 0


def test_seconds_grow_with_the_pixels_and_shrink_to_a_quarter() -> None:
    assert expected_seconds([RUN], 3_000_000, "a") == pytest.approx(30.0)
    assert expected_seconds([RUN], 500_000, "a") == pytest.approx(5.0)
    assert expected_seconds([RUN], 1_000, "a") == pytest.approx(2.5), "loading the model takes its time"


def test_runs_of_like_size_count() -> None:
    small = replace(RUN, pixels=1_000, seconds=2.0)
    large = replace(RUN, pixels=1_000_000, seconds=10.0)
    runs = [*[small] * 5, *[large] * 5]
    assert expected_seconds(runs, 2_000, "a") == pytest.approx(4.0)
    assert expected_seconds(runs, 900_000, "a") == pytest.approx(9.0)


@pytest.mark.parametrize("others", [1, 2, 4])
def test_one_slow_run_among_others_changes_nothing(others: int) -> None:
    runs = [*[RUN] * others, replace(RUN, seconds=500.0)]
    assert expected_seconds(runs, 1_000_000, "a") == pytest.approx(10.0)


def test_other_parameters_count_only_where_there_is_nothing_better() -> None:
    slower = replace(RUN, seconds=80.0, form="b")
    assert expected_seconds([*[slower] * 5, RUN], 1_000_000, "a") == pytest.approx(10.0)
    assert expected_seconds([slower], 1_000_000, "a") == pytest.approx(80.0)


def test_memory_is_the_model_a_crop_and_the_pixels() -> None:
    run = replace(RUN, base_rss_mb=500.0, peak_rss_mb=762.144, lent_bytes=7_856_000)  # 1 kB for each of 512 x 512
    assert run.crop_bytes == pytest.approx(262_144_000)
    whole = replace(run, tile_px=0)  # which holds all that it was lent
    assert whole.crop_bytes == pytest.approx(262_144_000 - 7_856_000)
    wanted = Extent(1, 1024 * 1024, 800_000_000)
    assert expected_ram([run], 1_000_000, "a", wanted) == pytest.approx(500e6 + 1000 * 1024**2 + 800e6, rel=1e-6)


def test_a_crop_is_never_taken_to_be_free() -> None:
    run = replace(RUN, base_rss_mb=500.0, peak_rss_mb=505.0, lent_bytes=80_000_000)
    assert run.crop_bytes == 128.0 * 512 * 512


@pytest.mark.parametrize(("base", "peak"), [(0.0, 800.0), (900.0, 800.0)])
def test_memory_that_cannot_be_true_is_not_used(base: float, peak: float) -> None:
    run = replace(RUN, base_rss_mb=base, peak_rss_mb=peak)
    assert bytes_per_pixel([run]) == 0.0
    assert expected_ram([run], 1_000_000, "a", Extent(1, 100, 100)) is None


def test_small_crops_do_not_count_where_there_are_large_ones() -> None:
    large = replace(RUN, lent_bytes=0, base_rss_mb=500.0, peak_rss_mb=500.0 + 262.144)  # 1 kB per pixel
    small = replace(large, crop_pixels=1000, peak_rss_mb=600.0)  # 100 kB per pixel
    assert bytes_per_pixel([small, large]) == pytest.approx(1000.0)


def test_a_graphics_card_needs_more_for_larger_crops() -> None:
    run = replace(RUN, gpu_peak_mb=2_000.0)
    assert expected_gpu([run], 1_000_000, "a", Extent(4, 4 * 512 * 512, 0)) == 8_000_000_000
    assert expected_gpu([run], 1_000_000, "a", Extent(4, 100, 0)) == 2_000_000_000, "the model is in it"
    assert bytes_per_pixel([run], gpu=True) == pytest.approx(2e9 / 512**2)


def test_the_extent_of_a_job_in_tiles() -> None:
    asked = enlarging(pixels=picture(height=600, width=800), target=Size(1600, 1200))
    whole = Extent.of(asked, 1600 * 1200, 800)
    assert whole == Extent(1, 800 * 600, 4 * (800 * 600 + 1600 * 1200)), "one tile has no seams"
    cut = Extent.of(asked, 1600 * 1200, 448)
    assert (cut.tiles, cut.crop_pixels) == (4, (400 + 24) * (300 + 24)), "tiles are about equally large"
    seams = cut.lent_bytes - whole.lent_bytes
    assert seams == 4 * 4 * (804 * 604 - 796 * 596), "two sides of each of four tiles, 8 pixels wide"


def test_deep_pixels_take_twice_the_memory() -> None:
    eight, sixteen = (enlarging(pixels=picture(dtype)) for dtype in ("uint8", "uint16"))
    assert Extent.of(sixteen, 100, 0).lent_bytes == 2 * Extent.of(eight, 100, 0).lent_bytes


def test_the_pixels_of_a_result() -> None:
    assert result_pixels(request()) == HOLE.size.pixels, "as much as lies under the mask"
    assert result_pixels(enlarging()) == 4 * 48 * 64


@pytest.mark.parametrize(
    ("tiles", "seconds", "pixels", "long"),
    [
        (4, 20.0, 100, True),
        (4, 19.9, 10**9, False),
        (3, 1000.0, 10**9, False),
        (4, None, 8_000_000, True),
        (4, None, 7_999_999, False),
    ],
)
def test_which_jobs_are_kept_on_the_disk(tiles: int, seconds: float | None, pixels: int, long: bool) -> None:
    assert is_long(tiles, seconds, pixels) is long


@pytest.mark.parametrize(
    ("forecast", "line"),
    [
        (Forecast(12.3, 1_310_000_000, 0, 0), "≈ 12 s · 1.3 GB · CPU"),
        (Forecast(0.4, 84_000_000, 0, 0), "under 1 s · 80 MB · CPU"),
        (Forecast(None, None, 0, 0), "CPU"),
        (Forecast(None, None, 0, 810_000_000), "810 MB on the disk · CPU"),
        (Forecast(4810, 10**9, 6 * 10**9, 0), "≈ 1 h 20 min · 1.0 GB · 6.0 GB on the graphics card · CPU"),
        (Forecast(100, None, 0, 0), "≈ 2 min · CPU"),
    ],
)
def test_the_line(forecast: Forecast, line: str) -> None:
    assert forecast.line("CPU") == line
