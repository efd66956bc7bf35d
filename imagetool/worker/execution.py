"""Carries out one job after the other and answers each exactly once."""

from __future__ import annotations

import importlib
import time
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch

from imagetool.core.errors import ImagetoolError
from imagetool.core.geometry import Rect
from imagetool.kit.device import choose_device
from imagetool.kit.errors import KitError
from imagetool.kit.inpainting import Holes, fill_holes
from imagetool.plugin.errors import Cancelled
from imagetool.plugin.models import Inpainter, Model
from imagetool.plugin.parameters import Params
from imagetool.wire.buffers import open_array
from imagetool.wire.messages import Done, Failed, Message, RectRef, Run, Stopped
from imagetool.wire.text import plain, plain_lines
from imagetool.worker.job import CropJob
from imagetool.worker.memory import peak_rss_mb

if TYPE_CHECKING:
    from imagetool.worker.inbox import Inbox

_MAX_MESSAGE = 300
_MAX_ENTRY, _MAX_DETAILS = 2_000, 20_000


class Executor:
    """Runs jobs; keeps the models it has loaded."""

    def __init__(self, inbox: Inbox, send: Callable[[Message], None], threads: int) -> None:
        self._inbox = inbox
        self._send = send
        self._models: dict[tuple[str, str, str], Model] = {}
        if threads:
            torch.set_num_threads(threads)

    def execute(self, run: Run) -> None:
        """One job, from its first look at the pixels to its answer. Whatever a plugin raises ends here."""
        try:
            answer = self._answer(run)
        except Cancelled:
            answer = Stopped(run.job_id)
        except Exception as error:  # noqa: BLE001 - the one place where a plugin's errors are caught
            answer = Failed(run.job_id, _sentence(error), _details(error))
        self._inbox.renew()
        self._send(answer)

    def _answer(self, run: Run) -> Message:
        began = time.monotonic()
        if self._inbox.is_cancelled(run.job_id):
            raise Cancelled
        device = choose_device(run.device)
        model = self._model(run.module, run.attribute, device)
        crops = self._fill(run, model, device)
        return Done(run.job_id, device.type, "fp32", time.monotonic() - began, crops, peak_rss_mb())

    def _fill(self, run: Run, model: Model, device: torch.device) -> int:
        if not isinstance(model, Inpainter):
            raise KitError(f"The model is not made for {run.task}.")
        rect = _rect(run.rect)
        holes = Holes(
            source=open_array(run.source, writable=False),
            mask=open_array(run.mask, writable=False),
            rect=rect,
            context=run.context,
            context_min_px=run.context_min_px,
        )
        result = open_array(run.result, writable=True)
        preview = open_array(run.preview, writable=True)

        def job_for(crop: Rect, begin: float, end: float) -> CropJob:
            return CropJob(run, device, self._inbox, self._send, preview, crop, (begin, end))

        return fill_holes(model, holes, Params(run.params), device, job_for, result)

    def _model(self, module: str, attribute: str, device: torch.device) -> Model:
        key = (module, attribute, str(device))
        if key not in self._models:
            model: Any = getattr(importlib.import_module(module), attribute)()
            model.load(device)
            self._models[key] = model
        return self._models[key]


def _sentence(error: Exception) -> str:
    said = "".join(traceback.format_exception_only(error))  # does not fail where the error's own text does
    if isinstance(error, torch.OutOfMemoryError | MemoryError) or "DefaultCPUAllocator" in said:
        return "The memory is not enough for this job. Close other programs, or mask less at once."
    if isinstance(error, ImagetoolError):
        return plain(str(error), 2 * _MAX_MESSAGE)
    return f"The model failed ({plain(said, _MAX_MESSAGE)}). Your image is unchanged."


def _details(error: Exception) -> str:
    entries = traceback.format_exception(error)
    return plain_lines("".join(entry[:_MAX_ENTRY] for entry in entries), _MAX_DETAILS)


def _rect(ref: RectRef) -> Rect:
    return Rect(ref.left, ref.top, ref.right, ref.bottom)
