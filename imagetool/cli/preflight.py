"""One line before a job, where somebody is watching: how long it will take, and how much memory and disk."""

from __future__ import annotations

import sys
from dataclasses import asdict

from imagetool.jobs.device import AUTO
from imagetool.jobs.forecast import result_pixels
from imagetool.jobs.measures import Measures
from imagetool.jobs.request import Request, Result

_ANY = {AUTO: "the fastest device"}


class Preflight:
    """Says what to expect of each job, and learns from it; `expected` is what was said of the latest one."""

    def __init__(self, measures: Measures) -> None:
        self._measures = measures
        self.expected: dict[str, float | None] = {}

    def before(self, request: Request) -> None:
        """Shows the line on a terminal; files and pipes get none, as stderr is for what goes wrong."""
        forecast = self._measures.forecast(request, result_pixels(request), request.device)
        self.expected = asdict(forecast)
        if sys.stderr.isatty():
            where = forecast.device.upper() or _ANY.get(request.device, request.device.upper())
            print(forecast.line(where), file=sys.stderr)

    def after(self, request: Request, result: Result) -> None:
        """Remembers what the job took."""
        self._measures.add(request, result.report, result_pixels(request))
