"""What the executor answers, without a process around it: devices, exhaustion, memory, cached and freed models."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from imagetool.wire.messages import (
    BufferRef,
    Devices,
    Done,
    Exhausted,
    Failed,
    Free,
    Inspect,
    Message,
    Note,
    Run,
    Stopped,
    TileRef,
)
from imagetool.worker.execution import Executor
from imagetool.worker.inbox import Inbox
from imagetool.worker.model_cache import ModelCache
from tests.fakes import hungry


class Bench:
    """An executor, what it has said, and the pixels of its jobs."""

    def __init__(self, folder: Path, models: ModelCache | None = None) -> None:
        self.said: list[Message] = []
        self.inbox = Inbox()
        self._folder = folder
        self.executor = Executor(self.inbox, self.said.append, threads=0, models=models)

    def buffer(self, name: str) -> BufferRef:
        """A file of 8 x 8 pixels."""
        np.full((8, 8, 4), 255, np.uint8).tofile(self._folder / name)
        return BufferRef(str(self._folder / name), (8, 8, 4), "uint8")

    def run(self, attribute: str, precision: str = "") -> Message:
        """The answer to a job of a hungry model."""
        pixels = [self.buffer(name) for name in ("source", "result", "preview")]
        run = Run(
            job_id="job",
            task="filter",
            module=hungry.__name__,
            attribute=attribute,
            params={},
            seed=1,
            device="cpu",
            precisions=("fp32", "bf16"),
            tile=TileRef(64, 8, 1),
            whole=False,
            weights=(),
            source=pixels[0],
            mask=None,
            hints=None,
            prompt=None,
            result=pixels[1],
            preview=BufferRef(pixels[2].path, (256,), "uint8"),
            precision=precision,
        )
        self.executor.execute(run)
        return self.said[-1]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_devices_are_told_first(bench: Bench) -> None:
    (devices,) = bench.said
    assert isinstance(devices, Devices)
    assert devices.devices[-1].id == "cpu"


@pytest.mark.parametrize("model", ["Petabyte", "Exabyte", "Wrapped"])
def test_too_little_memory_is_told_as_such(bench: Bench, model: str) -> None:
    answer = bench.run(model)
    assert isinstance(answer, Exhausted), answer
    assert (answer.job_id, answer.device) == ("job", "cpu")
    assert "hungry.py" in answer.details
    assert isinstance(bench.run("Content"), Done), "the next attempt works"


def test_another_failure_stays_one(bench: Bench) -> None:
    answer = bench.run("NotForThis")
    assert isinstance(answer, Failed)
    assert answer.sentence == "It is too dark."


def test_a_file_that_is_too_large_to_look_into_is_a_failure(bench: Bench, tmp_path: Path) -> None:
    bench.executor.execute(Inspect("job", hungry.__name__, "Petabyte", str(tmp_path), str(tmp_path)))
    assert isinstance(bench.said[-1], Failed)


def test_the_memory_of_a_job_is_its_own(bench: Bench) -> None:
    first, large, last = bench.run("Content"), np.ones(150_000_000, np.uint8), None
    del large
    last = bench.run("Content")
    assert isinstance(first, Done)
    assert isinstance(last, Done)
    for done in (first, last):
        assert 90 < done.peak_rss_mb - done.base_rss_mb < 140, "the model takes 100 MB for a moment"
        assert done.gpu_peak_mb == 0


def test_a_model_is_loaded_once_and_again_after_free(bench: Bench) -> None:
    hungry.Content.loads = 0
    bench.run("Content")
    bench.run("Content")
    assert hungry.Content.loads == 1
    told = len(bench.said)
    bench.inbox.put(Free())
    queued = bench.inbox.runs.get_nowait()
    assert isinstance(queued, Free)
    bench.executor.execute(queued)
    assert len(bench.said) == told, "nobody waits for an answer"
    bench.run("Content")
    assert hungry.Content.loads == 2


def test_models_beyond_the_budget_go(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ModelCache(lambda device: 5000))  # each takes 4000
    hungry.Content.loads = 0
    for model in ("Content", "Content", "Petabyte", "Content"):
        bench.run(model)
    assert hungry.Content.loads == 3


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_pinned_precision_is_used(bench: Bench, precision: str) -> None:
    answer = bench.run("Content", precision)
    assert isinstance(answer, Done), answer
    assert answer.precision == precision


def test_a_precision_that_the_model_cannot_is_refused(bench: Bench) -> None:
    answer = bench.run("Content", "fp16")
    assert isinstance(answer, Failed)
    assert answer.sentence == "The model cannot compute in “fp16”. Choose fp32 or bf16."


def test_rubbish_in_a_reduced_precision_is_repaired_and_said(bench: Bench) -> None:
    answer = bench.run("BlackInShort", "bf16")
    (note,) = [message for message in bench.said if isinstance(message, Note)]
    assert note.text == "In bf16 the picture came out inexact, so it was computed in fp32, which takes longer."
    assert note.plain
    assert isinstance(answer, Done), answer
    assert answer.precision == "fp32"


def test_cancel_before_the_beginning(bench: Bench) -> None:
    bench.inbox.close()
    assert bench.run("Content") == Stopped("job")
