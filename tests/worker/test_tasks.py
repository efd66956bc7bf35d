"""A job in tiles as the editor orders it: with its buffers, its view, and its wish to wait."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from imagetool.core.geometry import Rect, Size
from imagetool.core.seam_plan import SeamPlan
from imagetool.core.tile_plan import TilePlan, Tiling
from imagetool.plugin import Cancelled
from imagetool.plugin.models import Model
from imagetool.wire.messages import BufferRef, Cancel, Hold, Message, Progress, RectRef, Run, TileRef, View
from imagetool.worker.assignment import Assignment
from imagetool.worker.inbox import Inbox
from imagetool.worker.tasks import carry_out
from tests.fakes.filters import FakeFilter, FakeScorer
from tests.fakes.upscalers import FakeUpscaler

SOURCE = Size(90, 70)
TILE = TileRef(size=40, overlap=4, multiple_of=1)
WAYS: list[tuple[str, Model, int, int, str]] = [
    # task, model, factor, channels, dtype
    ("filter", FakeFilter(), 1, 4, "uint16"),
    ("score", FakeScorer(), 1, 1, "float32"),
    ("upscale", FakeUpscaler(scales=(2,)), 2, 4, "uint16"),
]
by_way = pytest.mark.parametrize("way", WAYS, ids=[way[0] for way in WAYS])


class Bench:
    """An order for one job, its buffers as files, and what the worker says."""

    def __init__(self, folder: Path, task: str, model: Model, factor: int, channels: int, dtype: str) -> None:
        self._folder, self._task, self._model = folder, task, model
        target = Size(factor * SOURCE.width, factor * SOURCE.height)
        self.plan = TilePlan.of(SOURCE, target, Tiling(TILE.size, TILE.overlap, TILE.multiple_of))
        noise = np.random.default_rng(1).integers(0, 65535, (SOURCE.height, SOURCE.width, 4), np.uint16)
        self.source = self._buffer("source", noise)
        self.result = self._buffer("result", np.zeros((target.height, target.width, channels), dtype))
        self.seams = self._buffer("seams", np.zeros(SeamPlan.of(self.plan).length(channels), dtype))
        self.ledger = self._buffer("ledger", np.zeros(len(self.plan.tiles), np.uint32))
        self.preview = self._buffer("preview", np.zeros(512 * 512 * 3, np.uint8))
        self.inbox = Inbox()
        self.said: list[Message] = []
        self.on_progress: Callable[[Progress], None] = lambda progress: None

    def _buffer(self, name: str, content: NDArray[Any]) -> BufferRef:
        path = self._folder / name
        path.write_bytes(content.tobytes())
        return BufferRef(str(path), content.shape, content.dtype.name)

    def bytes_of(self, name: str) -> bytes:
        return (self._folder / name).read_bytes()

    def ledger_now(self) -> NDArray[np.uint32]:
        return np.frombuffer(self.bytes_of("ledger"), np.uint32)

    def carry_out(self, *, lent: bool = True) -> int:
        """Does the job; returns the number of tiles."""
        run = Run(
            job_id="a",
            task=self._task,
            module="",
            attribute="",
            params={},
            seed=1,
            device="cpu",
            precisions=("fp32",),
            tile=TILE,
            whole=False,
            weights=(),
            source=self.source,
            mask=None,
            hints=None,
            prompt=None,
            result=self.result,
            preview=self.preview,
            seams=self.seams if lent else None,
            ledger=self.ledger if lent else None,
        )
        return carry_out(Assignment(run, self._model, torch.device("cpu"), self.inbox, self._say))[0]

    def _say(self, message: Message) -> None:
        self.said.append(message)
        if isinstance(message, Progress):
            self.on_progress(message)

    @property
    def texts(self) -> list[str]:
        return list(dict.fromkeys(message.text for message in self.said if isinstance(message, Progress)))


@pytest.fixture
def bench(way: tuple[str, Model, int, int, str], tmp_path: Path) -> Bench:
    return Bench(tmp_path, *way)


@by_way
def test_the_ledger_fills_and_the_result_is_that_of_a_run_without_it(bench: Bench) -> None:
    assert bench.carry_out(lent=False) == 12
    expected = bench.bytes_of("result")
    assert not bench.ledger_now().any()
    assert bench.carry_out() == 12
    assert bench.ledger_now().all()
    assert bench.bytes_of("result") == expected


@by_way
def test_a_job_that_was_stopped_goes_on_where_it_was(bench: Bench) -> None:
    bench.carry_out(lent=False)
    expected = bench.bytes_of("result")
    bench.on_progress = lambda progress: bench.inbox.put(Cancel("a")) if "tile 5 " in progress.text else None
    with pytest.raises(Cancelled):
        bench.carry_out()
    assert np.count_nonzero(bench.ledger_now()) in (4, 5)
    bench.inbox.renew()
    bench.said.clear()
    bench.on_progress = lambda progress: None
    assert bench.carry_out() == 12
    assert "tile 1 of 12" not in bench.texts
    assert "tile 12 of 12" in bench.texts
    assert bench.bytes_of("result") == expected


@by_way
def test_a_job_that_is_held_waits_and_then_begins_with_what_is_looked_at(bench: Bench) -> None:
    """The view comes while it waits; it is in pixels of the source."""
    reached = threading.Event()
    ledgers: list[list[int]] = []

    def hold(progress: Progress) -> None:
        if not reached.is_set():
            bench.inbox.put(Hold("a", held=True))
            reached.set()
        ledgers.append(np.flatnonzero(bench.ledger_now()).tolist())

    bench.on_progress = hold
    working = threading.Thread(target=bench.carry_out, daemon=True)
    working.start()
    assert reached.wait(10)
    last = bench.plan.tiles[-1].core
    bench.inbox.put(View("a", RectRef(SOURCE.width - 5, SOURCE.height - 5, SOURCE.width, SOURCE.height)))
    bench.inbox.put(Hold("a", held=False))
    working.join(10)
    seen = next(ledger for ledger in ledgers if len(ledger) == 2)
    assert Rect.of_size(bench.plan.size).right == last.right
    assert seen == [0, 11]


@by_way
def test_a_job_that_is_held_can_be_cancelled(bench: Bench) -> None:
    bench.inbox.put(Hold("a", held=True))
    bench.inbox.put(Cancel("a"))
    with pytest.raises(Cancelled):
        bench.carry_out()
    assert bench.said == []
