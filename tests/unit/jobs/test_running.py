"""What a worker is lent for a job, and what comes back: whole, in parts, and without holding pixels twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imagetool.core.geometry import Rect, Size
from imagetool.core.picture import Pixels
from imagetool.core.seam_plan import SeamPlan
from imagetool.core.tile_plan import TilePlan, Tiling
from imagetool.jobs.device import Device
from imagetool.jobs.errors import NoGuides, NoVariations
from imagetool.jobs.events import Finished
from imagetool.jobs.measures import Measures
from imagetool.jobs.preparing import Equipment
from imagetool.jobs.request import Report, Request
from imagetool.jobs.running import Running
from imagetool.plugin.parameters import Params
from imagetool.wire.buffers import BufferPool, open_array
from imagetool.wire.errors import NoRoomForPixels
from imagetool.wire.messages import Done, Preview, RectRef
from tests.fakes.requests import HOLE, MANIFEST, enlarging, fake_model, picture
from tests.fakes.requests import request as filling
from tests.fakes.tiled_jobs import TILES, tiled, work


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[BufferPool]:
    made = BufferPool([tmp_path])
    yield made
    made.close()


def pixel_files(pool: BufferPool) -> int:
    return sum(len(list(folder.glob("*.pixels"))) for folder in pool.folders)


def score(pixels: Pixels | None = None) -> Request:
    text = MANIFEST.replace("inpaint", "score") + "tile = { size = 32, overlap = 4 }\n"
    return tiled(pixels, fake_model(text), resume=False)


CASES = [
    (tiled(), 4, "uint8"),
    (tiled(picture(np.uint16)), 4, "uint16"),
    (score(), 1, "float32"),
    (enlarging(target=Size(200, 170)), 4, "uint8"),
]


@pytest.mark.parametrize(("request_", "channels", "dtype"), CASES, ids=["8 bit", "16 bit", "score", "enlarged"])
def test_seams_and_ledger_fit_the_plan_that_the_worker_makes(
    pool: BufferPool, request_: Request, channels: int, dtype: str
) -> None:
    running = Running.prepared(request_, pool)
    run = running.message()
    assert run.source
    assert run.seams
    assert run.ledger
    tiling = Tiling(run.tile.size, run.tile.overlap, run.tile.multiple_of)
    height, width = run.source.shape[:2]
    plan = TilePlan.of(Size(width, height), Size(run.result.shape[1], run.result.shape[0]), tiling)
    assert run.seams.shape == (SeamPlan.of(plan).length(channels),)
    assert (run.seams.dtype, run.result.dtype) == (dtype, dtype)
    assert (run.ledger.shape, run.ledger.dtype) == ((len(plan.tiles),), "uint32")
    assert not open_array(run.ledger, writable=False).any()
    running.release()


def test_a_ledger_in_a_used_buffer_is_empty(pool: BufferPool) -> None:
    for _ in range(2):
        running = Running.prepared(tiled(resume=False), pool)
        assert running.resumed == 0
        work(running, TILES)
        running.release()


def test_a_job_without_tiles_has_neither(pool: BufferPool) -> None:
    running = Running.prepared(filling(), pool)
    assert running.message().seams is None
    assert running.message().ledger is None
    assert running.tile_px == 0
    running.release()


def test_the_size_of_tiles_is_the_one_asked_for_or_measured_or_the_manifests(
    pool: BufferPool, tmp_path: Path
) -> None:
    measures = Measures(tmp_path / "measures")
    request = tiled(np.full((400, 600, 4), 255, np.uint8), resume=False)

    def tile_px(asked: Request, *devices: Device) -> int:
        running = Running.prepared(asked, pool, None, Equipment(None, measures, devices))
        assert running.message().tile.size == running.tile_px
        running.release()
        return running.tile_px

    assert tile_px(request) == 32
    report = Report("cpu", "fp32", 2.0, 100, 500.0, {}, base_rss_mb=300.0, tile_px=256)
    measures.add(request, report, 240_000)
    measured = measures.tile_px(request.model.entry, request.model, "auto", 1e12)
    assert measured > 32
    assert tile_px(request) == measured
    assert tile_px(request, Device("cpu", "CPU", 0)) == measured
    assert tile_px(request, Device("cuda:0", "Card", 2**30)) == 32, "nothing is known of that device"
    assert tile_px(tiled(np.full((400, 600, 4), 255, np.uint8), resume=False, tile_px=96)) == 96


def test_what_is_done_can_be_had_before_the_end(pool: BufferPool) -> None:
    running = Running.prepared(tiled(resume=False), pool)
    assert running.partial() is None, "nothing is done yet"
    work(running, 2)
    partial = running.partial()
    assert partial
    assert running.cutting
    assert partial.total == TILES
    assert partial.done == tuple(tile.core for tile in running.cutting.plan.tiles[:2])
    assert [partial.pixels[rect.slices].max() for rect in partial.done] == [1, 2]
    running.release()
    assert partial.pixels[0, 0, 0] == 1, "it is a copy"


def test_parts_of_a_map_that_is_not_finite_are_not_handed_out(pool: BufferPool) -> None:
    running = Running.prepared(score(), pool)
    work(running, 2)
    open_array(running.message().result, writable=True)[3, 3] = np.nan
    assert running.partial() is None
    running.release()


def test_only_the_result_is_still_held_while_it_is_copied_out(pool: BufferPool) -> None:
    """Of 64 MB and more nothing is spared: source, seams and ledger are given back before."""
    large = np.zeros((4100, 4000, 4), np.uint8)
    running = Running.prepared(tiled(large, resume=False, tile_px=2048), pool)
    run = running.message()
    assert run.source
    assert run.seams
    event = running.finished(Done(running.job_id, "cpu", "fp32", 1.0, 4, 500.0, {}, 300.0, 7.0))
    assert isinstance(event, Finished)
    assert not Path(run.source.path).exists()
    assert Path(run.result.path).exists()
    report = event.result.report
    assert (report.tile_px, report.base_rss_mb, report.gpu_peak_mb) == (2048, 300.0, 7.0)
    running.release()
    assert not Path(run.result.path).exists()


def test_nothing_is_kept_where_there_is_no_room(pool: BufferPool) -> None:
    class Small(BufferPool):
        def take(self, shape: tuple[int, ...], dtype: Any) -> Any:
            if len(shape) == 1 and shape[0] > 100_000:  # the preview, which comes last
                raise NoRoomForPixels(shape[0], "the memory")
            return super().take(shape, dtype)

    small = Small([pool.folders[0]])
    with pytest.raises(NoRoomForPixels):
        Running.prepared(tiled(resume=False), small)
    assert len(small._spare) == pixel_files(small), "every buffer was given back"
    small.close()


GENERATOR = MANIFEST.replace("inpaint", "generate")


HINTS = np.random.default_rng(2).integers(0, 256, (48, 64, 4), np.uint8)


def test_of_strokes_a_worker_gets_what_the_mask_covers(pool: BufferPool) -> None:
    asked = replace(filling(fake_model(MANIFEST + "guides = true\n")), hints=HINTS)
    running = Running.prepared(asked, pool)
    given = running.message().hints
    assert given
    np.testing.assert_array_equal(open_array(given, writable=False), HINTS[HOLE.slices])
    running.release()


def test_a_model_that_follows_no_strokes_is_not_run_with_any(pool: BufferPool) -> None:
    said = r"^The model “Fast” takes no guides\. Choose another model or erase the strokes\.$"
    with pytest.raises(NoGuides, match=said):
        Running.prepared(replace(filling(), hints=HINTS), pool)
    assert pixel_files(pool) == 0


@pytest.mark.parametrize("target", [None, Size(64, 48), Size(20, 12)], ids=str)
def test_more_like_a_picture_has_its_size_and_is_lent_it(pool: BufferPool, target: Size | None) -> None:
    model = fake_model(GENERATOR + "variations = true\n")
    source = filling(pixels=picture(np.uint16)).source
    running = Running.prepared(Request(model, Params({}), 1, source, target=target, count=3), pool)
    run = running.message()
    assert run.source
    np.testing.assert_array_equal(open_array(run.source, writable=False), picture(np.uint16))
    assert (run.result.shape, run.result.dtype) == ((3, 48, 64, 4), "uint8")
    assert (running.rect.size, run.seams) == (Size(64, 48), None)
    running.release()


def test_only_models_that_make_more_like_a_picture_are_given_one(pool: BufferPool) -> None:
    said = r"^“Fast” cannot make more like a picture\. Choose a model that can, or create without a picture\.$"
    with pytest.raises(NoVariations, match=said):
        Running.prepared(Request(fake_model(GENERATOR), Params({}), 1, filling().source), pool)
    assert not pixel_files(pool), "nothing was lent"


@pytest.mark.parametrize("opacity", [True, False])
def test_the_worker_is_told_whether_the_model_is_given_the_opacity(pool: BufferPool, opacity: bool) -> None:
    running = Running.prepared(filling(fake_model(MANIFEST + f"opacity = {str(opacity).lower()}\n")), pool)
    assert running.message().opacity == opacity
    running.release()


GRIDS = [
    # width, height, count, whether it can be
    (20, 12, 1, True),
    (40, 12, 2, True),
    (40, 24, 3, True),
    (4, 4, 3, True),
    (40, 24, 0, False),
    (40, 24, -1, False),
    (60, 24, 5, False),
    (41, 24, 3, False),
    (40, 23, 3, False),
    (1, 24, 3, False),
]


@pytest.mark.parametrize(("width", "height", "count", "possible"), GRIDS)
def test_a_preview_of_several_pictures_is_a_grid_of_them(
    pool: BufferPool, width: int, height: int, count: int, possible: bool
) -> None:
    request = Request(fake_model(GENERATOR), Params({}), 1, None, target=Size(20, 12), count=4)
    running = Running.prepared(request, pool)
    message = Preview(running.job_id, RectRef(0, 0, 20, 12), width, height, count)
    previewed = running.previewed(message)
    running.release()
    assert (previewed is not None) == possible
    if previewed:
        assert (previewed.pixels.shape, previewed.count) == ((height, width, 3), count)
        assert previewed.rect == Rect(0, 0, 20, 12)
