"""What happened to each job, line by line, for whoever asks why it took so long or why it failed."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass

from imagetool.jobs.events import ENDS, Cancelled, Event, Failed, Finished, Noted, Queued, Started
from imagetool.jobs.request import Report

MOST_LINES = 300
MOST_JOBS = 100


@dataclass(frozen=True, slots=True)
class Line:
    """What happened, and when, in seconds of the epoch."""

    at: float
    text: str

    def __str__(self) -> str:
        return f"{time.strftime('%H:%M:%S', time.localtime(self.at))}  {self.text}"


class JobLogs:
    """Hears everything that a runner tells, and keeps the logs of the newest jobs. Used by one thread.

    Of a job that has more to say than `MOST_LINES` the first lines are forgotten, of more than `MOST_JOBS` jobs
    those that were heard of least recently.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._logs: OrderedDict[str, deque[Line]] = OrderedDict()
        self._held: frozenset[str] = frozenset()
        self._open: set[str] = set()

    def lines(self, job_id: str) -> tuple[Line, ...]:
        """The log of a job; empty where it is not known, or not any more."""
        return tuple(self._logs.get(job_id, ()))

    def text(self, job_id: str) -> str:
        """The log of a job, one line each: the time of day and what happened."""
        return "\n".join(map(str, self.lines(job_id)))

    def hear(self, event: Event) -> None:
        """Takes down what is worth a line."""
        match event:
            case Queued():
                self._hear_queued(event)
            case Started(job_id):
                self._add(job_id, "Started")
            case Noted(job_id, text):
                self._add(job_id, text)
            case Finished() | Failed() | Cancelled():
                self._add(event.job_id, _end_of(event))
        if isinstance(event, ENDS):
            self._open.discard(event.job_id)

    def _hear_queued(self, event: Queued) -> None:
        for job_id in event.job_ids:
            if job_id not in self._open:
                self._open.add(job_id)
                self._add(job_id, "Queued")
        for job_id in event.job_ids:
            if (job_id in event.held) != (job_id in self._held):
                self._add(job_id, "Held" if job_id in event.held else "Continued")
        self._held = event.held

    def _add(self, job_id: str, text: str) -> None:
        log = self._logs.setdefault(job_id, deque(maxlen=MOST_LINES))
        log.append(Line(self._clock(), text))
        self._logs.move_to_end(job_id)
        while len(self._logs) > MOST_JOBS:
            self._logs.popitem(last=False)


def _end_of(event: Finished | Failed | Cancelled) -> str:
    match event:
        case Finished(_, result):
            return f"Done: {_said(result.report)}"
        case Failed(_, error):
            return f"Failed: {error}"
        case Cancelled(_, partial) if partial:
            return f"Stopped after {len(partial.done)} of {partial.total} tiles"
    return "Stopped"


def _said(report: Report) -> str:
    """How a job was done, with its units."""
    parts = [f"{report.seconds:.1f} s", report.device, report.precision]
    if report.tiles > 1:
        size = f" of {report.tile_px} pixels" if report.tile_px else ""
        parts.append(f"{report.tiles} tiles{size}")
    parts.append(f"{report.peak_rss_mb / 1000:.1f} GB of memory")
    if report.gpu_peak_mb:
        parts.append(f"{report.gpu_peak_mb / 1000:.1f} GB of the graphics card's")
    return " · ".join(part for part in parts if part)
