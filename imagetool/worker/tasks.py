"""Which tool of the kit carries a job out, by what the model is made for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from imagetool.core.geometry import Rect
from imagetool.kit.crops import CropJobs
from imagetool.kit.enlarging import Enlargement
from imagetool.kit.errors import KitError
from imagetool.kit.inpainting import Holes, fill_holes
from imagetool.kit.precision import Precision, choose_precision
from imagetool.kit.tiling import Tiling
from imagetool.plugin.job import Job
from imagetool.plugin.models import Inpainter, Model, Upscaler
from imagetool.plugin.parameters import Params
from imagetool.plugin.tasks import Task
from imagetool.wire.buffers import open_array
from imagetool.wire.messages import MaskRef, Message, RectRef, Run
from imagetool.worker.job import CropJob

if TYPE_CHECKING:
    from imagetool.worker.inbox import Inbox


@dataclass(frozen=True, slots=True)
class Assignment:
    """A job, the model that has been loaded for it, and how to hear and answer."""

    run: Run
    model: Model
    device: torch.device
    inbox: Inbox
    send: Callable[[Message], None]


def carry_out(assignment: Assignment) -> tuple[int, str]:
    """Writes the result; returns the number of tiles or crops, and the precision that was used.

    Raises:
        KitError: where the model is not made for the task, or what it returns is no picture.
    """
    run, model = assignment.run, assignment.model
    if run.task == Task.INPAINT and isinstance(model, Inpainter) and run.mask:
        return _fill(assignment, model, run.mask), Precision.FP32
    if run.task == Task.UPSCALE and isinstance(model, Upscaler):
        return _enlarge(assignment, model)
    raise KitError(f"The model is not made for {run.task}.")


def _fill(assignment: Assignment, model: Inpainter, mask: MaskRef) -> int:
    run = assignment.run
    holes = Holes(
        source=open_array(run.source, writable=False),
        mask=open_array(mask.pixels, writable=False),
        rect=_rect(mask.rect),
        context=mask.context,
        context_min_px=mask.context_min_px,
    )
    result = open_array(run.result, writable=True)
    return fill_holes(model, holes, Params(run.params), assignment.device, _jobs(assignment), result)


def _enlarge(assignment: Assignment, model: Upscaler) -> tuple[int, str]:
    run, device = assignment.run, assignment.device
    source = open_array(run.source, writable=False)
    precision = choose_precision(device, source.dtype, run.precisions)
    enlargement = Enlargement(
        source=source,
        result=open_array(run.result, writable=True),
        tiling=Tiling(run.tile.size, run.tile.overlap, run.tile.multiple_of),
        device=device,
        precision=precision,
    )
    return enlargement.run(model, Params(run.params), _jobs(assignment)), precision


def _jobs(assignment: Assignment) -> CropJobs:
    """Makes the job of a crop; all of them write previews to the same buffer."""
    preview = open_array(assignment.run.preview, writable=True)

    def job_for(crop: Rect, begin: float, end: float) -> Job:
        return CropJob(
            assignment.run, assignment.device, assignment.inbox, assignment.send, preview, crop, (begin, end)
        )

    return job_for


def _rect(ref: RectRef) -> Rect:
    return Rect(ref.left, ref.top, ref.right, ref.bottom)
