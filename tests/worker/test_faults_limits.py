"""A plugin that takes too much of something: memory, processes, files, space, the log, the channel."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import psutil
import pytest

from imagetool.core.geometry import Rect
from imagetool.jobs.errors import ModelFailed, WorkerDied
from imagetool.jobs.events import Cancelled, Event, Failed, Finished, Previewed, Progressed
from imagetool.jobs.process.flow import PER_S
from imagetool.jobs.protection import protection
from imagetool.plugin.parameters import Value
from imagetool.wire.messages import Preview, Progress
from tests.fakes.desk import Desk
from tests.fakes.faulty import faulty
from tests.fakes.launches import Launches
from tests.fakes.requests import picture, request

pytestmark = pytest.mark.shared_worker
LIMIT_BYTES = 1_500_000_000
confined = pytest.mark.skipif(not protection().limits, reason="this system has no limits for processes")


@pytest.fixture(scope="module")
def launches() -> Launches:
    return Launches(memory_limit_bytes=LIMIT_BYTES)


@pytest.fixture(scope="module")
def desk(launches: Launches) -> Iterator[Desk]:
    """One for all tests whose plugin dies once at most, because its worker that goes on takes seconds to start."""
    made = Desk(launch=launches)
    yield made
    made.close()
    assert launches.orphans() == []


def outcome(desk: Desk, launches: Launches, name: str, params: dict[str, Value] | None = None) -> Event:
    """How the job of a greedy plugin ends; nothing else must have changed."""
    asked = request(faulty(name, own_process=True), params)
    event = desk.end_of(desk.submit(asked), wait_s=60)
    assert launches.orphans() == []
    after = np.zeros_like(picture())
    assert asked.source is not None
    asked.source.read_into(Rect.of_size(asked.source.size), after)
    np.testing.assert_array_equal(after, picture(), err_msg="the document must be as it was")
    desk.prove_that_it_works()
    return event


def reason_of_death(event: Event) -> str:
    assert isinstance(event, Failed), event
    assert isinstance(event.error, WorkerDied), event.error
    return event.error.details.splitlines()[0]


@pytest.mark.parametrize("how", ["own", "shared", "pixels", "children"])
def test_eating_memory_ends_at_the_limit(how: str) -> None:
    """At a desk of its own each time, because three deaths of a plugin suspend it."""
    launches = Launches(memory_limit_bytes=LIMIT_BYTES)
    desk = Desk(launch=launches)
    event = outcome(desk, launches, "eats_memory", {"how": how})
    desk.close()
    assert launches.orphans() == []
    assert reason_of_death(event) == "It used more than 1.5 GB of memory."


def test_memory_that_children_share_is_counted_once(desk: Desk, launches: Launches) -> None:
    assert isinstance(outcome(desk, launches, "shares_memory"), Finished)


def test_hundreds_of_processes_are_ended_as_one(desk: Desk, launches: Launches) -> None:
    event = outcome(desk, launches, "multiplies")
    assert reason_of_death(event) == "It started more than 256 processes."


@confined
def test_files_are_not_opened_without_end() -> None:
    launches = Launches(limits={"max_open_files": 200})
    desk = Desk(launch=launches)
    event = outcome(desk, launches, "opens_thousands")
    desk.close()
    assert isinstance(event, Failed)
    assert isinstance(event.error, ModelFailed)
    assert str(event.error).startswith("[Errno 24] Too many open files"), event.error
    assert 100 < int(str(event.error).split()[-1]) < 200


@confined
def test_a_file_does_not_grow_without_end(desk: Desk, launches: Launches) -> None:
    event = outcome(desk, launches, "fills_its_folder")
    assert isinstance(event, Failed)
    assert isinstance(event.error, ModelFailed)
    assert "File too large" in str(event.error)


def test_a_gigabyte_in_the_log_costs_neither_memory_nor_the_job(desk: Desk, launches: Launches) -> None:
    desk.prove_that_it_works()
    before = psutil.Process().memory_info().rss
    assert isinstance(outcome(desk, launches, "floods_log"), Finished)
    assert psutil.Process().memory_info().rss - before < 100_000_000
    log = launches.workers[-1].log.text()
    assert len(log) <= 256 * 1024
    assert log.endswith("the last line")


@pytest.mark.parametrize("kind", ["progress", "previews", "large"])
def test_a_flood_of_messages_slows_nobody_and_ends_with_the_job(desk: Desk, kind: str) -> None:
    desk.prove_that_it_works()
    flooding = desk.submit(request(faulty("floods_channel", own_process=True), {"kind": kind}))
    desk.pid_of(flooding)
    began, spent = time.monotonic(), time.process_time()
    for _ in range(15):
        desk.prove_that_it_works()
    desk.runner.cancel(flooding)
    assert desk.end_of(flooding) == Cancelled(flooding)
    lasted, spent = time.monotonic() - began, time.process_time() - spent
    for seen, per_s in ((Progressed, PER_S[Progress]), (Previewed, PER_S[Preview])):
        heard = sum(isinstance(event, seen) for event in desk.heard[flooding])
        assert heard <= per_s * (2 + lasted + 2), "more than anybody can see"
    own = 0.25  # for the jobs that work, and for ending a process
    assert spent < 0.5 * lasted + own, "the editor's processor time is the window's; without a pace it is all"
    desk.prove_that_it_works()
