"""How workers begin and end: warmed up, idle, suspended, closed, without their editor."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from imagetool.jobs.errors import PluginSuspended, WorkerDied
from imagetool.jobs.events import Cancelled, Failed
from imagetool.jobs.protection import protection
from imagetool.wire.buffers import FOLDER_PREFIX
from tests.fakes.desk import Desk, wait_until_gone
from tests.fakes.faulty import faulty
from tests.fakes.launches import Launches
from tests.fakes.requests import request

ROOT = Path(__file__).parents[2]


@pytest.fixture
def own_desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.close()


def pixel_folders(pid: int) -> list[Path]:
    return list(Path("/dev/shm").glob(f"{FOLDER_PREFIX}{pid}-*"))  # noqa: S108 - only looked at


def test_an_idle_worker_ends_and_the_next_job_gets_a_new_one() -> None:
    desk = Desk(idle_exit_s=0.2)
    job_id, pid = desk.start("patient")
    assert not wait_until_gone(pid, wait_s=0.5), "a working worker is not idle"
    desk.runner.cancel(job_id)
    assert wait_until_gone(pid, wait_s=5)
    again, new_pid = desk.start("patient")
    assert new_pid != pid
    desk.runner.cancel(again)
    desk.end_of(again)
    desk.close()


def test_three_deaths_suspend_a_plugin_and_leave_the_others_alone(own_desk: Desk) -> None:
    for _ in range(3):
        assert isinstance(own_desk.failure_of("exits", own_process=True).error, WorkerDied)
    error = own_desk.failure_of("exits", own_process=True).error
    assert isinstance(error, PluginSuspended)
    assert str(error).startswith("“Exits” stopped unexpectedly 3 times within 5 minutes and is suspended.")
    own_desk.prove_that_it_works()


def test_warming_up_starts_the_worker_that_the_job_then_uses(own_desk: Desk) -> None:
    own_desk.runner.warm_up(faulty("patient").plugin)
    own_desk.runner.warm_up(faulty("steady").plugin)  # shares the worker
    job_id, pid = own_desk.start("patient")
    assert [child.pid for child in psutil.Process().children()] == [pid]
    own_desk.runner.cancel(job_id)


def test_closing_in_the_middle_cancels_and_leaves_nothing(own_desk: Desk) -> None:
    job_id, pid = own_desk.start("holds_the_interpreter")
    waiting = own_desk.submit(request(faulty("steady"), {"amount": 1.0}))
    own_desk.close()
    assert own_desk.end_of(job_id) == Cancelled(job_id)
    assert own_desk.end_of(waiting) == Cancelled(waiting)
    assert wait_until_gone(pid, wait_s=0)
    assert pixel_folders(os.getpid()) == []


HOST = """
from tests.fakes.desk import Desk
desk = Desk()
job, pid = desk.start({name!r})
print(pid, flush=True)
desk.end_of(job, wait_s=60)
"""


@pytest.mark.parametrize("name", ["patient", "holds_the_interpreter"])
def test_a_worker_does_not_outlive_a_killed_editor(name: str) -> None:
    host = subprocess.Popen(
        [sys.executable, "-c", HOST.format(name=name)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert host.stdout
    with host.stdout:
        worker = int(host.stdout.readline())
    assert pixel_folders(host.pid), "the job's pixels lie in memory"
    host.kill()
    host.wait()
    assert wait_until_gone(worker, wait_s=2), "a worker without an editor holds memory for nobody"
    sweeper = Desk()  # the next editor removes what the killed one could not
    sweeper.prove_that_it_works()
    sweeper.close()
    assert pixel_folders(host.pid) == []


def grandchild_of(event: Failed) -> int:
    found = re.search(r"grandchild (\d+)", event.error.details)
    assert found, event.error.details
    return int(found[1])


def test_a_process_that_cannot_be_found_does_not_block_the_editor() -> None:
    """It cleared its environment, left its session and its parents are dead, but it holds the channel open."""
    desk = Desk(launch=Launches(confinement=None))
    hidden = grandchild_of(desk.failure_of("hides_a_grandchild", own_process=True))
    try:
        desk.prove_that_it_works()
        desk.close()
    finally:
        os.kill(hidden, signal.SIGKILL)


@pytest.mark.skipif(not protection().processes, reason="this kernel filters no system calls")
def test_a_confined_process_cannot_hide(own_desk: Desk) -> None:
    hidden = grandchild_of(own_desk.failure_of("hides_a_grandchild", own_process=True))
    assert wait_until_gone(hidden, wait_s=1), "it could leave the group that is ended as one"
    own_desk.prove_that_it_works()
