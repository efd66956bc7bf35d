"""How much a worker may say, with a clock that stands still."""

from __future__ import annotations

import io
import os
import threading

import pytest

from imagetool.jobs.process.flow import (
    BURST_BYTES,
    BYTES_PER_S,
    PER_S,
    READ_COSTS_BYTES,
    PacedStream,
    PatientPipe,
    Sieve,
)
from imagetool.wire.messages import Done, Message, Preview, Progress, RectRef, Stopped

PROGRESS = Progress("j", 0.5, "")
PREVIEW = Preview("j", RectRef(0, 0, 1, 1), 1, 1)


class Clock:
    """Shows what it is told."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


class Over(threading.Event):
    """Remembers for how long somebody would have waited."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout or 0.0)
        return self.is_set()


@pytest.mark.parametrize("message", [PROGRESS, PREVIEW])
def test_a_burst_passes_and_then_so_many_a_second(message: Message) -> None:
    clock = Clock()
    sieve = Sieve(clock)
    assert sum(sieve.passes(message) for _ in range(1000)) == 2 * PER_S[type(message)]
    clock.now_s += 1.0
    assert sum(sieve.passes(message) for _ in range(1000)) == PER_S[type(message)]
    clock.now_s += 1e6
    assert sum(sieve.passes(message) for _ in range(1000)) == 2 * PER_S[type(message)], "silence is not saved up"


def test_previews_do_not_use_up_what_progress_has() -> None:
    sieve = Sieve(Clock())
    for _ in range(1000):
        sieve.passes(PREVIEW)
    assert sieve.passes(PROGRESS)


def test_an_answer_always_passes() -> None:
    sieve = Sieve(Clock())
    answers: list[Message] = [Stopped("j"), Done("j", "cpu", "fp32", 1.0, 1, 1.0, {})]
    assert all(sieve.passes(answer) for answer in answers * 1000)


def test_reading_waits_as_soon_as_too_much_was_said() -> None:
    clock, over = Clock(), Over()
    stream = PacedStream(io.BytesIO(bytes(10 * BURST_BYTES)), over, clock)
    stream.read(BURST_BYTES)
    assert over.waits == []
    stream.read(BYTES_PER_S)
    assert over.waits == [READ_COSTS_BYTES / BYTES_PER_S]
    stream.read(1)
    assert over.waits[1] == pytest.approx(1.0, abs=0.01), "what was read in one second's worth is waited for"
    clock.now_s += 1e6
    stream.read(1)
    assert len(over.waits) == 2


def test_many_small_reads_count_too() -> None:
    over = Over()
    stream = PacedStream(io.BytesIO(bytes(10_000)), over, Clock())
    for _ in range(BURST_BYTES // READ_COSTS_BYTES + 1):
        stream.read(1)
    assert over.waits


@pytest.mark.skipif(os.name != "posix", reason="pipes block on Windows")
def test_a_pipe_takes_more_than_it_holds_from_one_who_reads() -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb", buffering=0) as pipe, os.fdopen(reading, "rb") as other:
        got: list[bytes] = []
        reader = threading.Thread(target=lambda: got.append(other.read(5_000_000)))
        reader.start()
        PatientPipe(pipe).write(b"x" * 5_000_000)
        reader.join()
        assert len(got[0]) == 5_000_000
        with pytest.raises(BlockingIOError):
            PatientPipe(pipe, patience_s=0.0).write(b"x" * 5_000_000)
