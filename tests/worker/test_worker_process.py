"""One worker process, without a runner: its channel, its log and its end."""

from __future__ import annotations

import os
import queue
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from imagetool.catalog.places import Places
from imagetool.jobs.process.worker_process import WorkerProcess
from imagetool.jobs.worker import WorkerPlan
from imagetool.wire.messages import Cancel, Ready
from tests.fakes.desk import wait_until_gone

WAIT_S = 10.0


@dataclass
class Ear:
    """Keeps what a worker process tells."""

    messages: queue.SimpleQueue[Any] = field(default_factory=queue.SimpleQueue)
    ends: queue.SimpleQueue[str] = field(default_factory=queue.SimpleQueue)

    def start(self) -> WorkerProcess:
        return WorkerProcess(
            Places.find().runtime,
            WorkerPlan(()),
            lambda worker, message: self.messages.put(message),
            lambda worker, reason: self.ends.put(reason),
        )


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def worker(ear: Ear) -> Iterator[WorkerProcess]:
    made = ear.start()
    yield made
    made.kill()


def test_a_worker_is_ready_with_its_own_process_id(worker: WorkerProcess, ear: Ear) -> None:
    assert ear.messages.get(timeout=WAIT_S) == Ready(worker.pid)


def test_the_end_is_told_once_however_it_comes(worker: WorkerProcess, ear: Ear) -> None:
    ear.messages.get(timeout=WAIT_S)
    os.kill(worker.pid, signal.SIGTERM)
    assert ear.ends.get(timeout=WAIT_S) == "It was ended by signal 15."
    worker.kill()
    worker.kill()
    assert ear.ends.empty(), "the closed channel and the dead process are one end"


def test_killing_waits_until_it_is_gone(worker: WorkerProcess, ear: Ear) -> None:
    ear.messages.get(timeout=WAIT_S)
    worker.kill()
    assert wait_until_gone(worker.pid, wait_s=0)
    assert ear.ends.get(timeout=0) == "It was ended by signal 9."
    worker.send(Cancel("nobody is there"))


def test_a_worker_that_reads_nothing_does_not_block_the_editor(worker: WorkerProcess, ear: Ear) -> None:
    ear.messages.get(timeout=WAIT_S)
    os.kill(worker.pid, signal.SIGSTOP)
    for _ in range(20_000):  # more than a pipe holds
        worker.send(Cancel("x" * 100))
    assert ear.ends.get(timeout=WAIT_S) == "It did not read what it was told.", "nobody waits for it"


def test_a_message_larger_than_a_pipe_reaches_a_worker(worker: WorkerProcess, ear: Ear) -> None:
    ear.messages.get(timeout=WAIT_S)
    worker.send(Cancel("x" * 900_000))  # while it imports torch, and listens to nobody
    assert worker._process.stdin
    worker._process.stdin.close()
    assert ear.ends.get(timeout=WAIT_S) == "It exited with status 0.", "it heard everything, then the end"


def test_a_worker_ends_when_its_channel_does(worker: WorkerProcess, ear: Ear) -> None:
    ear.messages.get(timeout=WAIT_S)
    assert worker._process.stdin
    worker._process.stdin.close()
    assert ear.ends.get(timeout=WAIT_S) == "It exited with status 0."


def test_a_worker_that_hears_nonsense_ends(worker: WorkerProcess, ear: Ear) -> None:
    ear.messages.get(timeout=WAIT_S)
    assert worker._process.stdin
    worker._process.stdin.write(b"\xff\xff\xff\xff")
    worker._process.stdin.flush()
    assert ear.ends.get(timeout=WAIT_S) == "It exited with status 0."
