"""Jobs stopped in every state: how long until the runner says that it is over."""

from __future__ import annotations

import time
from collections.abc import Callable

from imagetool.jobs.events import Cancelled, Event, Progressed, Started
from imagetool.jobs.request import Request
from tests.benchmarks.sixteen_layers.desk import Desk, Rgb, Way, photo_of

State = Callable[[Desk, Rgb, Way], float]
_SMALL_MP = 0.1
_SILENCE_S = 5.0


def _waiting(desk: Desk, pixels: Rgb, way: Way) -> float:
    """Behind another job."""
    before = desk.request(pixels, way)
    desk.runner.submit(before)
    _until_started(desk, before)
    behind = desk.request(pixels, way)
    desk.runner.submit(behind)
    return _stopped(desk, behind)


def _cold(desk: Desk, pixels: Rgb, way: Way) -> float:
    """While its worker starts."""
    request = desk.request(pixels, way)
    desk.runner.submit(request)
    return _stopped(desk, request)


def _at_once(desk: Desk, pixels: Rgb, way: Way) -> float:
    """As soon as a warm worker has it: the buffers are being filled, or the first tile is being computed."""
    _warm(desk, way)
    request = desk.request(pixels, way)
    desk.runner.submit(request)
    _until_started(desk, request)
    return _stopped(desk, request)


def _in_the_middle(desk: Desk, pixels: Rgb, way: Way) -> float:
    """Within a tile, when some are done."""
    request = _begun(desk, pixels, way)
    return _stopped(desk, request)


def _held(desk: Desk, pixels: Rgb, way: Way) -> float:
    """While it waits for the user, with the tile done that was under way."""
    request = _begun(desk, pixels, way)
    desk.runner.hold(request.job_id, held=True)
    desk.wait_for_silence(_SILENCE_S)
    return _stopped(desk, request)


STATES: dict[str, State] = {
    "waiting behind another job": _waiting,
    "its worker starts": _cold,
    "just begun, worker warm": _at_once,
    "in the middle, worker warm": _in_the_middle,
    "held, worker warm": _held,
}


def _begun(desk: Desk, pixels: Rgb, way: Way) -> Request:
    """A job in a warm worker, with a first tile done."""
    _warm(desk, way)
    request = desk.request(pixels, way)
    desk.runner.submit(request)
    desk.wait_for(
        lambda event: isinstance(event, Progressed) and event.job_id == request.job_id and event.done > 0
    )
    return request


def _warm(desk: Desk, way: Way) -> None:
    desk.timed(desk.request(photo_of(_SMALL_MP), way))


def _until_started(desk: Desk, request: Request) -> None:
    desk.wait_for(lambda event: isinstance(event, Started) and event.job_id == request.job_id)


def _stopped(desk: Desk, request: Request) -> float:
    """Seconds from the wish to the end."""
    began = time.perf_counter()
    desk.runner.cancel(request.job_id)

    def over(event: Event) -> bool:
        return isinstance(event, Cancelled) and event.job_id == request.job_id

    at, _ = desk.wait_for(over)
    return at - began
