"""Carries out one job after the other and answers each exactly once."""

from __future__ import annotations

import importlib
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from imagetool.core.errors import ImagetoolError
from imagetool.kit.device import choose_device
from imagetool.kit.errors import NoSuchDevice
from imagetool.kit.weights import checked_weights
from imagetool.plugin.errors import Cancelled
from imagetool.plugin.loaders import Loader
from imagetool.plugin.models import Model
from imagetool.plugin.tasks import Task
from imagetool.wire.messages import Done, Exhausted, Failed, Free, Inspect, Message, Run, Stopped
from imagetool.wire.text import plain, plain_lines
from imagetool.worker.assignment import Assignment
from imagetool.worker.devices import find_devices
from imagetool.worker.exhaustion import CPU, exhausted_device
from imagetool.worker.gpu_memory import collect, give_back, gpu_peak_mb, watch_gpu
from imagetool.worker.inspecting import inspect_file
from imagetool.worker.memory import PeakRss, rss_mb
from imagetool.worker.model_cache import ModelCache
from imagetool.worker.tasks import carry_out

if TYPE_CHECKING:
    from imagetool.worker.inbox import Inbox

_SHORT = "The memory is not enough for this job. Close other programs, or mask or enlarge less at once."
_MAX_MESSAGE = 300
_MAX_ENTRY, _MAX_DETAILS = 2_000, 20_000


class Executor:
    """Runs jobs; keeps the models it has loaded, as far as there is room for them."""

    def __init__(
        self,
        inbox: Inbox,
        send: Callable[[Message], None],
        threads: int,
        models: ModelCache | None = None,
    ) -> None:
        self._inbox = inbox
        self._send = send
        self._models = models or ModelCache()
        if threads:
            torch.set_num_threads(threads)
        send(find_devices())

    def execute(self, run: Run | Inspect | Free) -> None:
        """One job, from its first look at the pixels to its answer. Whatever a plugin raises ends here."""
        if isinstance(run, Free):
            self._models.forget()
            return
        try:
            answer = self._answer(run) if isinstance(run, Run) else inspect_file(run, self._inbox, self._send)
        except Cancelled:
            answer = Stopped(run.job_id)
        except Exception as error:  # noqa: BLE001 - the one place where a plugin's errors are caught
            answer = _failure(run, error)
        if isinstance(answer, Exhausted):
            collect()  # before the next attempt
        self._inbox.renew()
        self._send(answer)
        give_back()

    def _answer(self, run: Run) -> Message:
        began = time.monotonic()
        if self._inbox.is_cancelled(run.job_id):
            raise Cancelled
        with PeakRss() as peak:
            device = choose_device(run.device)
            watch_gpu(device)
            model = self._model(run, device)
            base_mb = rss_mb()
            assignment = Assignment(run, model, device, self._inbox, self._send)
            tiles, precision = carry_out(assignment)
            seconds, figures = time.monotonic() - began, assignment.figures
            on_gpu_mb = gpu_peak_mb(device)
            return Done(run.job_id, device.type, precision, seconds, tiles, peak.mb, figures, base_mb, on_gpu_mb)

    def _model(self, run: Run, device: torch.device) -> Model:
        def load() -> Model:
            weights = checked_weights((ref.file, Path(ref.path), ref.sha256, ref.size) for ref in run.weights)
            made: Any = getattr(importlib.import_module(run.module), run.attribute)()
            model: Model = made.model(Task(run.task)) if isinstance(made, Loader) else made
            model.load(weights, device)
            return model

        key = (run.module, run.attribute, run.task, run.weights, str(device))
        return self._models.get(key, device, sum(ref.size for ref in run.weights), load)


def _failure(run: Run | Inspect, error: Exception) -> Message:
    short = exhausted_device(error, _kind(run.device) if isinstance(run, Run) else CPU)
    if short and isinstance(run, Run):
        return Exhausted(run.job_id, short, _details(error))
    return Failed(run.job_id, _SHORT if short else _sentence(error), _details(error))


def _kind(name: str) -> str:
    """Of the device that a job ran on."""
    try:
        return choose_device(name).type
    except NoSuchDevice:
        return CPU


def _sentence(error: Exception) -> str:
    said = "".join(traceback.format_exception_only(error))  # does not fail where the error's own text does
    if isinstance(error, ImagetoolError):
        return plain(str(error), 2 * _MAX_MESSAGE)
    return f"The model failed ({plain(said, _MAX_MESSAGE)}). Your image is unchanged."


def _details(error: Exception) -> str:
    entries = traceback.format_exception(error)
    return plain_lines("".join(entry[:_MAX_ENTRY] for entry in entries), _MAX_DETAILS)
