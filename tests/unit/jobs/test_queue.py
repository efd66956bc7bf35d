"""The one order of all jobs, and what its listener hears of it."""

from __future__ import annotations

from typing import cast

import pytest

from imagetool.jobs.attempts import Job
from imagetool.jobs.events import Queued
from imagetool.jobs.queue import JobQueue
from imagetool.jobs.running import Running
from tests.fakes.requests import request

RUNNING = cast(Running, object())


class Line:
    """A queue with some jobs, called a, b, c …, and what was told of it."""

    def __init__(self, count: int) -> None:
        self.told: list[Queued] = []
        self.queue = JobQueue(self.told.append)
        self.jobs = {name: Job(request()) for name in "abcdef"[:count]}
        for job in self.jobs.values():
            self.queue.add(job)
        self.told.clear()

    def run(self, name: str) -> None:
        """A worker takes the job."""
        self.jobs[name].running = RUNNING
        self.queue.tell()

    def move(self, name: str, before: str) -> None:
        """Moves a job by the names."""
        self.queue.move(self.id_of(name), self.id_of(before))

    def id_of(self, name: str) -> str:
        return self.jobs[name].job_id if name in self.jobs else name

    @property
    def order(self) -> str:
        """The names, in the order that was told last."""
        names = {job.job_id: name for name, job in self.jobs.items()}
        return "".join(names[job_id] for job_id in self.told[-1].job_ids)


def test_each_change_is_told_once() -> None:
    told: list[Queued] = []
    queue = JobQueue(told.append)
    first, second = Job(request()), Job(request())
    queue.add(first)
    queue.add(second)
    queue.tell()
    queue.hold(second.job_id, held=True)
    queue.hold(second.job_id, held=True)
    queue.move(second.job_id, first.job_id)
    queue.remove(first)
    queue.move(second.job_id, "")
    queue.hold("", held=False)
    queue.remove(second)
    one, other = first.job_id, second.job_id
    held, none = frozenset({other}), frozenset[str]()
    assert told == [
        Queued((one,), none),
        Queued((one, other), none),
        Queued((one, other), held),
        Queued((other, one), held),
        Queued((other,), held),
        Queued((other,), none),
        Queued((), none),
    ]


MOVES = [
    ("c", "a", "cabd"),
    ("a", "", "bcda"),
    ("d", "b", "adbc"),
    ("b", "c", None),
    ("a", "a", None),
    ("a", "unknown", None),
    ("unknown", "a", None),
]


@pytest.mark.parametrize(("name", "before", "expected"), MOVES)
def test_moving(name: str, before: str, expected: str | None) -> None:
    line = Line(4)
    line.move(name, before)
    if expected is None:
        assert not line.told, "nothing changes, so nothing is told"
    else:
        assert line.order == expected


def test_what_runs_stands_first_and_stays_there() -> None:
    line = Line(4)
    line.run("c")
    assert line.order == "cabd"
    line.move("c", "")
    assert line.order == "cabd"
    line.move("d", "c")
    assert line.order == "cdab", "the first of those that wait"
    line.run("a")
    line.move("c", "")
    assert line.order == "cadb", "two may run, each in its worker"


def test_a_place_gets_its_own_jobs_that_are_free_to_run() -> None:
    line = Line(4)
    here, there = object(), object()
    for name, place in zip("abcd", (here, there, here, here), strict=True):
        line.jobs[name].place = place
    line.queue.hold(line.id_of("c"), held=True)
    line.run("d")
    assert line.queue.waiting(here) == [line.jobs["a"]]
    assert line.queue.waiting(there) == [line.jobs["b"]]


def test_holding_all_holds_later_ones_too_until_all_go_on() -> None:
    line = Line(2)
    assert line.queue.hold("", held=True) == list(line.jobs.values())
    late = Job(request())
    line.queue.add(late)
    assert late.held
    assert line.queue.hold(late.job_id, held=False) == [late], "one of them may go on alone"
    assert line.queue.hold("", held=False) == list(line.jobs.values())
    later = Job(request())
    line.queue.add(later)
    assert not later.held
    assert line.told[-1].held == frozenset()
    assert line.queue.hold("unknown", held=True) == []
