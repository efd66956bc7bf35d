"""How a job behaves while it runs: stopping it, its progress, what it costs, and on which devices."""

from __future__ import annotations

import itertools

import numpy as np

from imagetool.jobs.conformance.bench import LONG_S, Bench, size_of
from imagetool.jobs.conformance.explanations import why_failed
from imagetool.jobs.conformance.pictures import job_on
from imagetool.jobs.conformance.report import Verdict, failed, passed, skipped, warning
from imagetool.jobs.conformance.trials import Outcome, TooSlow
from imagetool.jobs.slot import CANCEL_GRACE_S
from imagetool.plugin.tasks import Task

DEVICES = ("cuda", "mps")
_NO_DEVICE = "There is no “{device}” device"
_MOST_DIFFERENCE = 0.02


def speed(bench: Bench) -> Verdict:
    """Time and memory, on larger and larger pictures until one takes long."""
    for request in bench.growing():
        outcome = bench.trials.run(request)
        bench.timed.append(outcome)
        if outcome.error and not isinstance(outcome.error, TooSlow):
            return why_failed(outcome, f"On a picture of {_name(outcome)}")
        if outcome.error or outcome.seconds >= LONG_S:
            break
    done = [outcome for outcome in bench.timed if outcome.result]
    slow = bench.timed[-1]
    if not done:
        return warning(f"{_name(slow)} takes more than {slow.seconds:.0f} s on a CPU.", "Say so in its summary.")
    told = ", ".join(f"{_name(outcome)} {outcome.seconds:.2f} s" for outcome in done)
    return passed(f"{told}; {done[-1].ended.report.peak_rss_mb:.0f} MB at most, on the CPU.")


def _name(outcome: Outcome) -> str:
    count = outcome.request.count
    return f"{count} of {size_of(outcome.request)}" if count > 1 else str(size_of(outcome.request))


def cancel(bench: Bench) -> Verdict:
    """A job that lasts is stopped by a word, without ending its process."""
    jobs = list(bench.growing())
    finished = sum(outcome.result is not None for outcome in bench.timed)
    request = jobs[min(finished, len(jobs) - 1)]  # the first that is longer than what was timed
    stopped = bench.trials.stop(request)
    if stopped.error:
        return why_failed(stopped, "When it was stopped in the middle")
    if stopped.result:
        return skipped("Its jobs are over before they can be stopped.")
    if stopped.seconds >= CANCEL_GRACE_S:
        late = f"{CANCEL_GRACE_S:.1f} seconds after it was asked to stop"
        told = f"{late}, it still worked (on {size_of(request)}) and was ended."
        if bench.tiled:  # imagetool looks between tiles, so it was in the middle of one
            return warning(
                told,
                "Make tile.size smaller, so that a tile takes less than a second, or call job.check() in run.",
            )
        return failed(
            told,
            "Call job.check() at least ten times a second, in every loop of run; it raises what stops the job. "
            "Do not catch that with “except Exception” or a bare except.",
        )
    return passed(f"It stopped {stopped.seconds:.2f} s after it was asked to.")


def progress(bench: Bench) -> Verdict:
    """A job that lasts tells how much is done, and never less than before."""
    told = max((outcome.told for outcome in bench.timed), key=len, default=())
    for outcome in bench.timed:
        if any(after < before - 1e-6 for before, after in itertools.pairwise(outcome.told)):
            return failed(
                "Its progress goes back.", "Count all the work of a run before it begins, and tell done / all."
            )
    if bench.tiled:
        return passed("imagetool tells it, tile by tile.")
    longest = max(bench.timed, key=lambda outcome: outcome.seconds, default=None)
    if longest is None or longest.seconds < LONG_S:
        return passed(f"Its jobs take less than {LONG_S} s; it told how far it was {len(told)} times.")
    between = {value for value in longest.told if 0 < value < 1}
    if not between:
        return failed(
            f"A job of {longest.seconds:.1f} s tells nothing between its beginning and its end.",
            "Call job.progress(done, “what is being done”) in the loop of run, with done from 0 to 1.",
        )
    return passed(f"{len(between)} values between 0 and 1 in {longest.seconds:.1f} s.")


def device(bench: Bench, name: str) -> Verdict:
    """The result on a GPU is that on the CPU, but for rounding."""
    outcome = bench.trials.run(job_on(bench.model, bench.usual, device=name))
    if outcome.error:
        if str(outcome.error).startswith(_NO_DEVICE.format(device=name)):
            return skipped(f"This computer has no {name}.")
        return why_failed(outcome, f"On {name}")
    if bench.again is None or bench.again.result is None or bench.task is Task.GENERATE:
        return passed(f"It works on {name}.")
    here, there = bench.again.ended.pixels.astype(np.float64), outcome.ended.pixels.astype(np.float64)
    spread = float(np.ptp(here)) or 1.0
    difference = float(np.abs(here - there).mean()) / spread
    if difference > _MOST_DIFFERENCE:
        return warning(
            f"On {name} the result is another one: {difference:.1%} of its range on average.",
            "Make new tensors with device=image.device, and random numbers on the CPU where they matter.",
        )
    return passed(f"It works on {name}; the mean difference to the CPU is {difference:.2%} of the range.")
