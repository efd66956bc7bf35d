"""What the checks make of a result on a GPU, and of jobs that are stopped, without either."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import numpy as np

from imagetool.catalog.catalog import CatalogModel
from imagetool.core.geometry import Rect, Size
from imagetool.core.picture import Pixels
from imagetool.jobs.conformance.bench import Bench
from imagetool.jobs.conformance.life_checks import cancel, device, progress
from imagetool.jobs.conformance.report import Status
from imagetool.jobs.conformance.trials import Outcome, Trials
from imagetool.jobs.errors import ModelFailed
from imagetool.jobs.request import Report, Request, Result
from imagetool.jobs.slot import CANCEL_GRACE_S
from imagetool.kit.errors import NoSuchDevice
from tests.fakes.requests import MANIFEST, fake_model

TILED = MANIFEST.replace("inpaint", "filter")
MODEL = fake_model(TILED + "whole = true\n")
REPORT = Report("cuda", "fp32", 0.1, 1, 100.0)


@dataclass
class FakeTrials:
    """Answers every job in the same way, and keeps what was asked."""

    pixels: Pixels | None = None
    error: str = ""
    seconds: float = 0.1
    asked: list[Request] = field(default_factory=list)

    def run(self, request: Request) -> Outcome:
        """The answer."""
        self.asked.append(request)
        result = None if self.pixels is None else Result(Rect.of_size(Size(4, 4)), self.pixels, REPORT)
        return Outcome(request, result, ModelFailed(self.error) if self.error else None, self.seconds, ())

    stop = run


def bench(trials: FakeTrials, model: CatalogModel = MODEL) -> Bench:
    return Bench(model, cast(Trials, trials), cast(Trials, trials))


def on_cuda(trials: FakeTrials, here: Pixels) -> tuple[Status, str, str]:
    made = bench(trials)
    made.again = FakeTrials(here).run(made.usual_job())
    verdict = device(made, "cuda")
    assert trials.asked[-1].device == "cuda"
    return verdict.status, verdict.explanation, verdict.fix


RAMP = np.arange(64, dtype=np.uint8).reshape(4, 4, 4)


def test_a_device_that_is_not_there_is_skipped_by_the_sentence_of_the_worker() -> None:
    status, why, _ = on_cuda(FakeTrials(error=str(NoSuchDevice("cuda"))), RAMP)
    assert (status, why) == (Status.SKIPPED, "This computer has no cuda.")


def test_what_fails_there_is_explained() -> None:
    sentence = "The model failed (RuntimeError: Expected all tensors to be on the same device)"
    status, why, fix = on_cuda(FakeTrials(error=sentence), RAMP)
    assert status is Status.FAILED
    assert why.startswith("On cuda: The model failed")
    assert "network.to(device)" in fix


def test_rounding_is_no_difference_and_another_picture_is() -> None:
    assert on_cuda(FakeTrials(RAMP ^ 1), RAMP)[0] is Status.PASSED
    status, why, fix = on_cuda(FakeTrials(RAMP[::-1].copy()), RAMP)
    assert status is Status.WARNING
    assert "another one" in why
    assert "device=image.device" in fix


def test_a_job_that_is_over_cannot_be_stopped() -> None:
    assert cancel(bench(FakeTrials(RAMP))).status is Status.SKIPPED
    assert cancel(bench(FakeTrials(seconds=CANCEL_GRACE_S - 0.1))).status is Status.PASSED
    assert cancel(bench(FakeTrials(seconds=2.0))).status is Status.FAILED


def test_a_tile_that_takes_long_is_worth_a_warning() -> None:
    slow = cancel(bench(FakeTrials(seconds=2.0), fake_model(TILED)))
    assert slow.status is Status.WARNING
    assert "Make tile.size smaller" in slow.fix


def test_imagetool_tells_the_progress_of_tiles() -> None:
    made = bench(FakeTrials(), fake_model(TILED))
    made.timed = [FakeTrials(RAMP, seconds=9.0).run(made.usual_job())]
    assert progress(made).status is Status.PASSED


def test_short_jobs_owe_no_progress() -> None:
    made = bench(FakeTrials())
    assert progress(made).status is Status.PASSED
    made.timed = [FakeTrials(RAMP, seconds=0.6).run(made.usual_job())]
    assert progress(made).status is Status.PASSED
    made.timed = [FakeTrials(RAMP, seconds=0.8).run(made.usual_job())]
    assert progress(made).status is Status.FAILED
