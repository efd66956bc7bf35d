"""A request with a target instead of a mask: what the worker is told, and what comes back."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from imagetool.catalog.catalog import CatalogModel
from imagetool.catalog.errors import WeightsMissing
from imagetool.core.geometry import Rect, Size
from imagetool.jobs.events import Failed, Finished, Previewed
from imagetool.jobs.request import Request
from imagetool.plugin.weights import WeightsFile
from imagetool.wire import messages
from imagetool.wire.buffers import open_array
from tests.fakes.requests import MANIFEST_OF_AN_ENLARGER, enlarging, fake_model, picture, request
from tests.fakes.stage import Stage, done

WEIGHTS = WeightsFile("fast.safetensors", "0f" * 32, 7)


def with_weights(folder: Path) -> CatalogModel:
    """A model that needs a file of seven bytes in `folder`."""
    model = fake_model(MANIFEST_OF_AN_ENLARGER)
    entry = dataclasses.replace(model.entry, weights=(WEIGHTS,))
    return CatalogModel(dataclasses.replace(model.plugin, weights_folder=folder), entry)


def told(stage: Stage, asked: Request) -> messages.Run:
    """What the worker is told of a request."""
    stage.slot.submit(asked)
    stage.ready()
    return stage.run_of(asked)


def test_the_worker_is_told_of_tiles_and_no_mask(stage: Stage) -> None:
    run = told(stage, enlarging())
    assert (run.task, run.mask) == ("upscale", None)
    assert run.tile == messages.TileRef(96, 8, 4)
    assert (run.precisions, run.weights) == (("fp32",), ())


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("target", [Size(128, 96), Size(71, 53), Size(64, 300)])
def test_the_result_has_room_for_the_larger_picture(stage: Stage, dtype: type, target: Size) -> None:
    pixels = picture(dtype)
    run = told(stage, enlarging(pixels=pixels.copy(), target=target))
    assert run.source
    np.testing.assert_array_equal(open_array(run.source, writable=False), pixels)
    assert run.result.shape == (target.height, target.width, 4)
    assert run.result.dtype == np.dtype(dtype).name


def test_the_result_covers_the_whole_larger_picture(stage: Stage) -> None:
    asked = enlarging(target=Size(128, 96))
    stage.slot.submit(asked)
    stage.ready()
    stage.heard.clear()
    open_array(stage.run_of(asked).result, writable=True)[...] = 7
    stage.slot.hear(stage.worker, done(asked.job_id))
    (event,) = stage.heard
    assert isinstance(event, Finished)
    assert event.result.rect == Rect(0, 0, 128, 96)
    assert event.result.pixels.shape == (96, 128, 4)
    assert (event.result.pixels == 7).all()


def test_all_buffers_come_back(stage: Stage) -> None:
    for asked in (enlarging(), request(), enlarging()):
        stage.slot.submit(asked)
        if len(stage.worker.sent) == 0:
            stage.ready()
        stage.slot.hear(stage.worker, done(asked.job_id))
    kinds = stage.kinds()
    assert kinds.count("Finished") == 3
    assert stage.buffers() <= 8, "buffers are used again, not made anew for each job"


@pytest.mark.parametrize(
    ("rect", "heard"),
    [((0, 0, 64, 48), True), ((60, 40, 64, 48), True), ((0, 0, 65, 48), False), ((0, 0, 128, 96), False)],
)
def test_a_preview_lies_on_the_small_picture(stage: Stage, rect: tuple[int, ...], heard: bool) -> None:
    asked = enlarging(target=Size(128, 96))
    stage.slot.submit(asked)
    stage.ready()
    stage.heard.clear()
    stage.slot.hear(stage.worker, messages.Preview(asked.job_id, messages.RectRef(*rect), 4, 3))
    assert [type(event) for event in stage.heard] == [Previewed] * heard


def test_weights_that_are_there_are_named_with_what_they_must_hold(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / WEIGHTS.file).write_bytes(b"1234567")
    run = told(stage, enlarging(with_weights(tmp_path)))
    path = str(tmp_path / WEIGHTS.file)
    assert run.weights == (messages.WeightsRef(WEIGHTS.file, path, WEIGHTS.sha256, WEIGHTS.size),)


def test_weights_that_are_not_there_cost_the_job_and_nothing_else(stage: Stage, tmp_path: Path) -> None:
    asked = enlarging(with_weights(tmp_path))
    stage.slot.submit(asked)
    stage.ready()
    assert stage.kinds() == ["Started", "Failed"]
    event = stage.heard[-1]
    assert isinstance(event, Failed)
    assert str(event.error) == str(WeightsMissing("Fast", tmp_path / WEIGHTS.file, "it is not there"))
    assert stage.worker.told(messages.Run) == []
    assert stage.buffers() == 0, "room was taken for a job that cannot run"
    after = enlarging()
    stage.slot.submit(after)
    assert stage.run_of(after).job_id == after.job_id, "the next job must run"
