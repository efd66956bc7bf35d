"""How jobs and workers end: cancelled, dead, suspended, idle, refused."""

from __future__ import annotations

import time

import numpy as np
import pytest

from imagetool.core.geometry import Rect, Size
from imagetool.core.picture import Pixels
from imagetool.core.tiles import TiledImage
from imagetool.jobs.errors import NothingMasked, OutOfMemory, PluginSuspended, WorkerDied, WorkerNotStarted
from imagetool.jobs.events import Cancelled, Failed
from imagetool.jobs.request import Request
from imagetool.jobs.slot import CANCEL_GRACE_S, START_PATIENCE_S
from imagetool.plugin.parameters import Params
from imagetool.wire import messages
from imagetool.wire.buffers import open_array
from tests.fakes.requests import enlarging, fake_model, picture, request
from tests.fakes.stage import IDLE_S, Stage, done


def test_a_cancelled_job_stops_when_the_worker_says_so(stage: Stage) -> None:
    asked = stage.running()
    stage.cancel(asked.job_id)
    assert stage.worker.told(messages.Cancel) == [messages.Cancel(asked.job_id)]
    stage.slot.hear(stage.worker, messages.Stopped(asked.job_id))
    assert stage.heard == [Cancelled(asked.job_id)]
    assert stage.worker.kills == 0, "a worker that stops in time stays warm"


def test_a_worker_that_does_not_stop_is_killed_after_the_grace(stage: Stage) -> None:
    asked = stage.running()
    now = time.monotonic()
    stage.cancel(asked.job_id)
    stage.slot.tick(now + CANCEL_GRACE_S - 0.5)
    assert stage.worker.kills == 0
    stage.cancel(asked.job_id)  # impatience does not prolong it
    stage.slot.tick(time.monotonic() + CANCEL_GRACE_S)
    assert stage.worker.kills == 1
    assert stage.heard == [Cancelled(asked.job_id)]


ENDS_AFTER_CANCEL = [
    lambda stage, job: stage.slot.hear(stage.worker, done(job)),
    lambda stage, job: stage.slot.hear(stage.worker, messages.Failed(job, "No.", "")),
    lambda stage, job: stage.slot.worker_ended(stage.worker, "It died."),
]


@pytest.mark.parametrize("end", ENDS_AFTER_CANCEL, ids=["done", "failed", "died"])
def test_a_cancelled_job_is_cancelled_whatever_comes_of_it(stage: Stage, end: object) -> None:
    asked = stage.running()
    stage.cancel(asked.job_id)
    assert callable(end)
    end(stage, asked.job_id)
    assert stage.heard == [Cancelled(asked.job_id)], "who pressed Stop gets no result and no error"


STOPS = [
    lambda stage, job: stage.slot.hear(stage.worker, messages.Stopped(job)),
    lambda stage, job: stage.slot.hear(stage.worker, done(job)),
    lambda stage, job: stage.slot.worker_ended(stage.worker, "It died."),
    lambda stage, job: stage.slot.tick(time.monotonic() + CANCEL_GRACE_S),
]


@pytest.mark.parametrize("end", STOPS, ids=["stopped", "done", "died", "killed"])
def test_what_a_stopped_job_had_made_is_kept(stage: Stage, end: object) -> None:
    asked = enlarging(pixels=picture(height=100, width=150))
    stage.slot.submit(asked)
    stage.ready()
    run = stage.run_of(asked)
    assert run.ledger
    open_array(run.result, writable=True)[...] = 7
    open_array(run.ledger, writable=True)[0] = 1234
    stage.cancel(asked.job_id)
    assert callable(end)
    end(stage, asked.job_id)
    event = stage.heard[-1]
    assert isinstance(event, Cancelled)
    assert event.partial
    (rect,) = event.partial.done
    assert (event.partial.pixels[rect.slices] == 7).all()
    assert event.partial.total == run.ledger.shape[0]
    assert len(stage.pool._spare) == stage.buffers(), "it is a copy, and the buffers are given back"


def test_a_queued_job_is_cancelled_at_once_and_never_run(stage: Stage) -> None:
    first, second = stage.running(), request()
    stage.slot.submit(second)
    stage.cancel(second.job_id)
    assert stage.heard == [Cancelled(second.job_id)]
    stage.slot.hear(stage.worker, done(first.job_id))
    assert [run.job_id for run in stage.worker.told(messages.Run)] == [first.job_id]


def test_cancelling_a_job_that_is_over_or_unknown_does_nothing(stage: Stage) -> None:
    asked = stage.running()
    stage.slot.hear(stage.worker, done(asked.job_id))
    stage.heard.clear()
    stage.cancel(asked.job_id)
    stage.cancel("unknown")
    assert stage.heard == []
    assert stage.worker.told(messages.Cancel) == []


def test_a_death_costs_one_job_and_the_next_gets_a_new_worker(stage: Stage) -> None:
    asked, second = stage.running(), request()
    stage.slot.submit(second)
    stage.worker.log.write(b"Segmentation fault\n")
    stage.slot.worker_ended(stage.worker, "It was ended by signal 11.")
    (event,) = stage.heard
    assert isinstance(event, Failed)
    assert isinstance(event.error, WorkerDied)
    assert str(event.error).startswith("“Fast” stopped unexpectedly. Your image is unchanged.")
    assert event.error.details == "It was ended by signal 11.\nSegmentation fault"
    assert event.job_id == asked.job_id
    assert len(stage.workers) == 2
    stage.ready()
    stage.slot.hear(stage.worker, done(second.job_id))
    assert stage.kinds() == ["Failed", "Started", "Finished"]


def test_three_deaths_suspend_the_plugin_and_everything_that_waits(stage: Stage) -> None:
    for _ in range(3):
        stage.running()
        stage.slot.worker_ended(stage.worker, "It died.")
    stage.heard.clear()
    for _ in range(2):
        stage.slot.submit(request())
    assert stage.kinds() == ["Failed", "Failed"]
    for event in stage.heard:
        assert isinstance(event, Failed)
        assert isinstance(event.error, PluginSuspended)
        assert "“Fake” stopped unexpectedly 3 times within 5 minutes and is suspended" in str(event.error)
    stage.slot.warm_up()
    assert len(stage.workers) == 3, "no fourth worker is started"


def test_a_worker_that_dies_before_it_is_ready_fails_the_job_that_waited(stage: Stage) -> None:
    asked = request()
    stage.slot.submit(asked)
    stage.slot.worker_ended(stage.worker, "It exited with status 1.")
    (event,) = stage.heard
    assert isinstance(event, Failed)
    assert isinstance(event.error, WorkerDied)


def test_a_worker_that_never_gets_ready_is_given_up(stage: Stage) -> None:
    stage.slot.submit(request())
    stage.slot.tick(time.monotonic() + IDLE_S + 1)
    assert stage.heard == [], "idle time does not count while a job waits"
    stage.slot.tick(time.monotonic() + START_PATIENCE_S + 1)
    assert stage.kinds() == ["Failed"]
    assert stage.workers[0].kills == 1


def test_where_no_process_can_be_started_the_job_fails_with_a_sentence(stage: Stage) -> None:
    stage.refusal = BlockingIOError(11, "Resource temporarily unavailable")
    stage.slot.submit(request())
    (event,) = stage.heard
    assert isinstance(event, Failed)
    assert isinstance(event.error, WorkerNotStarted)
    assert "could not be started (Resource temporarily unavailable)" in str(event.error)
    stage.refusal = None
    stage.slot.submit(request())
    assert len(stage.workers) == 1, "it is tried again with the next job"


def test_an_idle_worker_is_ended_and_its_memory_given_back(stage: Stage) -> None:
    asked = stage.running()
    stage.slot.tick(time.monotonic() + 10 * IDLE_S)
    assert stage.worker.kills == 0, "a working worker is not idle"
    stage.slot.hear(stage.worker, done(asked.job_id))
    stage.slot.tick(time.monotonic() + IDLE_S - 5)
    assert stage.worker.kills == 0
    stage.slot.tick(time.monotonic() + IDLE_S)
    assert stage.worker.kills == 1
    assert stage.buffers() == 0
    assert stage.slot.deadline is None
    stage.running()
    assert len(stage.workers) == 2


def test_warming_up_starts_one_worker_only(stage: Stage) -> None:
    stage.slot.warm_up()
    stage.slot.warm_up()
    stage.slot.submit(request())
    assert len(stage.workers) == 1
    assert stage.heard == []


def test_an_empty_mask_fails_before_anything_is_copied(stage: Stage) -> None:
    asked = request(hole=Rect(0, 0, 0, 0))
    stage.slot.submit(asked)
    stage.ready()
    failed = stage.heard[-1]
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, NothingMasked)
    assert str(failed.error) == "The mask is empty. Paint over what should go, then run it again."
    assert stage.buffers() == 0


class Unreadable:
    """A picture for which the memory is not enough, or for which there is no room."""

    dtype = np.dtype(np.uint8)

    def __init__(self, size: Size) -> None:
        self.size = size

    def read_into(self, rect: Rect, out: Pixels) -> None:
        raise MemoryError


TOO_LARGE = [
    (Size(64, 48), "The memory is not enough for this job. Close other programs or pictures and run it again."),
    (Size(2**25, 2**25), "4503599627 MB for the picture do not fit into "),
]


@pytest.mark.parametrize(("size", "said"), TOO_LARGE)
def test_a_picture_that_does_not_fit_fails_with_a_sentence_and_keeps_nothing(
    stage: Stage, size: Size, said: str
) -> None:
    mask = TiledImage.blank(size, 1).with_pixels(0, 0, np.ones((4, 4, 1), np.uint8))
    stage.slot.submit(Request(fake_model(), Params({}), 1, Unreadable(size), mask))
    stage.ready()
    failed = stage.heard[-1]
    assert isinstance(failed, Failed)
    assert str(failed.error).startswith(said)
    assert isinstance(failed.error, OutOfMemory) == (size.width == 64)
    assert len(stage.pool._spare) == stage.buffers(), "every buffer that was taken is given back"
    after = stage.running()
    stage.slot.hear(stage.worker, done(after.job_id))
    assert stage.kinds() == ["Finished"], "the next job works"


def test_closing_cancels_everything_and_ends_the_worker(stage: Stage) -> None:
    running, waiting = stage.running(), request()
    stage.slot.submit(waiting)
    stage.slot.close()
    assert stage.heard == [Cancelled(running.job_id), Cancelled(waiting.job_id)]
    assert stage.worker.kills == 1
