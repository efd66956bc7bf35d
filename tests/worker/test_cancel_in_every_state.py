"""A job can be stopped whatever it is doing: within two seconds where the worker is warm, else within three."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from imagetool.jobs.events import Cancelled, Noted, Queued, Started
from tests.fakes.desk import WAIT_S, Desk, wait_until_gone
from tests.fakes.faulty import faulty
from tests.fakes.launches import Launches
from tests.fakes.requests import filtering, picture, request

pytestmark = pytest.mark.shared_worker

PIXELS = picture(height=200, width=300)
WARM_S, COLD_S, AT_ONCE_S = 2.0, 3.0, 0.5


@pytest.fixture(scope="module")
def launches() -> Launches:
    return Launches()


@pytest.fixture(scope="module")
def desk(launches: Launches) -> Iterator[Desk]:
    """A runner whose first worker is started by the first test."""
    made = Desk(launch=launches)
    yield made
    made.close()


def stop(desk: Desk, job_id: str, within_s: float) -> Cancelled:
    """Stops a job; it must end in time."""
    began = time.monotonic()
    desk.runner.cancel(job_id)
    event = desk.end_of(job_id)
    assert time.monotonic() - began < within_s
    assert isinstance(event, Cancelled)
    return event


def wait_for_start(desk: Desk, job_id: str) -> None:
    while not any(isinstance(event, Started) for event in desk.heard[job_id]):
        desk.listen()


def test_while_the_worker_starts(desk: Desk) -> None:
    job_id = desk.submit(request(faulty("steady")))
    stop(desk, job_id, AT_ONCE_S)
    assert desk.heard[job_id] == [Cancelled(job_id)]


def test_while_the_worker_loads_its_libraries(desk: Desk) -> None:
    job_id = desk.submit(request(faulty("steady")))
    wait_for_start(desk, job_id)  # the worker is ready before it imports torch
    stop(desk, job_id, COLD_S)


def test_while_a_model_is_loaded(desk: Desk, launches: Launches) -> None:
    desk.prove_that_it_works()
    job_id = desk.submit(request(faulty("loads_for_ever")))
    until = time.monotonic() + WAIT_S
    while "loading" not in launches.workers[-1].log.text():  # nothing tells when a worker has printed something
        assert time.monotonic() < until
        threading.Event().wait(0.01)
    stop(desk, job_id, WARM_S)
    desk.prove_that_it_works()


def test_while_it_waits(desk: Desk) -> None:
    running, _ = desk.start("patient")
    waiting = desk.submit(request(faulty("steady")))
    stop(desk, waiting, AT_ONCE_S)
    stop(desk, running, WARM_S)


def test_while_it_is_held_and_waits(desk: Desk) -> None:
    desk.prove_that_it_works()
    desk.runner.hold("", held=True)
    job_id = desk.submit(request(faulty("steady")))
    stop(desk, job_id, AT_ONCE_S)
    desk.runner.hold("", held=False)
    desk.prove_that_it_works()


def test_while_it_is_held_and_runs(desk: Desk) -> None:
    job_id, pid = desk.start("patient")
    desk.runner.hold(job_id, held=True)
    while not any(isinstance(told, Queued) and job_id in told.held for told in desk.told):
        desk.listen()
    stop(desk, job_id, WARM_S)
    again, same_pid = desk.start("patient")
    assert same_pid == pid, "a job that waits for the user listens"
    stop(desk, again, WARM_S)


@pytest.mark.parametrize("listens", [True, False], ids=["listens", "is deaf"])
def test_in_the_middle_of_its_tiles_and_what_is_done_is_kept(desk: Desk, listens: bool) -> None:
    job_id = desk.submit(filtering(faulty("stops_half_way"), {"tiles": 4, "listens": listens}, PIXELS))
    pid = desk.pid_of(job_id)
    partial = stop(desk, job_id, WARM_S).partial
    assert partial
    assert len(partial.done) == 4
    assert partial.total > 10
    for rect in partial.done:
        assert not rect.empty
        np.testing.assert_array_equal(partial.pixels[rect.slices][..., :3], 255 - PIXELS[rect.slices][..., :3])
    assert wait_until_gone(pid, wait_s=0) is not listens, "who does not listen is gone"


def test_between_two_attempts(desk: Desk) -> None:
    job_id = desk.submit(filtering(faulty("stops_half_way"), {"tiles": 0}, PIXELS, tile_px=128))
    os.kill(desk.pid_of(job_id), signal.SIGKILL)
    while not any(isinstance(event, Noted) for event in desk.heard[job_id]):
        desk.listen()  # the next worker is starting
    stop(desk, job_id, AT_ONCE_S)


def test_all_of_them_at_once(desk: Desk) -> None:
    running, _ = desk.start("patient")
    other, _ = desk.start("stubborn", own_process=True)
    waiting = [desk.submit(request(faulty("steady"))) for _ in range(3)]
    began = time.monotonic()
    desk.runner.cancel_all()
    for job_id in (running, other, *waiting):
        assert isinstance(desk.end_of(job_id), Cancelled)
    assert time.monotonic() - began < WARM_S
    assert all(desk.heard[job_id] == [Cancelled(job_id)] for job_id in waiting), "none of them began"
