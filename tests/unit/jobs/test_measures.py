from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from imagetool.catalog.catalog import CatalogModel
from imagetool.jobs.measures import TILE_SIDES_PX, Measures
from imagetool.jobs.request import Report, Request
from tests.fakes.requests import MANIFEST_OF_AN_ENLARGER, enlarging, fake_model, picture

PIXELS = 4 * 600 * 800
CROP_KB = 224**2  # one for each pixel of the largest crop, of 4 × 3 tiles of up to 256
REPORT = Report("cpu", "fp32", 10.0, 12, 900.0, base_rss_mb=500.0, tile_px=256)
GARBAGE = {
    "nothing": b"",
    "no JSON": b"\x00\xff{",
    "cut off": b'{"format": 1, "models": [{"model": "a',
    "another shape": b'{"format": 1, "models": {"a": 1}}',
    "no object": b"[[1, 2], 3]",
    "a later format": b'{"format": 2, "models": []}',
    "deep": b"[" * 100_000,
    "a long number": b'{"format": 1, "models": [' + b"9" * 10_000 + b"]}",
    "too large": b'{"format": 1, "models": [' + b" " * 2**20 + b"]}",
}


@pytest.fixture
def asked() -> Request:
    return enlarging(pixels=picture(height=600, width=800))


def test_an_unknown_model_has_its_manifests_tiles(home: Path, asked: Request) -> None:
    measures = Measures(home)
    assert measures.forecast(asked, PIXELS, "cpu").seconds is None
    assert measures.tile_px(asked.model.entry, asked.model, "cpu", 1e12) == asked.model.entry.tile.size
    assert not home.exists(), "asking writes nothing"


def test_another_process_finds_what_was_added(home: Path, asked: Request) -> None:
    reader = Measures(home)
    assert reader.forecast(asked, PIXELS, "cpu").seconds is None
    Measures(home).add(asked, REPORT, PIXELS)
    forecast = reader.forecast(asked, PIXELS, "cpu")
    assert forecast.seconds == 10.0
    assert forecast.ram_bytes is not None
    assert forecast.ram_bytes == pytest.approx(910e6, rel=0.001), "and what it is lent"
    assert (forecast.gpu_bytes, forecast.disk_bytes, forecast.device) == (0, 0, "cpu")


def test_memory_is_that_of_the_tiles_to_come(home: Path, asked: Request) -> None:
    """After small tiles, which took little, come the largest that fit."""
    measures = Measures(home)
    measures.add(asked, replace(REPORT, peak_rss_mb=600.0), PIXELS)
    assert measures.tile_px(asked.model.entry, asked.model, "cpu", 1e12) == 512
    ram_bytes = measures.forecast(asked, PIXELS, "cpu").ram_bytes
    same = measures.forecast(replace(asked, tile_px=256), PIXELS, "cpu").ram_bytes
    assert same == pytest.approx(610e6, rel=0.01), "and what it is lent"
    assert ram_bytes is not None
    assert ram_bytes > 750e6


def test_a_long_job_takes_room_on_the_disk(home: Path, asked: Request) -> None:
    measures = Measures(home)
    measures.add(asked, replace(REPORT, seconds=30.0), PIXELS)
    disk_bytes = measures.forecast(asked, PIXELS, "cpu").disk_bytes
    assert 4 * (600 * 800 + PIXELS) < disk_bytes < 1.2 * 4 * (600 * 800 + PIXELS)


def test_devices_precisions_and_versions_are_told_apart(home: Path, asked: Request) -> None:
    measures = Measures(home)
    measures.add(asked, replace(REPORT, device="cuda", precision="bf16", seconds=1.0, gpu_peak_mb=3000.0), PIXELS)
    measures.add(asked, replace(REPORT, precision="bf16", seconds=5.0), PIXELS)
    measures.add(asked, replace(REPORT, seconds=10.0), PIXELS)

    def seconds(device: str, precision: str = "") -> float | None:
        return measures.forecast(replace(asked, precision=precision), PIXELS, device).seconds

    assert (seconds("cuda"), seconds("cuda:0"), seconds("cuda", "fp32")) == (1.0, 1.0, None)
    assert (seconds("cpu"), seconds("cpu", "fp32"), seconds("cpu", "bf16")) == (10.0, 10.0, 5.0)
    assert (seconds("auto"), seconds("mps")) == (10.0, None)
    assert measures.forecast(asked, PIXELS, "cuda").gpu_bytes == 3_000_000_000
    newer = fake_model(MANIFEST_OF_AN_ENLARGER.replace('version  = "1.0"', 'version  = "1.1"'))
    assert measures.forecast(replace(asked, model=newer), PIXELS, "cpu").seconds is None


def test_where_it_ran_last_is_what_auto_means(home: Path, asked: Request) -> None:
    measures = Measures(home)
    for report in (REPORT, replace(REPORT, device="cuda", seconds=1.0), REPORT):
        measures.add(asked, report, PIXELS)
    assert measures.forecast(asked, PIXELS, "auto").device == "cpu"


@pytest.mark.parametrize("name", GARBAGE)
def test_a_damaged_file_counts_as_empty_and_is_replaced(name: str, home: Path, asked: Request) -> None:
    home.mkdir()
    (home / "measures.json").write_bytes(GARBAGE[name])
    measures = Measures(home)
    assert measures.forecast(asked, PIXELS, "cpu").seconds is None
    measures.add(asked, REPORT, PIXELS)
    assert Measures(home).forecast(asked, PIXELS, "cpu").seconds == 10.0


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        "run",
        [1] * 9,
        [0, 1, 2, 3.0, 4.0, 5.0, 6.0, 7, 8, "a"],
        [10, 1, 2, 0.0, 4.0, 5.0, 6.0, 7, 8, "a"],
        [10, 1, 2, -3.0, 4.0, 5.0, 6.0, 7, 8, "a"],
        [10, 1, 2, float("nan"), 4.0, 5.0, 6.0, 7, 8, "a"],
        [10, 1, 2, float("inf"), 4.0, 5.0, 6.0, 7, 8, "a"],
        [10, 1, 2, True, 4.0, 5.0, 6.0, 7, 8, "a"],
        [10.5, 1, 2, 3.0, 4.0, 5.0, 6.0, 7, 8, "a"],
        [10**400, 1, 2, 3.0, 4.0, 5.0, 6.0, 7, 8, "a"],
        [10, 1, 2, 3.0, 4.0, 5.0, 6.0, 7, 8, 9],
    ],
)
def test_of_a_foreign_file_only_what_fits_is_used(wrong: object, home: Path, asked: Request) -> None:
    Measures(home).add(asked, REPORT, PIXELS)
    path = home / "measures.json"
    value = json.loads(path.read_text("utf-8"))
    value["models"][0]["runs"].append(wrong)
    value["models"] += [{"model": "a"}, 7, {**value["models"][0], "device": 3}]
    path.write_text(json.dumps(value), "utf-8")
    measures = Measures(home)
    assert measures.forecast(asked, PIXELS, "cpu").seconds == 10.0
    measures.add(asked, REPORT, PIXELS)
    (entry,) = json.loads(path.read_text("utf-8"))["models"]
    assert len(entry["runs"]) == 2


def test_the_file_stays_small(home: Path, asked: Request) -> None:
    measures = Measures(home)
    for number in range(25):
        measures.add(asked, replace(REPORT, seconds=1.0 + number), PIXELS)
    path = home / "measures.json"
    (entry,) = json.loads(path.read_text("utf-8"))["models"]
    assert [run[3] for run in entry["runs"]] == [6.0 + number for number in range(20)], "the last twenty"
    many = [{**entry, "model": f"other/{number}"} for number in range(400)]
    path.write_text(json.dumps({"format": 1, "models": many}), "utf-8")
    measures.add(asked, REPORT, PIXELS)
    left = json.loads(path.read_text("utf-8"))["models"]
    assert len(left) == 150
    assert (left[0]["model"], left[-1]["model"]) == ("other/251", asked.model.id)


@pytest.mark.parametrize(
    "report",
    [replace(REPORT, seconds=0.0), replace(REPORT, seconds=float("nan")), replace(REPORT, resumed=3)],
)
def test_a_report_that_tells_nothing_is_not_kept(report: Report, home: Path, asked: Request) -> None:
    Measures(home).add(asked, report, PIXELS)
    assert not home.exists()


def test_a_home_that_cannot_be_written_is_let_be(home: Path, asked: Request) -> None:
    home.write_text("no folder", "utf-8")
    measures = Measures(home)
    measures.add(asked, REPORT, PIXELS)
    assert measures.forecast(asked, PIXELS, "cpu").seconds is None
    assert home.read_text("utf-8") == "no folder"


def test_writers_on_one_file_lose_nothing(home: Path, asked: Request) -> None:
    """Each has the file open for itself, as another process would."""
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: Measures(home).add(asked, REPORT, PIXELS), range(15)))
    (entry,) = json.loads((home / "measures.json").read_text("utf-8"))["models"]
    assert len(entry["runs"]) == 15
    assert sorted(path.name for path in home.iterdir()) == ["measures.json", "measures.lock"]


def tile_px(home: Path, model: CatalogModel, available: float, device: str = "cpu") -> int:
    return Measures(home).tile_px(model.entry, model, device, available)


def test_the_largest_tile_that_fits(home: Path, asked: Request) -> None:
    spent_mb = CROP_KB / 1e3
    Measures(home).add(asked, replace(REPORT, peak_rss_mb=500 + spent_mb), PIXELS)
    assert tile_px(home, asked.model, 1e12) == 768, "1.0e9 bytes at most"
    assert tile_px(home, asked.model, 6e8) == 512, "half of what is free"
    assert tile_px(home, asked.model, 1e6) == 256, "the smallest, although it does not fit"


@pytest.mark.parametrize(("overlap_px", "side_px"), [(0, 256), (8, 512), (16, 768), (24, 1024), (40, 2048)])
def test_on_a_processor_no_tile_is_larger_than_it_takes(overlap_px: int, side_px: int, home: Path) -> None:
    tile = f"256, overlap = {overlap_px}, multiple_of = 1"
    model = fake_model(MANIFEST_OF_AN_ENLARGER.replace("96, overlap = 8, multiple_of = 4", tile))
    asked = enlarging(model, pixels=picture(height=600, width=800))
    Measures(home).add(asked, replace(REPORT, peak_rss_mb=500.1), PIXELS)  # 128 bytes per pixel are the least
    assert tile_px(home, model, 1e12) == side_px
    Measures(home).add(asked, replace(REPORT, device="cuda", gpu_peak_mb=10.0), PIXELS)
    assert tile_px(home, model, 1e12, "cuda") == TILE_SIDES_PX[-1]


def test_a_tile_is_a_multiple_and_larger_than_its_overlap(home: Path) -> None:
    tile = "768, overlap = 300, multiple_of = 7"
    model = fake_model(MANIFEST_OF_AN_ENLARGER.replace("96, overlap = 8, multiple_of = 4", tile))
    asked = enlarging(model, pixels=picture(height=600, width=800))
    Measures(home).add(asked, replace(REPORT, tile_px=768), PIXELS)
    side = tile_px(home, model, 1e6)
    assert side % 7 == 0
    assert 664 <= side < 671, "twice the overlap and 64"


def test_a_graphics_card_is_filled_to_its_half(home: Path, asked: Request) -> None:
    report = replace(REPORT, device="cuda", gpu_peak_mb=CROP_KB / 1e3)
    Measures(home).add(asked, report, PIXELS)
    assert tile_px(home, asked.model, 140e9, "cuda:0") == TILE_SIDES_PX[-1]
    assert tile_px(home, asked.model, 8.4e9, "cuda:0") == 2048
