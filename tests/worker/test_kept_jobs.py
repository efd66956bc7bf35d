"""A confined worker goes on with tiles that lie on the disk, and computes those again that are not whole."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from imagetool.catalog.catalog import CatalogModel
from imagetool.catalog.places import Places
from imagetool.catalog.scanning import read_manifest, third_party
from imagetool.core.geometry import Rect
from imagetool.core.picture import Pixels
from imagetool.jobs.events import ENDS, Event, Finished
from imagetool.jobs.journal import Journals
from imagetool.jobs.journal.journal import LEDGER, RESULT, SEAMS
from imagetool.jobs.preparing import Equipment
from imagetool.jobs.request import Request, Result
from imagetool.jobs.runner import WorkerRunner
from imagetool.jobs.running import Running
from imagetool.kit.patchwork import Patchwork
from imagetool.plugin import Task
from imagetool.wire.buffers import BufferPool
from tests.fakes.requests import picture
from tests.fakes.tiled_jobs import kill, tiled

FOLDER = Path(__file__).parents[1] / "fakes" / "all_tasks"
PLUGIN = third_party(read_manifest(FOLDER / "plugin.toml"), FOLDER, sealed=False)
MODEL = next(CatalogModel(PLUGIN, entry) for entry in PLUGIN.manifest.models if entry.task is Task.FILTER)
PIXELS = picture(height=150, width=200)
DONE = 4
WAIT_S = 60.0


def inverted(pixels: Pixels) -> Pixels:
    made: Pixels = 255 - pixels
    made[..., 3] = pixels[..., 3]
    return made


def asked() -> Request:
    request = tiled(PIXELS, MODEL)
    return Request(MODEL, type(request.params)({}), 1, request.source, device="cpu", resume=True)


@pytest.fixture
def equipment(home: Path) -> Equipment:
    return Equipment(Journals(home / "jobs"))


@pytest.fixture
def killed(equipment: Equipment, tmp_path: Path) -> Path:
    """The journal of a job whose processes were killed after some tiles."""
    pool = BufferPool([tmp_path])
    running = Running.prepared(asked(), pool, None, equipment)
    assert running.lending.journal
    assert running.cutting
    result, seams, ledger = (running.lending.get(name) for name in (RESULT, SEAMS, LEDGER))
    assert result
    assert seams
    assert ledger
    work = Patchwork(running.cutting.plan, result.array, seams.array, ledger.array)
    for index in range(DONE):
        work.lay(index, inverted(PIXELS[running.cutting.plan.tiles[index].part.slices]))
    del work
    folder: Path = running.lending.journal.folder
    kill(running)
    pool.close()
    return folder


class Bench:
    """A runner with real workers that keeps long jobs."""

    def __init__(self, equipment: Equipment) -> None:
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.runner = WorkerRunner(Places.find(), self._events.put, equipment=equipment)

    def result_of(self, request: Request) -> Result:
        self.runner.submit(request)
        while not isinstance(event := self._events.get(timeout=WAIT_S), ENDS):
            pass
        assert isinstance(event, Finished), getattr(event, "error", event)
        return event.result


@pytest.fixture
def bench(equipment: Equipment) -> Iterator[Bench]:
    made = Bench(equipment)
    yield made
    made.runner.close()


def test_it_goes_on_in_the_folder_of_the_plugins_journals(bench: Bench, killed: Path) -> None:
    result = bench.result_of(asked())
    assert result.report.resumed == DONE
    np.testing.assert_array_equal(result.pixels, inverted(PIXELS))
    bench.runner.close()
    assert not killed.exists()


def test_a_tile_that_is_not_whole_is_computed_again(bench: Bench, killed: Path) -> None:
    """After a power cut the ledger may be on the disk, and the pixels not."""
    lost = np.memmap(killed / "result.pixels", np.uint8, "r+", shape=PIXELS.shape)
    lost[Rect(0, 0, 30, 30).slices] = 0
    lost.flush()
    del lost
    np.testing.assert_array_equal(bench.result_of(asked()).pixels, inverted(PIXELS))
