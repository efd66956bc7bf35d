"""Jobs that are held, moved or looked at, and memory that is given back."""

from __future__ import annotations

import time

from imagetool.core.geometry import Rect
from imagetool.jobs.events import Cancelled
from imagetool.wire import messages
from tests.fakes.requests import request
from tests.fakes.stage import IDLE_S, Stage, done


def ran(stage: Stage) -> list[str]:
    """The jobs that the newest worker was given."""
    return [run.job_id for run in stage.worker.told(messages.Run)]


def test_a_held_job_lets_others_pass_until_it_goes_on(stage: Stage) -> None:
    first, second = request(), request()
    stage.slot.submit(first)
    stage.hold(first.job_id, held=True)
    stage.slot.submit(second)
    stage.ready()
    assert ran(stage) == [second.job_id]
    stage.hold(first.job_id, held=False)
    assert ran(stage) == [second.job_id], "one job at a time"
    stage.slot.hear(stage.worker, done(second.job_id))
    assert ran(stage) == [second.job_id, first.job_id]


def test_a_job_that_runs_waits_with_its_worker(stage: Stage) -> None:
    asked = stage.running()
    for held in (True, True, False):
        stage.hold(asked.job_id, held=held)
    assert stage.worker.told(messages.Hold) == [
        messages.Hold(asked.job_id, True),
        messages.Hold(asked.job_id, False),
    ]
    assert stage.heard == []


def test_holding_everything_starts_nothing_until_it_goes_on(stage: Stage) -> None:
    stage.hold("", held=True)
    asked = request()
    stage.slot.submit(asked)
    assert not stage.workers
    stage.hold("", held=False)
    stage.ready()
    assert ran(stage) == [asked.job_id]


def test_a_worker_whose_jobs_are_all_held_is_idle(stage: Stage) -> None:
    first, second = stage.running(), request()
    stage.slot.submit(second)
    stage.hold(second.job_id, held=True)
    stage.slot.hear(stage.worker, done(first.job_id))
    stage.slot.tick(time.monotonic() + IDLE_S + 1)
    assert stage.worker.kills == 1
    stage.hold(second.job_id, held=False)
    assert len(stage.workers) == 2


def test_a_moved_job_runs_in_its_new_place(stage: Stage) -> None:
    first, second, third = stage.running(), request(), request()
    stage.slot.submit(second)
    stage.slot.submit(third)
    stage.queue.move(third.job_id, second.job_id)
    for asked in (first, third, second):
        stage.slot.hear(stage.worker, done(asked.job_id))
    assert ran(stage) == [first.job_id, third.job_id, second.job_id]


def test_what_the_user_looks_at_is_told_now_or_with_the_job(stage: Stage) -> None:
    first, second = stage.running(), request()
    stage.slot.submit(second)
    stage.look_at(second.job_id, Rect(1, 2, 3, 4))
    assert stage.worker.told(messages.View) == []
    stage.look_at(first.job_id, Rect(0, 0, 9, 9))
    stage.look_at(second.job_id, Rect(5, 6, 7, 8))
    stage.slot.hear(stage.worker, done(first.job_id))
    assert stage.worker.told(messages.View) == [
        messages.View(first.job_id, messages.RectRef(0, 0, 9, 9)),
        messages.View(second.job_id, messages.RectRef(5, 6, 7, 8)),
    ]
    assert isinstance(stage.worker.sent[-1], messages.View), "after the job that it is about"


def test_an_idle_worker_forgets_its_models_at_once(stage: Stage) -> None:
    asked = stage.running()
    stage.slot.hear(stage.worker, done(asked.job_id))
    assert stage.buffers() > 0
    assert stage.slot.has_models
    stage.slot.free_memory()
    assert stage.worker.told(messages.Free) == [messages.Free()]
    assert stage.buffers() == 0
    assert not stage.slot.has_models
    stage.slot.free_memory()
    assert len(stage.worker.told(messages.Free)) == 1, "it has nothing left to forget"


def test_a_busy_worker_forgets_them_after_its_job_and_before_the_next(stage: Stage) -> None:
    first, second = stage.running(), request()
    stage.slot.submit(second)
    stage.slot.free_memory()
    assert stage.worker.told(messages.Free) == []
    stage.slot.hear(stage.worker, done(first.job_id))
    kinds = [type(message) for message in stage.worker.sent]
    assert kinds == [messages.Run, messages.Free, messages.Run]
    stage.slot.hear(stage.worker, done(second.job_id))
    assert len(stage.worker.told(messages.Free)) == 1, "it was asked for once"


def test_freeing_memory_without_a_worker_does_nothing(stage: Stage) -> None:
    stage.slot.free_memory()
    stage.slot.warm_up()
    stage.slot.free_memory()
    assert stage.worker.sent == []


def test_devices_are_passed_on(stage: Stage) -> None:
    stage.slot.warm_up()
    found = messages.Devices((messages.DeviceRef("cpu", "CPU", 0),))
    stage.slot.hear(stage.worker, found)
    assert stage.around.devices == [found]


def test_a_held_job_is_stopped_at_once_whether_it_waits_or_runs(stage: Stage) -> None:
    first, second = stage.running(), request()
    stage.slot.submit(second)
    for asked in (first, second):
        stage.hold(asked.job_id, held=True)
    stage.cancel(second.job_id)
    assert stage.heard == [Cancelled(second.job_id)]
    stage.cancel(first.job_id)
    assert stage.worker.told(messages.Cancel) == [messages.Cancel(first.job_id)]
