"""What a worker answers, and what the listener hears of it."""

from __future__ import annotations

import numpy as np
import pytest

from imagetool.core.geometry import Rect
from imagetool.jobs.errors import ModelFailed
from imagetool.jobs.events import Failed, Finished, Previewed, Progressed, Started
from imagetool.wire import messages
from imagetool.wire.buffers import open_array
from tests.fakes.requests import HOLE, picture, request
from tests.fakes.stage import Stage, done
from tests.fakes.worker import FakeWorker


def test_the_worker_is_started_by_the_first_job_and_told_of_it_when_it_is_ready(stage: Stage) -> None:
    assert not stage.workers
    asked = request()
    stage.slot.submit(asked)
    assert stage.worker.sent == []
    assert stage.heard == []
    stage.ready()
    run = stage.run_of(asked)
    assert (run.module, run.attribute, run.task, run.device) == ("code", "Model", "inpaint", "cpu")
    assert run.mask is not None
    assert run.mask.rect == messages.RectRef(HOLE.left, HOLE.top, HOLE.right, HOLE.bottom)
    assert stage.heard == [Started(asked.job_id)]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_the_pixels_lie_where_the_worker_is_told(stage: Stage, dtype: type) -> None:
    pixels = picture(dtype)
    asked = request(pixels=pixels.copy())
    stage.slot.submit(asked)
    stage.ready()
    run = stage.run_of(asked)
    assert run.source
    np.testing.assert_array_equal(open_array(run.source, writable=False), pixels)
    assert run.mask is not None
    assert (open_array(run.mask.pixels, writable=False) == 255).all()
    assert run.result.shape == (HOLE.height, HOLE.width, 4)
    assert run.result.dtype == np.dtype(dtype).name


def test_the_result_is_a_copy_of_what_the_worker_wrote(stage: Stage) -> None:
    asked = stage.running()
    written = open_array(stage.run_of(asked).result, writable=True)
    written[...] = 7
    stage.slot.hear(stage.worker, done(asked.job_id))
    (event,) = stage.heard
    assert isinstance(event, Finished)
    assert event.result.rect == HOLE
    assert event.result.report.tiles == 2
    written[...] = 9
    assert (event.result.pixels == 7).all(), "a worker must not reach into a result that was handed out"


def test_jobs_run_one_after_the_other_in_their_order(stage: Stage) -> None:
    jobs = [request() for _ in range(3)]
    for job in jobs:
        stage.slot.submit(job)
    stage.ready()
    for number, job in enumerate(jobs):
        assert len(stage.worker.told(messages.Run)) == number + 1, "one job at a time"
        stage.slot.hear(stage.worker, done(job.job_id))
    assert [event.job_id for event in stage.heard if isinstance(event, Finished)] == [job.job_id for job in jobs]
    assert len(stage.workers) == 1, "a warm worker is used again"
    assert stage.buffers() <= 4, "buffers are reused between jobs"


def test_progress_and_previews_are_passed_on(stage: Stage) -> None:
    asked = stage.running()
    open_array(stage.run_of(asked).preview, writable=True)[: 3 * 4 * 3] = 200
    stage.slot.hear(stage.worker, messages.Progress(asked.job_id, 1.7, "level\n3 \x1b[31m"))
    rect = messages.RectRef(10, 5, 40, 30)
    stage.slot.hear(stage.worker, messages.Preview(asked.job_id, rect, width=4, height=3))
    progressed, previewed = stage.heard
    assert progressed == Progressed(asked.job_id, 1.0, "level 3 �[31m")
    assert isinstance(previewed, Previewed)
    assert previewed.rect == Rect(10, 5, 40, 30)
    assert previewed.pixels.shape == (3, 4, 3)
    assert (previewed.pixels == 200).all()
    assert stage.worker.told(messages.PreviewTaken) == [messages.PreviewTaken(asked.job_id)]


IMPOSSIBLE_PREVIEWS = [
    messages.Preview("", messages.RectRef(0, 0, 10, 10), width=0, height=5),
    messages.Preview("", messages.RectRef(0, 0, 10, 10), width=-4, height=-4),
    messages.Preview("", messages.RectRef(0, 0, 10, 10), width=100_000, height=100_000),
    messages.Preview("", messages.RectRef(0, 0, 10**30, 10), width=4, height=4),
    messages.Preview("", messages.RectRef(-5, 0, 10, 10), width=4, height=4),
    messages.Preview("", messages.RectRef(10, 10, 5, 5), width=4, height=4),
]


@pytest.mark.parametrize("preview", IMPOSSIBLE_PREVIEWS, ids=str)
def test_previews_that_cannot_be_are_dropped(stage: Stage, preview: messages.Preview) -> None:
    asked = stage.running()
    lie = messages.Preview(asked.job_id, preview.rect, preview.width, preview.height)
    stage.slot.hear(stage.worker, lie)
    assert stage.heard == []
    assert stage.worker.told(messages.PreviewTaken), "the worker may go on all the same"


def test_answers_of_unknown_jobs_and_former_workers_are_dropped(stage: Stage) -> None:
    asked = stage.running()
    stage.slot.hear(stage.worker, done("somebody else's"))
    stage.slot.hear(FakeWorker(), done(asked.job_id))
    stage.slot.worker_ended(FakeWorker(), "It died.")
    assert stage.heard == []
    stage.slot.hear(stage.worker, done(asked.job_id))
    stage.slot.hear(stage.worker, done(asked.job_id))
    assert stage.kinds() == ["Finished"], "exactly one end"


def test_what_the_model_says_about_its_failure_is_shown_as_plain_text(stage: Stage) -> None:
    asked = stage.running()
    stage.slot.hear(
        stage.worker, messages.Failed(asked.job_id, "It\x1b[1m failed." + "x" * 9999, "line 1\nline 2")
    )
    (event,) = stage.heard
    assert isinstance(event, Failed)
    assert isinstance(event.error, ModelFailed)
    assert str(event.error).startswith("It�[1m failed.xxx")
    assert len(str(event.error)) == 600
    assert event.error.details == "line 1\nline 2"
