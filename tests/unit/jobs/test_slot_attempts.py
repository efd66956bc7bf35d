"""A job whose memory was not enough is tried in other ways, each said, and fails only after the last."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from imagetool.jobs.attempts import MOST_NOTES
from imagetool.jobs.errors import KilledOutside, MemoryVerdict, NotEnoughMemory, Verdict, WorkerDied
from imagetool.jobs.events import Cancelled, Failed, Finished, Noted, Started
from imagetool.jobs.journal import Journals
from imagetool.jobs.preparing import Equipment
from imagetool.jobs.request import Request
from imagetool.wire import messages
from tests.fakes.requests import MANIFEST_OF_AN_ENLARGER, enlarging, fake_model, picture, request
from tests.fakes.stage import Stage, done

KILLED = KilledOutside("It was ended by signal 9.")


def large_picture() -> Request:
    """A request in tiles of 96 pixels, with an overlap of 8, whose picture is larger than a tile."""
    return replace(enlarging(pixels=picture(height=100, width=150)), device="auto")


def running(stage: Stage, asked: Request) -> Request:
    """Submits a request and gets the worker to take it."""
    stage.slot.submit(asked)
    stage.ready()
    stage.heard.clear()
    return asked


def runs(stage: Stage) -> list[messages.Run]:
    return stage.worker.told(messages.Run)


def exhaust(stage: Stage, asked: Request, device: str = "cpu", precision: str = "") -> None:
    stage.slot.hear(stage.worker, messages.Exhausted(asked.job_id, device, "details", precision))


def test_the_next_attempt_is_made_at_once_and_the_result_tells_of_it(stage: Stage) -> None:
    asked = running(stage, enlarging())  # 64 × 48 in tiles of 96 with an overlap of 8
    stage.around.is_crowded = True
    exhaust(stage, asked)
    said = "The memory was not enough, so it was tried again without other models."
    assert stage.heard == [Noted(asked.job_id, said, plain=True)], "there is one small tile, and none smaller"
    assert stage.around.times_freed == 1
    assert [run.job_id for run in runs(stage)] == [asked.job_id, asked.job_id]
    assert len(stage.workers) == 1, "a worker that says so itself is kept"
    stage.slot.hear(stage.worker, done(asked.job_id))
    finished = stage.heard[-1]
    assert isinstance(finished, Finished)
    assert finished.result.report.notes == (said,)
    assert stage.kinds() == ["Noted", "Finished"], "a job starts once and ends once"
    assert len(stage.pool._spare) == stage.buffers(), "what the first attempt held was given back"


def test_after_the_last_attempt_it_fails_and_says_what_was_tried(stage: Stage) -> None:
    asked = running(stage, large_picture())
    for _ in range(2):
        exhaust(stage, asked, "cuda:0")
    assert [run.tile.size for run in runs(stage)] == [96, 80, 96]
    assert [run.device for run in runs(stage)] == ["auto", "auto", "cpu"]
    for _ in range(2):
        exhaust(stage, asked)
    failed = stage.heard[-1]
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, NotEnoughMemory)
    assert str(failed.error) == (
        "The memory is not enough for this job. It was also tried with tiles of 80 pixels, on the CPU and with "
        "tiles of 80 pixels. Close other programs, or mask or enlarge less at once."
    )
    assert failed.error.details == "details"
    assert stage.kinds() == ["Noted", "Noted", "Noted", "Failed"]
    assert stage.queue.jobs == ()


@pytest.mark.parametrize("reason", [KILLED, MemoryVerdict("It used more than 12.8 GB of memory.")])
def test_a_death_for_lack_of_memory_is_tried_again_in_a_new_worker(stage: Stage, reason: str) -> None:
    asked = running(stage, large_picture())
    stage.slot.worker_ended(stage.worker, reason)
    (noted,) = stage.heard
    assert isinstance(noted, Noted)
    assert noted.text.endswith("so it was tried again with tiles of 80 pixels.")
    assert len(stage.workers) == 2
    stage.ready()
    (run,) = runs(stage)
    assert run.tile.size == 80
    stage.slot.hear(stage.worker, done(asked.job_id))
    assert stage.kinds() == ["Noted", "Finished"]


def test_a_new_worker_has_no_other_models(stage: Stage) -> None:
    other = running(stage, request())
    stage.slot.hear(stage.worker, done(other.job_id))
    slow = fake_model(MANIFEST_OF_AN_ENLARGER.replace('"fast"', '"slow"'))
    asked = running(stage, replace(large_picture(), model=slow))
    for _ in range(2):
        stage.slot.worker_ended(stage.worker, KILLED)
        stage.ready()
    noted, failed = stage.heard
    assert isinstance(noted, Noted)
    assert noted.text.endswith("so it was tried again with tiles of 80 pixels.")
    assert isinstance(failed, Failed), "there is nothing left to release"
    assert failed.job_id == asked.job_id


OTHER_REASONS = ["It exited with status 1.", "It was ended by signal 11.", Verdict("It started 300 processes.")]


@pytest.mark.parametrize("reason", OTHER_REASONS)
def test_any_other_death_fails_the_job_at_once(stage: Stage, reason: str) -> None:
    running(stage, large_picture())
    stage.slot.worker_ended(stage.worker, reason)
    assert stage.kinds() == ["Failed"]


def test_deaths_on_the_ladder_do_not_suspend_the_plugin_but_the_last_one_counts(stage: Stage) -> None:
    for _ in range(3):
        asked = running(stage, large_picture())
        stage.slot.worker_ended(stage.worker, KILLED)
        stage.ready()
        stage.slot.worker_ended(stage.worker, KILLED)
        failed = stage.heard[-1]
        assert isinstance(failed, Failed)
        assert failed.job_id == asked.job_id
        assert isinstance(failed.error, WorkerDied), "suspended after five deaths, of which two counted"
        assert str(failed.error) == (
            "“Fast” stopped unexpectedly. It was also tried with tiles of 80 pixels. Your image is unchanged. "
            "Run it again, or look at the details."
        )
    stage.heard.clear()
    stage.slot.submit(request())
    assert stage.kinds() == ["Failed"], "three jobs ended in a death"


def test_a_job_between_two_attempts_is_stopped_at_once(stage: Stage) -> None:
    asked = running(stage, large_picture())
    stage.slot.worker_ended(stage.worker, KILLED)
    stage.cancel(asked.job_id)
    assert stage.heard[1:] == [Cancelled(asked.job_id)]
    stage.ready()
    assert not runs(stage)
    after = request()
    stage.slot.submit(after)
    assert stage.heard[2:] == [Started(after.job_id)]


def test_a_job_that_is_being_stopped_is_not_tried_again(stage: Stage) -> None:
    asked = running(stage, large_picture())
    stage.cancel(asked.job_id)
    exhaust(stage, asked)
    assert stage.heard == [Cancelled(asked.job_id)]
    other = running(stage, large_picture())
    stage.cancel(other.job_id)
    stage.slot.worker_ended(stage.worker, KILLED)
    assert stage.heard == [Cancelled(other.job_id)]


def test_a_job_that_is_held_waits_between_its_attempts(stage: Stage) -> None:
    asked = running(stage, large_picture())
    stage.hold(asked.job_id, held=True)
    exhaust(stage, asked)
    assert len(runs(stage)) == 1
    stage.hold(asked.job_id, held=False)
    assert len(runs(stage)) == 2
    holds = [message for message in stage.worker.sent if isinstance(message, messages.Hold | messages.Run)]
    assert holds[-2] == messages.Hold(asked.job_id, False), "it may have heard of the first one too late"


def test_the_next_attempt_comes_before_the_jobs_that_wait(stage: Stage) -> None:
    asked, other = running(stage, large_picture()), request()
    stage.slot.submit(other)
    exhaust(stage, asked)
    assert [run.job_id for run in runs(stage)] == [asked.job_id, asked.job_id]
    assert stage.told[-1].job_ids == (asked.job_id, other.job_id)


def test_what_keeps_a_job_from_being_kept_is_said_once(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    stage.around.equipment = Equipment(journals=Journals(tmp_path / "file" / "jobs"))
    asked = running(stage, replace(large_picture(), resume=True))
    exhaust(stage, asked, "cuda")
    exhaust(stage, asked, "cuda")
    stage.slot.hear(stage.worker, done(asked.job_id))
    finished = stage.heard[-1]
    assert isinstance(finished, Finished)
    first, second, third = finished.result.report.notes
    assert "kept" in first
    assert ["tried again" in text for text in (first, second, third)] == [False, True, True]


def test_lines_of_the_worker_are_passed_on_as_plain_text(stage: Stage) -> None:
    asked = stage.running()
    stage.slot.hear(stage.worker, messages.Note(asked.job_id, "in\nfp32 \x1b[1m", plain=True))
    stage.slot.hear(stage.worker, messages.Note(asked.job_id, "compiled"))
    stage.slot.hear(stage.worker, done(asked.job_id))
    first, second, finished = stage.heard
    assert first == Noted(asked.job_id, "in fp32 �[1m", plain=True)
    assert second == Noted(asked.job_id, "compiled", plain=False)
    assert isinstance(finished, Finished)
    assert finished.result.report.notes == ("in fp32 �[1m",), "the others are for the log alone"


def test_a_model_that_notes_without_end_is_not_heard(stage: Stage) -> None:
    asked = stage.running()
    for number in range(MOST_NOTES + 50):
        stage.slot.hear(stage.worker, messages.Note(asked.job_id, f"note {number}", plain=True))
    assert len(stage.heard) == MOST_NOTES
