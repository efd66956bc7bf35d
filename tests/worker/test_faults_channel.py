"""A plugin that speaks for its worker: messages that are none, answers to nothing, changed libraries."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from imagetool.jobs.errors import ModelFailed, WorkerDied
from imagetool.jobs.events import ENDS, Failed
from tests.fakes.desk import Desk
from tests.fakes.faulty import faulty
from tests.fakes.launches import Launches
from tests.fakes.requests import request

pytestmark = pytest.mark.shared_worker


@pytest.fixture
def launches() -> Launches:
    return Launches()


@pytest.fixture
def desk(launches: Launches) -> Iterator[Desk]:
    made = Desk(launch=launches)
    yield made
    made.close()
    assert launches.orphans() == []


MALFORMED = [
    # body, what the details tell
    ("", "it is not JSON"),
    ("hello", "it is not JSON"),
    ("[]", "its kind is not known"),
    ('{"kind": "Run"}', "its kind is not known"),
    ('{"kind": "Done"}', "Done has the fields []"),
    ('{"kind": "Ready", "pid": "me", "enforced": []}', "Ready.pid is 'me'"),
    ('{"kind": "Progress", "job_id": "x", "done": NaN, "text": ""}', "it is not JSON"),
    ('{"kind": "Progress", "job_id": "x", "done": 1e999, "text": ""}', "it is not JSON"),
    ("[" * 90_000, "it is not JSON"),
]


@pytest.mark.parametrize(("body", "said"), MALFORMED, ids=[body[:20] for body, _ in MALFORMED])
def test_a_message_that_is_none_ends_the_worker(desk: Desk, body: str, said: str) -> None:
    event = desk.end_of(desk.submit(request(faulty("malformed_frame", own_process=True), {"body": body})))
    assert isinstance(event, Failed)
    assert isinstance(event.error, WorkerDied)
    assert event.error.details.startswith(f"The model process sent something that is not a message: {said}")
    desk.prove_that_it_works()


def test_a_job_has_one_end_however_often_it_is_answered(desk: Desk, launches: Launches) -> None:
    first = desk.submit(request(faulty("answers_too_often", own_process=True)))
    event = desk.end_of(first)
    assert isinstance(event, Failed)
    assert isinstance(event.error, ModelFailed), "the first answer counts, by whomever it was given"
    second = desk.submit(request(faulty("answers_too_often", own_process=True)))
    assert desk.end_of(second).job_id == second
    desk.prove_that_it_works()
    for job in (first, second):
        assert sum(isinstance(event, ENDS) for event in desk.heard[job]) == 1, desk.heard[job]
    assert launches.workers[0].enforced != ("everything",), "only the worker itself says what is enforced"


def test_changed_libraries_hurt_the_plugin_alone(desk: Desk) -> None:
    poisoned = faulty("poisons_modules", own_process=True)
    for _ in range(2):
        desk.run(poisoned)
        desk.prove_that_it_works()
