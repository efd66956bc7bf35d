"""Trying every model of a plugin once on this computer, in the plugin's own worker, before it is trusted."""

from __future__ import annotations

import queue
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from imagetool.catalog.catalog import CatalogModel
from imagetool.catalog.places import Places
from imagetool.catalog.plugins import Plugin
from imagetool.core.compositing import Flattened
from imagetool.core.document import Document
from imagetool.core.geometry import Point, Rect, Size
from imagetool.core.picture import Picture, Pixels
from imagetool.core.tiles import TiledImage
from imagetool.jobs.errors import JobError
from imagetool.jobs.events import ENDS, Cancelled, Event, Failed, Finished
from imagetool.jobs.process.worker_process import WorkerProcess
from imagetool.jobs.request import Request
from imagetool.jobs.runner import WorkerRunner
from imagetool.jobs.watch import Watch
from imagetool.jobs.worker import Launch
from imagetool.plugin.models import Prompt
from imagetool.plugin.parameters import IntParameter, Params, Value
from imagetool.plugin.tasks import Task

PATIENCE_S = 600.0
_SIZE = Size(96, 80)
_LEAST_GENERATED = 64
_POLL_S = 0.1


@dataclass(frozen=True, slots=True)
class ModelTest:
    """How one model did: `problem` is "" where it worked."""

    model: str
    seconds: float
    peak_rss_mb: float
    problem: str = ""

    @property
    def passed(self) -> bool:
        """Whether it worked."""
        return not self.problem


class SelfTestTooLong(JobError):
    """A model did not finish its test."""

    def __init__(self, model: str, patience_s: float) -> None:
        self.model, self.patience_s = model, patience_s
        super().__init__(f"“{model}” did not finish a small test picture within {patience_s / 60:.0f} minutes.")


def self_test(
    plugin: Plugin, places: Places, watch: Watch, launch: Launch = WorkerProcess
) -> tuple[ModelTest, ...]:
    """A small job or two for each model of the plugin, one after the other; failures are in the result."""
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    runner = WorkerRunner(places, events.put, launch=launch)
    try:
        tests = []
        models = [CatalogModel(plugin, entry) for entry in plugin.manifest.models]
        for number, model in enumerate(models):
            watch.progress(number / len(models), f"testing {model.entry.name}")
            tests.append(_tried(model, runner, events, watch.check))
        return tuple(tests)
    finally:
        runner.close()


def small_requests(model: CatalogModel) -> tuple[Request, ...]:
    """Jobs of the model's kind on a small picture that is the same every time."""
    entry = model.entry
    params = Params.checked(entry.parameters, _quick(model))
    if entry.task is Task.GENERATE:
        return _generating(model, params)
    source = _source(sample_pixels(opaque=not entry.opacity))
    match entry.task:
        case Task.INPAINT:
            plain = Request(model, params, 1, source, _hole())
            return (plain, replace(plain, hints=_strokes(), job_id=uuid.uuid4().hex)) if entry.guides else (plain,)
        case Task.UPSCALE:
            return (Request(model, params, 1, source, target=Size(2 * _SIZE.width, 2 * _SIZE.height)),)
        case Task.SEGMENT:
            return (Request(model, params, 1, source, prompt=Prompt((Point(48.0, 40.0),))),)
    return (Request(model, params, 1, source),)


def _generating(model: CatalogModel, params: Params) -> tuple[Request, ...]:
    """One picture, and, where the model can, one more like a given one."""
    tile = model.entry.tile
    side = min(tile.size, max(_LEAST_GENERATED, tile.multiple_of))
    size = Size(side, side)
    new = Request(model, params, 1, None, target=size)
    if not model.entry.variations:
        return (new,)
    return new, Request(model, params, 1, _source(sample_pixels(size, opaque=False)), target=size)


def _source(pixels: Pixels) -> Flattened:
    return Flattened(Document(Picture.of(pixels, has_alpha=True)).state)


def sample_pixels(size: Size = _SIZE, *, opaque: bool = True) -> Pixels:
    """(H, W, 4) uint8: a ramp of colours under a little noise; transparent at the left where it is not opaque."""
    y, x = np.mgrid[0 : size.height, 0 : size.width]
    noise = np.random.default_rng(1).normal(0, 4, (size.height, size.width, 3))
    ramp = np.stack([x * 2.5, y * 3.0, 255 - x * 2.5], axis=2)
    pixels = np.full((size.height, size.width, 4), 255, np.uint8)
    pixels[..., :3] = np.clip(ramp + noise, 0, 255).astype(np.uint8)
    if not opaque:
        pixels[:, : size.width // 3, 3] = 0
    return pixels


def _hole() -> TiledImage:
    plane = np.zeros((_SIZE.height, _SIZE.width), np.uint8)
    plane[Rect(40, 32, 56, 48).slices] = 255
    return TiledImage.from_array(plane)


def _strokes() -> NDArray[np.uint8]:
    """(H, W, 4): a red stroke through the hole."""
    hints = np.zeros((_SIZE.height, _SIZE.width, 4), np.uint8)
    hints[Rect(40, 38, 56, 42).slices] = (200, 40, 40, 255)
    return hints


def _quick(model: CatalogModel) -> dict[str, Value]:
    """The values that make a test short: a model that counts its steps takes the fewest."""
    return {
        parameter.id: parameter.min
        for parameter in model.entry.parameters
        if isinstance(parameter, IntParameter) and parameter.id == "steps"
    }


def _tried(
    model: CatalogModel, runner: WorkerRunner, events: queue.SimpleQueue[Event], check: Callable[[], object]
) -> ModelTest:
    name, began, peak_rss_mb = model.entry.name, time.monotonic(), 0.0
    for request in small_requests(model):
        runner.submit(request)
        match _end_of(request, events, check, began + PATIENCE_S):
            case Finished(_, result):
                peak_rss_mb = max(peak_rss_mb, result.report.peak_rss_mb)
            case Failed(_, error):
                return ModelTest(name, time.monotonic() - began, 0.0, str(error))
            case Cancelled():
                return ModelTest(name, time.monotonic() - began, 0.0, "It was stopped.")
            case None:
                return ModelTest(name, PATIENCE_S, 0.0, str(SelfTestTooLong(name, PATIENCE_S)))
    return ModelTest(name, time.monotonic() - began, peak_rss_mb)


def _end_of(
    request: Request, events: queue.SimpleQueue[Event], check: Callable[[], object], until: float
) -> Finished | Failed | Cancelled | None:
    """How a job ends; None where `until` comes first."""
    while time.monotonic() < until:
        check()
        try:
            event = events.get(timeout=_POLL_S)
        except queue.Empty:
            continue
        if isinstance(event, ENDS) and event.job_id == request.job_id:
            return event
    return None
