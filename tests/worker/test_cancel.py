"""A job is stopped in the middle: at once where the model listens, within two seconds where it does not."""

from __future__ import annotations

import os
import signal
import time

import pytest

from imagetool.core.geometry import Rect
from imagetool.jobs.errors import WorkerDied
from imagetool.jobs.events import Cancelled, Failed, Finished, Previewed, Progressed, Started
from tests.fakes.desk import Desk, wait_until_gone
from tests.fakes.faulty import faulty
from tests.fakes.requests import request

pytestmark = pytest.mark.shared_worker


def test_a_model_that_listens_stops_at_once_and_its_worker_stays(desk: Desk) -> None:
    job_id, pid = desk.start("patient")
    began = time.monotonic()
    desk.runner.cancel(job_id)
    assert desk.end_of(job_id) == Cancelled(job_id)
    assert time.monotonic() - began < 1
    again, same_pid = desk.start("patient")
    assert same_pid == pid, "the worker is warm and must be kept"
    desk.runner.cancel(again)
    assert desk.end_of(again) == Cancelled(again)


@pytest.mark.parametrize(
    "name", ["stubborn", "swallows_cancel", "loops_forever", "ignores_sigterm", "holds_the_interpreter"]
)
def test_a_model_that_does_not_listen_is_stopped_within_two_seconds(desk: Desk, name: str) -> None:
    job_id, pid = desk.start(name, own_process=True)
    began = time.monotonic()
    desk.runner.cancel(job_id)
    assert desk.end_of(job_id) == Cancelled(job_id)
    assert time.monotonic() - began < 2
    assert wait_until_gone(pid, wait_s=0), "its process is gone when Stop is done"
    desk.prove_that_it_works()


def test_jobs_run_in_their_order_and_a_queued_one_can_be_stopped(desk: Desk) -> None:
    first, _ = desk.start("patient")
    second, third, fourth = (desk.submit(request(faulty("steady"), {"amount": 1.0})) for _ in range(3))
    desk.runner.cancel(third)
    assert desk.end_of(third) == Cancelled(third)
    assert desk.heard[third] == [Cancelled(third)], "it never left the queue"
    assert desk.heard[second] == [], "one job at a time"
    desk.runner.cancel(first)
    for job in (second, fourth):
        assert isinstance(desk.end_of(job), Finished)
    starts = [job for job, events in desk.heard.items() if any(isinstance(event, Started) for event in events)]
    assert [job for job in starts if job in (first, second, third, fourth)] == [first, second, fourth]


def test_cancelling_what_is_over_does_not_hurt_what_runs(desk: Desk) -> None:
    desk.prove_that_it_works()
    over = next(reversed(desk.heard))
    running, _ = desk.start("patient")
    desk.runner.cancel(over)
    desk.runner.cancel("unknown")
    queued = desk.submit(request(faulty("steady"), {"amount": 1.0}))
    desk.runner.cancel(queued)
    assert desk.end_of(queued) == Cancelled(queued)
    assert not any(isinstance(event, Cancelled) for event in desk.heard[running]), "another job was meant"
    desk.runner.cancel(running)
    assert desk.end_of(running) == Cancelled(running)


def test_progress_and_previews_arrive_before_the_end(desk: Desk) -> None:
    asked = request(faulty("steady"), {"amount": 1.0})
    job_id = desk.submit(asked)
    assert isinstance(desk.end_of(job_id), Finished)
    events = desk.heard[job_id]
    assert isinstance(events[0], Started)
    assert isinstance(events[-1], Finished)
    assert asked.source is not None
    assert next(event.done for event in events if isinstance(event, Progressed)) == 0.25
    (preview,) = [event for event in events if isinstance(event, Previewed)]
    assert preview.pixels.shape == (preview.rect.height, preview.rect.width, 3)
    assert preview.rect.restrict(Rect.of_size(asked.source.size)) == preview.rect


@pytest.mark.parametrize("name", ["patient", "holds_the_interpreter"])
def test_a_killed_worker_fails_its_job_and_the_next_gets_a_new_one(desk: Desk, name: str) -> None:
    before = desk.prove_that_it_works().pixels
    job_id, pid = desk.start(name)
    os.kill(pid, signal.SIGKILL)
    os.kill(desk.pid_of(job_id, attempt=2), signal.SIGKILL)
    event = desk.end_of(job_id)
    assert isinstance(event, Failed)
    assert isinstance(event.error, WorkerDied)
    assert "It was also tried without other models." in str(event.error), "they might have taken the memory"
    assert event.error.details.startswith("It was ended by signal 9.")
    after = desk.prove_that_it_works().pixels
    assert before.tobytes() == after.tobytes(), "the same seed gives the same bytes in a new process too"
    again, new_pid = desk.start("patient")
    assert new_pid != pid
    desk.runner.cancel(again)
    desk.end_of(again)
