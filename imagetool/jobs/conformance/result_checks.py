"""Whether a model gives a sound result on every picture that its users have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from imagetool.core.geometry import Point, Rect, Size
from imagetool.jobs.conformance.bench import Bench, same, size_of
from imagetool.jobs.conformance.explanations import loading_failed, refused, why_failed
from imagetool.jobs.conformance.pictures import (
    Sight,
    guided,
    hole_in,
    job_on,
    middle_of,
    more_like,
    source_of,
)
from imagetool.jobs.conformance.report import Verdict, failed, passed, skipped, warning
from imagetool.jobs.request import Request
from imagetool.plugin.models import Prompt
from imagetool.plugin.parameters import Params
from imagetool.plugin.tasks import Task

_LARGEST_TILE_PX = 4096
_BEYOND_PX = 37
_EXTREME = 0.9
_BY_SEED = (
    "Take every random number from job.generator(), made anew in each run: torch.rand(…, "
    "generator=job.generator())."
)


def loads(bench: Bench) -> Verdict:
    """The module is imported, the class made, its weights loaded: all before its first job."""
    bench.first = bench.trials.run(bench.usual_job())
    if loading_failed(bench.first):
        return why_failed(bench.first, "Before its first job")
    return passed(f"Its first job took {bench.first.seconds:.1f} s, starting and loading included.")


def result(bench: Bench) -> Verdict:
    """The usual picture gives a finite result of the right shape that is a picture."""
    first = bench.first
    if first is None:
        return skipped("Its first job was not run.")
    if first.error:
        return why_failed(first, f"On a picture of {bench.usual}")
    pixels = first.ended.pixels
    if bench.task in (Task.DENOISE, Task.FILTER, Task.UPSCALE):
        top = np.iinfo(pixels.dtype).max
        colours = pixels[..., :3]
        extreme = float(((colours == 0) | (colours == top)).mean())
        if extreme > _EXTREME:
            return warning(
                f"{extreme:.0%} of the values of the result are 0 or the largest there is.",
                "Return values in [0, 1]; what lies outside is cut. Divide by 255 where your network needs it.",
            )
    shape = "×".join(str(side) for side in pixels.shape)
    return passed(f"{shape} {pixels.dtype}, all finite.")


def sizes(bench: Bench) -> Verdict:
    """Every size works: one pixel, one row, odd sides, and more than a tile."""
    if bench.task is Task.GENERATE:
        tried = [Size(64, 64), Size(96, 64), Size(75, 100)]
    else:
        tried = [Size(1, 1), Size(7, 1), Size(1, 7), Size(23, 17)]
        beyond = bench.model.entry.tile.size + _BEYOND_PX
        if bench.tiled and beyond <= _LARGEST_TILE_PX:
            tried.append(Size(beyond, 24))
    if bench.task is Task.INPAINT:
        tried.remove(Size(1, 1))  # a hole leaves nothing of it
    return _all(bench, [(str(size), job_on(bench.model, Sight(size))) for size in tried])


def alpha(bench: Bench) -> Verdict:
    """Partly and fully transparent pictures work."""
    return _sights(bench, (Sight(opacity="partly"), Sight(opacity="none")))


def gray(bench: Bench) -> Verdict:
    """Gray pictures work."""
    return _sights(bench, (Sight(gray=True),))


def depth(bench: Bench) -> Verdict:
    """Pictures of 16 bit work, and those that come back are of 16 bit."""
    return _sights(bench, (Sight(dtype="uint16"),))


def _sights(bench: Bench, sights: tuple[Sight, ...]) -> Verdict:
    if bench.task is Task.GENERATE:
        return skipped("It is given no picture.")
    return _all(bench, [(str(sight), job_on(bench.model, sight)) for sight in sights])


def _all(bench: Bench, jobs: Iterable[tuple[str, Request]], *, may_refuse: bool = False) -> Verdict:
    """Runs jobs until one fails; a model that refuses one in a sentence of its own is told of."""
    done, refusals = [], []
    for where, request in jobs:
        outcome = bench.trials.run(request)
        if refused(outcome):
            refusals.append(f"{where}: it refuses, with “{outcome.error}”")
        elif outcome.error:
            return why_failed(outcome, f"On a picture {where}" if may_refuse else f"On a picture of {where}")
        done.append(where)
    if refusals and not may_refuse:
        return warning("; ".join(refusals), "Find a result for such a picture, too, or say in the README why not.")
    return passed(f"{'; '.join(refusals or done)}.")


def inputs(bench: Bench) -> Verdict:
    """What else the task's users give: other prompts, holes, hints, sizes and numbers."""
    jobs = list(_inputs(bench))
    return _all(bench, jobs, may_refuse=True) if jobs else skipped("The task has nothing but the picture.")


def _inputs(bench: Bench) -> Iterator[tuple[str, Request]]:
    usual, model = bench.usual, bench.model
    size, params = usual.size, job_on(model, usual).params
    source = source_of(usual)
    match bench.task:
        case Task.SEGMENT:
            inside, beside = (Point(58.0, 26.0),), (Point(2.0, 2.0),)
            yield "with a box alone", _pointed(bench, params, Prompt(box=middle_of(size)))
            yield "with a point to leave out", _pointed(bench, params, Prompt(inside, beside))
            yield "at the very corner", _pointed(bench, params, Prompt((Point(*map(float, size)),)))
        case Task.COLORIZE:
            yield "without hints", Request(model, params, 1, source, device="cpu")
        case Task.INPAINT:
            rim = hole_in(size, Rect(0, 0, 6, size.height), Rect(60, 20, 63, 24))
            everything = hole_in(size, Rect.of_size(size))
            yield "with two holes, one at the rim", Request(model, params, 1, source, rim, "cpu")
            yield "with a hole as large as the picture", Request(model, params, 1, source, everything, "cpu")
        case Task.UPSCALE:
            odd = Size(5 * size.width // 2 + 1, 5 * size.height // 2 + 1)
            yield "to a size between two factors", Request(model, params, 1, source, device="cpu", target=odd)
        case Task.GENERATE:
            yield "three of them at once", job_on(model, usual, count=3)


def _pointed(bench: Bench, params: Params, prompt: Prompt) -> Request:
    return Request(bench.model, params, 1, source_of(bench.usual), device="cpu", prompt=prompt)


def variations(bench: Bench) -> Verdict:
    """What resembles a picture depends on it and on the seed alone, at every size and depth."""
    model, size = bench.model, bench.usual.size
    if not model.entry.variations:
        return skipped("It is not asked for more like a picture.")
    transparent, plain = Sight(size, opacity="partly"), Sight(size, gray=True, dtype="uint16")
    outcomes = [bench.trials.run(more_like(model, sight)) for sight in (transparent, transparent, plain)]
    for outcome, sight in zip(outcomes, (transparent, transparent, plain), strict=True):
        if outcome.error:
            return why_failed(outcome, f"Asked for more like a picture of {sight}")
    first, again, other = outcomes
    if not same(first, again):
        return failed(
            "More like the same picture, with the same seed, were other bytes the second time.", _BY_SEED
        )
    if same(first, other):
        return failed("More like another picture is the same.", "Begin with the image that more_like is given.")
    odd = Sight(Size(size.width + 3, size.height - 5))
    return _all(bench, [(f"more like {sight}", more_like(model, sight, 3)) for sight in (transparent, odd)])


def guides(bench: Bench) -> Verdict:
    """Strokes of colour make a difference, the same one every time, on every picture."""
    model = bench.model
    if not model.entry.guides:
        return skipped("It is given no strokes of colour.")
    usual, again = (bench.trials.run(guided(model, bench.usual)) for _ in range(2))
    for outcome in (usual, again):
        if outcome.error:
            return why_failed(outcome, "With strokes of colour")
    if not same(usual, again):
        return failed("With the same strokes and seed it gave other bytes the second time.", _BY_SEED)
    if bench.first is not None and same(usual, bench.first):
        return failed("Strokes of colour make no difference.", "Let guided follow colours where known is True.")
    sights = (Sight(opacity="partly"), Sight(dtype="uint16", gray=True), Sight(Size(23, 17)))
    return _all(bench, [(f"{sight}, with strokes", guided(model, sight)) for sight in sights])


def same_seed(bench: Bench) -> Verdict:
    """The same job twice gives the same bytes, and leaves its picture alone."""
    bench.again = bench.trials.run(bench.usual_job())
    if bench.again.error:
        return why_failed(bench.again, "When it was run again")
    if bench.first is None or not same(bench.first, bench.again):
        return failed(
            "The same job with the same seed gave other bytes the second time.",
            f"{_BY_SEED} Let run change nothing that the next run reads, and call network.eval().",
        )
    return passed("The same job gave the same bytes twice.")


def other_process(bench: Bench) -> Verdict:
    """Another process gives the same bytes."""
    if bench.again is None:
        return skipped("It was not run twice.")
    other = bench.elsewhere.run(bench.usual_job())
    if other.error:
        return why_failed(other, "In another process")
    if not same(bench.again, other):
        return failed(
            "Another process gave other bytes for the same job.",
            "Depend on nothing that differs between processes: random numbers at import or in load, the time, "
            "hash(), the order of a set, the process id.",
        )
    return passed("Another process gave the same bytes.")


def seed(bench: Bench) -> Verdict:
    """Another seed gives another picture, where pictures are made of a seed."""
    if bench.again is None:
        return skipped("It was not run twice.")
    other = bench.trials.run(job_on(bench.model, bench.usual, seed=2))
    if other.error:
        return why_failed(other, "With another seed")
    if not same(bench.again, other):
        return passed("Another seed gives another result.")
    if bench.task is Task.GENERATE:
        return failed(
            "Another seed gives the same picture.", "Start from job.generator(), which the seed of the job starts."
        )
    return passed("The seed makes no difference, as it is with most models of this task.")


def untouched(bench: Bench) -> Verdict:
    """The picture that the jobs were given is as it was."""
    outcome = bench.again or bench.first
    if bench.task is Task.GENERATE or outcome is None or outcome.request.source is None:
        return skipped("It is given no picture.")
    size = size_of(outcome.request)
    now = np.zeros((size.height, size.width, 4), outcome.request.source.dtype)
    outcome.request.source.read_into(Rect.of_size(size), now)
    if not np.array_equal(now, bench.usual.pixels()):
        return failed("The picture that it was given has changed.", "Work on image.clone().")
    return passed("The picture that it was given is as it was.")
