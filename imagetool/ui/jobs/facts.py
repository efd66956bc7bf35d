"""How a job stands, as plain values: what the list of jobs and the status bar say of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

_MINUTE_S = 120.0  # from here on minutes are said


class Stage(Enum):
    """Where a job is on its way."""

    WAITING = "waiting"
    RUNNING = "running"
    STOPPING = "stopping"
    LANDING = "landing"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class JobFacts:
    """One job at one moment.

    Attributes:
        id: Of its request.
        name: What is done and who does it.
        document: The picture's name.
        stage: Where it is on its way.
        held: Whether it waits until the user lets it go on.
        done: How much is done, 0 to 1.
        text: What is being done, such as “tile 12 of 40”.
        seconds_left: As far as that can be told.
        said: How it ended; empty before.
        warning: Why its result may not be what is expected; empty where nothing is known.
        keepable: Whether what it had made when it was stopped can still be kept.
        log: What it has told, line by line.
    """

    id: str
    name: str
    document: str
    stage: Stage = Stage.WAITING
    held: bool = False
    done: float = 0.0
    text: str = ""
    seconds_left: float | None = None
    said: str = ""
    warning: str = ""
    keepable: bool = False
    log: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """How it stands, in one line."""
        match self.stage:
            case Stage.WAITING:
                parts = ["held" if self.held else "waiting", self.warning]
            case Stage.RUNNING:
                parts = ["held" if self.held else "", self.progress, self.warning]
            case Stage.STOPPING:
                parts = ["stopping"]
            case Stage.LANDING:
                parts = ["laying the result in"]
            case Stage.ENDED:
                parts = [self.said]
        return " · ".join(part for part in parts if part)

    @property
    def progress(self) -> str:
        """What a job that runs is doing and how long it still takes: “tile 12 of 40 · 9 s left”."""
        left = "" if self.held else shown_left(self.seconds_left)
        return " · ".join(part for part in (self.text or f"{self.done:.0%}", left) if part)

    @property
    def movable(self) -> bool:
        """Whether its place in the queue can still be changed."""
        return self.stage is Stage.WAITING


def shown_left(seconds: float | None) -> str:
    """`9 s left` or `3 min left`; empty where it is not known or next to nothing."""
    if seconds is None or seconds < 1:
        return ""
    return f"{seconds:.0f} s left" if seconds < _MINUTE_S else f"{seconds / 60:.0f} min left"
