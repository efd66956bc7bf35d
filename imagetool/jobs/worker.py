"""What the runner needs of a worker, wherever it runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from imagetool.jobs.log import BoundedLog
from imagetool.wire.messages import Message


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
        import_paths: tuple[str, ...],
        on_message: Callable[[Worker, Any], None],
        on_end: Callable[[Worker, str], None],
    ) -> Worker:
        """The worker, started."""
        ...
