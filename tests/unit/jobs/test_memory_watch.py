"""Whom the watch counts, what it counts, and that it ends."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from imagetool.jobs.process.disk_watch import disk_objection
from imagetool.jobs.process.memory_watch import MOST_PROCESSES, MemoryWatch, family_of, objection

WAIT_S = 10.0
CHILD = (
    "import os, sys; data = bytearray(100_000_000); os.fork(); print(os.getpid(), flush=True); sys.stdin.read()"
)


def test_a_family_that_takes_little_is_left_alone() -> None:
    assert objection([os.getpid()], 10**15) == ""


def test_too_much_memory_is_told_in_gigabytes() -> None:
    assert objection([os.getpid()], 1_000) == "It used more than 0.0 GB of memory."


def test_too_many_processes_are_told() -> None:
    assert objection([0] * (MOST_PROCESSES + 1), 10**15) == "It started more than 256 processes."


def test_processes_that_are_gone_take_nothing() -> None:
    gone = subprocess.Popen([sys.executable, "-I", "-c", ""])
    gone.wait()
    assert objection([gone.pid], 0) == ""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_children_are_found_and_what_they_share_is_counted_once() -> None:
    with subprocess.Popen(
        [sys.executable, "-I", "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout
        pids = sorted(int(parent.stdout.readline()) for _ in range(2))
        family = family_of(psutil.Process(parent.pid))
        assert sorted(family) == pids
        assert objection(family, 150_000_000) == "", (
            "a hundred megabytes that two processes share are not two hundred"
        )
        assert objection(family, 90_000_000)


def test_the_watch_tells_once_and_ends() -> None:
    told: queue.SimpleQueue[str] = queue.SimpleQueue()
    watch = MemoryWatch(psutil.Process(), 1_000, told.put)
    watch.thread.start()
    assert told.get(timeout=WAIT_S) == "It used more than 0.0 GB of memory."
    watch.thread.join(WAIT_S)
    assert not watch.thread.is_alive()
    assert told.empty()


def test_another_reason_counts_too() -> None:
    told: queue.SimpleQueue[str] = queue.SimpleQueue()
    watch = MemoryWatch(psutil.Process(), 10**15, told.put, lambda: "It is Sunday.")
    watch.thread.start()
    assert told.get(timeout=WAIT_S) == "It is Sunday."
    watch.thread.join(WAIT_S)


DISK = [
    # least free bytes, much bytes, what is said of a folder with a megabyte in it
    (10**18, 500_000, "It filled the disk with 0.0 GB of temporary files."),
    (10**18, 50_000_000, ""),  # the disk is full, but not of this
    (1, 500_000, ""),  # there is room
]


@pytest.mark.parametrize(("least", "much", "said"), DISK)
def test_a_full_disk_is_told_where_it_is_the_workers_doing(
    tmp_path: Path, least: int, much: int, said: str
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_bytes(os.urandom(1_000_000))
    assert disk_objection(tmp_path, least, much) == said
    assert disk_objection(tmp_path / "gone", least, much) == ""


def test_a_watch_that_is_stopped_ends_without_a_word() -> None:
    told: list[str] = []
    watch = MemoryWatch(psutil.Process(), 10**15, told.append)
    watch.thread.start()
    watch.stop()
    watch.thread.join(WAIT_S)
    assert watch.thread not in threading.enumerate()
    assert told == []
