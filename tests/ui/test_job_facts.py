"""How a job stands, in words; and the clock that does not count what is held."""

from __future__ import annotations

import pytest

from imagetool.app.job import Job, Stopwatch
from imagetool.app.landing import Circumstances
from imagetool.core.document import Document
from imagetool.core.picture import Picture
from imagetool.ui.jobs.facts import JobFacts, Stage, shown_left
from imagetool.ui.session import Session
from tests.fakes.requests import picture, request

RUNNING = JobFacts(
    "1", "Enlarge · Strong", "a.jpg", Stage.RUNNING, done=0.3, text="tile 12 of 40", seconds_left=9.4
)


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        (JobFacts("1", "n", "d"), "waiting"),
        (JobFacts("1", "n", "d", held=True), "held"),
        (JobFacts("1", "n", "d", warning="begun for 3 × 2 px"), "waiting · begun for 3 × 2 px"),
        (RUNNING, "tile 12 of 40 · 9 s left"),
        (JobFacts("1", "n", "d", Stage.RUNNING, done=0.25), "25%"),
        (JobFacts("1", "n", "d", Stage.RUNNING, True, 0.3, "tile 12 of 40", 9.4), "held · tile 12 of 40"),
        (JobFacts("1", "n", "d", Stage.STOPPING, text="tile 12 of 40"), "stopping"),
        (JobFacts("1", "n", "d", Stage.LANDING), "laying the result in"),
        (JobFacts("1", "n", "d", Stage.ENDED, said="Filled in 3 s"), "Filled in 3 s"),
    ],
)
def test_one_line_says_how_it_stands(facts: JobFacts, line: str) -> None:
    assert facts.line == line


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, ""), (0.4, ""), (1.2, "1 s left"), (119.0, "119 s left"), (130.0, "2 min left")],
)
def test_time_left_in_round_numbers(seconds: float | None, text: str) -> None:
    assert shown_left(seconds) == text


def test_a_stopwatch_stands_still_while_it_is_held() -> None:
    now = [100.0]
    watch = Stopwatch(lambda: now[0])
    now[0] += 5
    assert watch.seconds == 0
    watch.run(True)
    now[0] += 4
    watch.run(False)
    now[0] += 50
    watch.run(True)
    now[0] += 1
    assert watch.seconds == 5


def test_what_is_held_does_not_count_as_work() -> None:
    now = [0.0]
    session = Session(Document(Picture.of(picture())))
    job = Job(request(), session, Circumstances(session.state, 0.0, None), watch=Stopwatch(lambda: now[0]))
    now[0] = 1000.0  # in the queue
    job.begin()
    now[0] += 10
    job.done = 0.5
    job.hold(True)
    now[0] += 500
    job.hold(False)
    now[0] += 10
    assert job.facts.seconds_left == 20
