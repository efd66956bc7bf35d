"""What the runner needs of a worker, wherever it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from imagetool.jobs.process.log import BoundedLog
from imagetool.wire.messages import Confinement, Message


@dataclass(frozen=True, slots=True)
class WorkerPlan:
    """What a worker may import and touch, and how much memory it may use with all that it starts (None: all)."""

    import_paths: tuple[str, ...]
    confinement: Confinement | None = None
    memory_limit_bytes: int | None = None


class Worker(Protocol):
    """Something that carries out one job after the other."""

    @property
    def log(self) -> BoundedLog:
        """What it printed."""
        ...

    def send(self, message: Message) -> None:
        """Tells it something; returns at once, and is silent where nobody listens."""
        ...

    def kill(self) -> None:
        """Ends it and waits until it is gone."""
        ...


class Launch(Protocol):
    """Starts a worker that calls `on_message(worker, message)`, and exactly once `on_end(worker, reason)`."""

    def __call__(
        self,
        runtime: Path,
        plan: WorkerPlan,
        on_message: Callable[[Worker, Any], None],
        on_end: Callable[[Worker, str], None],
    ) -> Worker:
        """The worker, started."""
        ...
