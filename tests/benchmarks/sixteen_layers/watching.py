"""When the tiles that the user looks at are there."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from imagetool.core.geometry import Rect
from imagetool.jobs.events import ENDS, Event, Finished, Previewed
from imagetool.jobs.request import Request
from tests.benchmarks.sixteen_layers.desk import Desk, NotDone


@dataclass(frozen=True, slots=True)
class Seen:
    """Seconds from the request: until the first preview, until all that is in view was there, and to the end."""

    first_s: float
    seconds: float
    whole_s: float
    tiles: int
    in_view: int


def seen_after(desk: Desk, request: Request, looked_at: Rect) -> Seen:
    """Runs a job whose picture is looked at, somewhere that is not its beginning.

    Raises:
        NotDone: where it does not end well, or what is in view was never shown.
    """
    assert request.source is not None
    missing = np.ones((request.source.size.height, request.source.size.width), bool)
    outside = np.ones_like(missing)
    outside[looked_at.slices] = False
    missing[outside] = False
    del outside
    began = time.perf_counter()
    desk.runner.submit(request)
    desk.runner.look_at(request.job_id, looked_at)
    first = shown = 0.0
    in_view = 0

    def ended(event: Event) -> bool:
        return isinstance(event, (*ENDS, Previewed)) and event.job_id == request.job_id

    while True:
        at, event = desk.wait_for(ended)
        if not isinstance(event, Previewed):
            break
        first = first or at - began
        if not shown:
            in_view += 1
            missing[event.rect.slices] = False
            shown = 0.0 if missing[looked_at.slices].any() else at - began
    if not isinstance(event, Finished) or not shown:
        raise NotDone(event)
    return Seen(first, shown, at - began, event.result.report.tiles, in_view)
