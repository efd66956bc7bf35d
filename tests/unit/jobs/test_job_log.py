"""The log of each job, made of what its runner tells."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest

from imagetool.core.geometry import Rect
from imagetool.jobs.errors import ModelFailed
from imagetool.jobs.events import (
    Cancelled,
    DevicesFound,
    Event,
    Failed,
    Finished,
    Noted,
    Progressed,
    Queued,
    Started,
)
from imagetool.jobs.job_log import MOST_JOBS, MOST_LINES, JobLogs, Line
from imagetool.jobs.request import Partial, Report, Result

NOBODY = frozenset[str]()
DONE = "Done: 12.3 s · cuda · bf16 · 40 tiles of 512 pixels · 2.3 GB of memory · 1.0 GB of the graphics card's"
QUICK = Report("cpu", "fp32", 0.06, 1, 300.0)
PIXELS = np.zeros((1, 1, 4), np.uint8)


def texts(logs: JobLogs, job_id: str = "a") -> list[str]:
    return [line.text for line in logs.lines(job_id)]


def test_the_log_of_a_job_from_its_beginning_to_its_end() -> None:
    seconds = itertools.count(1000.0)
    logs = JobLogs(lambda: next(seconds))
    report = Report("cuda", "bf16", 12.34, 40, 2345.6, {}, 500.0, 1000.0, 512)
    events: list[Event] = [
        DevicesFound(()),
        Queued(("a",), NOBODY),
        Queued(("b", "a"), frozenset({"a"})),
        Queued(("b", "a"), NOBODY),
        Started("a"),
        Progressed("a", 0.5, "half"),
        Noted("a", "It was tried again with tiles of 512 pixels.", plain=True),
        Noted("a", "compiled in 3 s"),
        Finished("a", Result(Rect(0, 0, 1, 1), PIXELS, report)),
        Queued(("b",), NOBODY),
    ]
    for event in events:
        logs.hear(event)
    assert logs.lines("a") == (
        Line(1000.0, "Queued"),
        Line(1002.0, "Held"),
        Line(1003.0, "Continued"),
        Line(1004.0, "Started"),
        Line(1005.0, "It was tried again with tiles of 512 pixels."),
        Line(1006.0, "compiled in 3 s"),
        Line(1007.0, DONE),
    )
    assert texts(logs, "b") == ["Queued"]
    assert texts(logs, "unknown") == []


ENDS: list[tuple[Event, str]] = [
    (Cancelled("a"), "Stopped"),
    (Cancelled("a", Partial(PIXELS, (Rect(0, 0, 1, 1),), 40)), "Stopped after 1 of 40 tiles"),
    (Failed("a", ModelFailed("It is too dark.")), "Failed: It is too dark."),
    (Finished("a", Result(Rect(0, 0, 1, 1), PIXELS, QUICK)), "Done: 0.1 s · cpu · fp32 · 0.3 GB of memory"),
]


@pytest.mark.parametrize(("end", "said"), ENDS, ids=[said for _, said in ENDS])
def test_how_a_job_ended(end: Event, said: str) -> None:
    logs = JobLogs()
    logs.hear(end)
    assert texts(logs) == [said]


def test_a_line_begins_with_the_time_of_day() -> None:
    at = time.mktime((2026, 3, 14, 15, 9, 26, 0, 0, -1))
    logs = JobLogs(lambda: at)
    logs.hear(Queued(("a",), NOBODY))
    logs.hear(Started("a"))
    assert logs.text("a") == "15:09:26  Queued\n15:09:26  Started"


def test_a_log_is_bounded_and_so_is_their_number() -> None:
    logs = JobLogs()
    for number in range(MOST_LINES + 10):
        logs.hear(Noted("a", f"note {number}"))
    assert len(logs.lines("a")) == MOST_LINES
    assert texts(logs)[-1] == f"note {MOST_LINES + 9}"
    logs.hear(Started("b"))
    logs.hear(Noted("a", "still going"))
    for number in range(MOST_JOBS - 1):
        logs.hear(Started(f"job {number}"))
    assert logs.lines("b") == (), "of which was heard least recently"
    assert texts(logs)[-1] == "still going"
    assert texts(logs, "job 0") == ["Started"]
