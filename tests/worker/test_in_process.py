"""The worker without a process does what the one with a process does."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from imagetool.jobs.events import Cancelled, DevicesFound, Finished, Previewed, Progressed
from imagetool.worker.in_process import InProcessWorker
from tests.fakes.desk import Desk
from tests.fakes.faulty import faulty
from tests.fakes.requests import request

pytestmark = pytest.mark.shared_worker


@pytest.fixture(scope="module")
def inner() -> Iterator[Desk]:
    path = list(sys.path)
    made = Desk(launch=InProcessWorker)
    yield made
    made.close()
    sys.path[:] = path


def test_it_gives_the_same_bytes(inner: Desk, desk: Desk) -> None:
    assert inner.prove_that_it_works().pixels.tobytes() == desk.prove_that_it_works().pixels.tobytes()


@pytest.mark.parametrize("name", ["wrong_shape", "not_a_number", "missing_module", "raises_html"])
def test_it_fails_with_the_same_sentence(inner: Desk, desk: Desk, name: str) -> None:
    assert str(inner.failure_of(name).error) == str(desk.failure_of(name).error)


def test_progress_previews_and_cancel_work(inner: Desk) -> None:
    job_id = inner.submit(request(faulty("steady"), {"amount": 1.0}))
    assert isinstance(inner.end_of(job_id), Finished)
    assert {Progressed, Previewed} <= {type(event) for event in inner.heard[job_id]}
    patient, _ = inner.start("patient")
    inner.runner.cancel(patient)
    assert inner.end_of(patient) == Cancelled(patient)


def test_its_devices_are_told(inner: Desk) -> None:
    inner.prove_that_it_works()
    (found,) = [told for told in inner.told if isinstance(told, DevicesFound)]
    assert found.devices[-1].id == "cpu"


@pytest.mark.parametrize("held", [False, True], ids=["while it runs", "while it is held"])
def test_closing_in_the_middle_ends_a_model_that_listens(held: bool) -> None:
    path = list(sys.path)
    desk = Desk(launch=InProcessWorker)
    job_id, _ = desk.start("patient")
    desk.runner.hold(job_id, held=held)
    waiting = desk.submit(request(faulty("patient")))
    desk.close()
    sys.path[:] = path
    assert desk.end_of(job_id) == Cancelled(job_id)
    assert desk.end_of(waiting) == Cancelled(waiting)
