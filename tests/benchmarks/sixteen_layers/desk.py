"""A home of its own with the network installed, and jobs that are timed from the request to the result."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray

from imagetool.catalog.catalog import Catalog, CatalogModel
from imagetool.catalog.places import Places
from imagetool.core.compositing import Flattened
from imagetool.core.document import Document
from imagetool.core.picture import Picture
from imagetool.jobs.events import ENDS, Event, Finished
from imagetool.jobs.forecast import result_pixels
from imagetool.jobs.journal import Journals
from imagetool.jobs.measures import Measures
from imagetool.jobs.preparing import Equipment
from imagetool.jobs.request import Report, Request
from imagetool.jobs.runner import WorkerRunner
from imagetool.plugin.parameters import Params
from imagetool.plugin.tasks import Task

ROOT = Path(__file__).parents[3]
PLUGIN = Path(__file__).parent / "plugin"
MAIN = [sys.executable, str(ROOT / "main.py")]
Rgb = NDArray[np.uint8]
MODEL = "org.imagetool.sixteen-layers/sixteen"
MOST_S = 7200.0
_MOST_WARM_UPS = 5


class NotDone(Exception):
    """A job ended in another way than it should; `end` is the event."""

    def __init__(self, end: Event) -> None:
        self.end = end
        super().__init__(f"The job should be done, and ended with {end}.")


@dataclass(frozen=True, slots=True)
class Way:
    """How the engine is to do it; 0 and empty where it may choose."""

    precision: str = ""
    tile_px: int = 0
    device: str = "cpu"
    layers: int = 16


@dataclass(frozen=True, eq=False, slots=True)
class Timed:
    """A job that is done: how long from the request to the result in the editor's hands, and its report.

    `processor_s` is what both processes together had of the processors.
    """

    seconds: float
    processor_s: float
    report: Report


@dataclass(eq=False, slots=True)
class Desk:
    """Gives jobs to a runner; `at` is when each event came, on the clock of `time.perf_counter`."""

    runner: WorkerRunner
    model: CatalogModel
    events: queue.SimpleQueue[tuple[float, Event]]
    measures: Measures
    heard: list[tuple[float, Event]] = field(default_factory=list)

    def request(self, pixels: Rgb, way: Way) -> Request:
        """To run the network over a picture (H, W, 3)."""
        opaque = np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])
        source = Flattened(Document(Picture.of(opaque, has_alpha=False)).state)
        params = Params.parsed(self.model.entry.parameters, {"layers": str(way.layers)})
        return Request(
            self.model, params, 0, source, device=way.device, precision=way.precision, tile_px=way.tile_px
        )

    def timed(self, request: Request) -> Timed:
        """Runs a request to its end; what it took is remembered, as after every job.

        Raises:
            NotDone: where it does not end well.
        """
        before, began = processor_seconds(), time.perf_counter()
        self.runner.submit(request)
        at, end = self.wait_for(lambda event: isinstance(event, ENDS) and event.job_id == request.job_id)
        if not isinstance(end, Finished):
            raise NotDone(end)
        spent, report = processor_seconds() - before, end.result.report
        self.measures.add(request, report, result_pixels(request))
        return Timed(at - began, spent, report)

    def warm_up(self, pixels: Rgb, way: Way) -> None:
        """Loads the model, and runs it until its tiles stay as large as they are."""
        tile_px = [0]
        while len(tile_px) < _MOST_WARM_UPS and tile_px[-1] not in tile_px[:-1]:
            tile_px.append(self.timed(self.request(pixels, way)).report.tile_px)

    def wait_for(self, wanted: Callable[[Event], bool]) -> tuple[float, Event]:
        """The first event of that kind from now on, and when it came."""
        while True:
            at, event = self.events.get(timeout=MOST_S)
            self.heard.append((at, event))
            if wanted(event):
                return at, event

    def wait_for_silence(self, seconds: float) -> None:
        """Until nothing has come for so long."""
        with contextlib.suppress(queue.Empty):
            while True:
                self.heard.append(self.events.get(timeout=seconds))


@contextlib.contextmanager
def home() -> Iterator[Path]:
    """An empty home with the network in it, which this process uses, too."""
    with tempfile.TemporaryDirectory(prefix="imagetool-engine-") as name:
        os.environ["IMAGETOOL_HOME"] = name
        run_main("plugins", "install", PLUGIN, "--yes", "--json")
        yield Path(name)


@contextlib.contextmanager
def desk() -> Iterator[Desk]:
    """As the editor has it, in the home of this process; its workers are gone when it ends."""
    places = Places.find()
    model = Catalog.scan(places).find(Task.FILTER, MODEL)
    events: queue.SimpleQueue[tuple[float, Event]] = queue.SimpleQueue()
    measures = Measures(places.home)
    equipment = Equipment(Journals(places.home / "jobs"), measures)
    runner = WorkerRunner(places, lambda event: events.put((time.perf_counter(), event)), equipment=equipment)
    try:
        yield Desk(runner, model, events, measures)
    finally:
        runner.close()


def processor_seconds() -> float:
    """What this process and its workers have had of all processors so far; a busy computer changes it little."""
    own = psutil.Process()
    return sum(_spent(process) for process in (own, *own.children(recursive=True)))


def _spent(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def run_main(*arguments: object) -> dict[str, Any]:
    """One command, and what it says as JSON."""
    words = [*MAIN, *map(str, arguments)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}\nended with {done.returncode}: {done.stderr}")
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def photo_of(megapixels: float, shape: tuple[int, int] = (4, 3)) -> Rgb:
    """A smooth picture with a little noise, (H, W, 3), the same every time."""
    height = round((megapixels * 1e6 * shape[1] / shape[0]) ** 0.5)
    width = round(height * shape[0] / shape[1])
    random = np.random.default_rng(1)
    down, along = (np.linspace(0, 9, side, dtype=np.float32) for side in (height, width))
    pixels = np.empty((height, width, 3), np.uint8)
    block = random.integers(0, 24, (256, width, 3), np.uint8)
    for top in range(0, height, 256):
        rows = np.s_[top : top + 256]
        waves = 110 + 90 * np.sin(down[rows, None] * 3 + along) * np.cos(along)
        pixels[rows] = waves[..., None].astype(np.uint8) + block[: waves.shape[0]]
    return pixels
