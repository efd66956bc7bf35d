"""A job on its way through the runner: what was asked for, where it stands, and what has been tried."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from imagetool.core.geometry import Rect
from imagetool.jobs.events import Finished
from imagetool.jobs.forecast import is_tiled
from imagetool.jobs.ladder import Attempt, Scope, Shortage, Step, next_step
from imagetool.jobs.request import Request
from imagetool.jobs.running import Running

MOST_NOTES = 200
"""A model that says more than this about one job is not heard any more."""


@dataclass(eq=False, slots=True)
class Job:
    """Used by the runner's thread alone.

    Attributes:
        request: What was asked for.
        place: Who carries it out.
        held: Whether the user lets it wait.
        view: What of its picture the user looks at, as far as that is known.
        running: What a worker has of it, while one has it.
        planned: How it is to be tried next.
        attempts: How it has been tried, the one that runs included.
        notes: The sentences for the user, in their order.
    """

    request: Request
    place: object = None
    held: bool = False
    view: Rect | None = None
    running: Running | None = None
    planned: Attempt = field(init=False)
    attempts: list[Attempt] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _heard: int = 0

    def __post_init__(self) -> None:
        request = self.request
        self.planned = Attempt(request.tile_px, request.precision, request.device)

    @property
    def job_id(self) -> str:
        """The request's id."""
        return self.request.job_id

    @property
    def next_request(self) -> Request:
        """The request as it is to be tried next."""
        plan = self.planned
        return replace(self.request, tile_px=plan.tile_px, precision=plan.precision, device=plan.device)

    def begin(self, running: Running) -> None:
        """A worker gets it, tried as planned, or as an earlier run that is resumed was."""
        self.running = running
        way = running.request
        self.attempts.append(Attempt(way.tile_px, way.precision, way.device, self.planned.alone))

    def next_step(self, shortage: Shortage, *, crowded: bool) -> Step | None:
        """What to try after the last attempt has failed for lack of memory; None where nothing is left."""
        request, entry = self.request, self.request.model.entry
        tile = entry.tile if is_tiled(request) and request.source else None
        side_px = max(request.source.size) if request.source else 0
        return next_step(self.attempts, shortage, Scope(tile, side_px, entry.precisions, crowded))

    def hears_note(self) -> bool:
        """Whether its model may say one more thing; there is an end to it."""
        self._heard += 1
        return self._heard <= MOST_NOTES

    def with_notes(self, event: Finished) -> Finished:
        """The result, which tells what was done otherwise."""
        report = replace(event.result.report, notes=tuple(self.notes))
        return replace(event, result=replace(event.result, report=report))
