"""Which tool of the kit carries a job out, by what the model is made for."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from imagetool.core.geometry import Point, Rect
from imagetool.core.picture import Pixels
from imagetool.core.tile_plan import Tiling
from imagetool.kit.channels import to_rgba
from imagetool.kit.crops import CropJobs
from imagetool.kit.enlarging import Enlargement
from imagetool.kit.errors import KitError
from imagetool.kit.inpainting import Holes, fill_holes
from imagetool.kit.precision import Precision, choose_precision
from imagetool.kit.same_size import Sheet, run_filter, run_scorer
from imagetool.kit.soundness import Soundness
from imagetool.kit.tile_loop import Host
from imagetool.kit.whole_pictures import Canvas, colorize, generate, segment
from imagetool.plugin.job import Job
from imagetool.plugin.models import (
    Colorizer,
    Denoiser,
    Filter,
    Generator,
    Inpainter,
    Prompt,
    Scorer,
    Segmenter,
    Upscaler,
)
from imagetool.plugin.parameters import Params
from imagetool.plugin.tasks import Task
from imagetool.wire.buffers import open_array, rest
from imagetool.wire.messages import Note, PromptRef, RectRef, Run
from imagetool.worker.assignment import Assignment
from imagetool.worker.job import CropJob


def carry_out(assignment: Assignment) -> tuple[int, str]:
    """Writes the result; returns the number of tiles or crops, and the precision that was used.

    Raises:
        KitError: where the model is not made for the task, or what it returns is no picture.
    """
    model = assignment.model
    match assignment.run.task:
        case Task.INPAINT if isinstance(model, Inpainter):
            return _inpaint(assignment, model), Precision.FP32
        case Task.UPSCALE if isinstance(model, Upscaler):
            return _upscale(assignment, model)
        case Task.DENOISE if isinstance(model, Denoiser):
            return _filter(assignment, model)
        case Task.FILTER if isinstance(model, Filter):
            return _filter(assignment, model)
        case Task.SCORE if isinstance(model, Scorer):
            return _score(assignment, model)
        case Task.COLORIZE if isinstance(model, Colorizer):
            return _colorize(assignment, model)
        case Task.SEGMENT if isinstance(model, Segmenter):
            return _segment(assignment, model)
        case Task.GENERATE if isinstance(model, Generator):
            return _generate(assignment, model)
    raise KitError(f"The model is not made for {assignment.run.task}.")


def _inpaint(assignment: Assignment, model: Inpainter) -> int:
    run = assignment.run
    if run.mask is None:
        raise KitError("There is no mask, so there is nothing to fill.")
    holes = Holes(
        source=_source(assignment),
        mask=open_array(run.mask.pixels, writable=False),
        rect=_rect(run.mask.rect),
        context=run.mask.context,
        context_min_px=run.mask.context_min_px,
        opacity=run.opacity,
        hints=_hints(run),
    )
    result = open_array(run.result, writable=True)
    return fill_holes(model, holes, Params(run.params), assignment.device, _jobs(assignment), result)


def _upscale(assignment: Assignment, model: Upscaler) -> tuple[int, str]:
    source, result = _source(assignment), open_array(assignment.run.result, writable=True)
    sound = _sound(assignment, source)
    enlargement = Enlargement(
        source=source,
        result=result,
        tiling=_tiling(assignment),
        device=assignment.device,
        precision=sound.precision,
        host=_host(assignment),
        sound=sound,
    )
    jobs = _jobs(assignment, source, result)
    return enlargement.run(model, Params(assignment.run.params), jobs), sound.precision


def _filter(assignment: Assignment, model: Filter) -> tuple[int, str]:
    sheet, result = _sheet(assignment), open_array(assignment.run.result, writable=True)
    params, jobs = Params(assignment.run.params), _jobs(assignment, sheet.source, result)
    return run_filter(model, sheet, params, jobs, result, _host(assignment)), sheet.watch.precision


def _score(assignment: Assignment, model: Scorer) -> tuple[int, str]:
    sheet, result = _sheet(assignment), open_array(assignment.run.result, writable=True)
    params, jobs = Params(assignment.run.params), _jobs(assignment, sheet.source, result)
    return run_scorer(model, sheet, params, jobs, result, _host(assignment)), sheet.watch.precision


def _colorize(assignment: Assignment, model: Colorizer) -> tuple[int, str]:
    run, canvas = assignment.run, _canvas(assignment)
    result = open_array(run.result, writable=True)
    colorize(model, canvas, _hints(run), Params(run.params), _job(assignment, canvas.source), result)
    return 1, canvas.precision


def _segment(assignment: Assignment, model: Segmenter) -> tuple[int, str]:
    run, canvas = assignment.run, _canvas(assignment)
    if run.prompt is None:
        raise KitError("Nothing was pointed at, so there is nothing to select.")
    result = open_array(run.result, writable=True)
    job = _job(assignment, canvas.source)
    segment(model, canvas, _prompt(run.prompt), Params(run.params), job, result)
    return 1, canvas.precision


def _generate(assignment: Assignment, model: Generator) -> tuple[int, str]:
    result = open_array(assignment.run.result, writable=True)
    like = to_rgba(_source(assignment), assignment.device) if assignment.run.source else None
    generate(model, Params(assignment.run.params), _job(assignment, result[0]), result, like)
    return len(result), Precision.FP32


def _source(assignment: Assignment) -> Pixels:
    if assignment.run.source is None:
        raise KitError("There is no picture to work on.")
    return open_array(assignment.run.source, writable=False)


def _hints(run: Run) -> NDArray[Any] | None:
    return open_array(run.hints, writable=False) if run.hints else None


def _sheet(assignment: Assignment) -> Sheet:
    run, source = assignment.run, _source(assignment)
    sound = _sound(assignment, source)
    return Sheet(
        source=source,
        tiling=None if run.whole else _tiling(assignment),
        multiple_of=run.tile.multiple_of,
        device=assignment.device,
        precision=sound.precision,
        sound=sound,
        opacity=run.opacity,
    )


def _canvas(assignment: Assignment) -> Canvas:
    source = _source(assignment)
    return Canvas(source, assignment.run.tile.multiple_of, assignment.device, _precision(assignment, source))


def _tiling(assignment: Assignment) -> Tiling:
    tile = assignment.run.tile
    return Tiling(tile.size, tile.overlap, tile.multiple_of)


def _host(assignment: Assignment) -> Host:
    run, inbox = assignment.run, assignment.inbox
    seams, ledger = (open_array(ref, writable=True) if ref else None for ref in (run.seams, run.ledger))
    return Host(seams, ledger, lambda: inbox.view(run.job_id))


def _sound(assignment: Assignment, source: Pixels) -> Soundness:
    def note(sentence: str) -> None:
        assignment.send(Note(assignment.run.job_id, sentence, plain=True, precision=Precision.FP32.value))

    return Soundness(_precision(assignment, source), assignment.device, note)


def _precision(assignment: Assignment, source: Pixels) -> Precision:
    run = assignment.run
    return choose_precision(assignment.device, source.dtype, run.precisions, run.precision)


def _jobs(assignment: Assignment, *lent: NDArray[Any]) -> CropJobs:
    """Makes the job of a crop; all of them write previews to the same buffer.

    Before each, what was read and written of the pixels that are `lent` leaves this process's memory: of a large
    picture it holds no more than one tile needs.
    """
    preview = open_array(assignment.run.preview, writable=True)

    def job_for(crop: Rect, begin: float, end: float) -> Job:
        for array in lent:
            rest(array)
        return CropJob(assignment, preview, crop, (begin, end))

    return job_for


def _job(assignment: Assignment, pixels: Pixels) -> Job:
    """One job for a whole picture (H, W, C)."""
    return _jobs(assignment)(Rect(0, 0, pixels.shape[1], pixels.shape[0]), 0.0, 1.0)


def _prompt(ref: PromptRef) -> Prompt:
    return Prompt(_points(ref.wanted), _points(ref.unwanted), _rect(ref.box) if ref.box else None)


def _points(numbers: tuple[float, ...]) -> tuple[Point, ...]:
    return tuple(Point(x, y) for x, y in zip(numbers[::2], numbers[1::2], strict=True))


def _rect(ref: RectRef) -> Rect:
    return Rect(ref.left, ref.top, ref.right, ref.bottom)
