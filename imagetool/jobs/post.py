"""A worker's post: who stands there, whether it is ready, and which models it may still hold in memory."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from imagetool.jobs.worker import Worker
from imagetool.wire import messages


@dataclass(eq=False, slots=True)
class Post:
    """Used by the runner's thread alone.

    Attributes:
        start: Starts a worker.
        worker: Who stands there.
        ready: Whether it has said that it is ready.
        since: When it began what it does, starting or waiting, in seconds of the monotonic clock.
        models: Ids of the models that it was given jobs for.
    """

    start: Callable[[], Worker]
    worker: Worker | None = None
    ready: bool = False
    since: float = 0.0
    models: set[str] = field(default_factory=set)

    def fill(self) -> None:
        """Starts a worker.

        Raises:
            OSError, ImagetoolError: where none can be started.
        """
        self.ready = False
        self.rest()
        self.worker = self.start()

    def empty(self) -> None:
        """Ends the worker, and waits until it is gone."""
        worker, self.worker, self.ready = self.worker, None, False
        self.models.clear()
        if worker:
            worker.kill()

    def rest(self) -> None:
        """From now on it waits."""
        self.since = time.monotonic()

    def send(self, message: messages.Message) -> None:
        """Tells the worker something, if there is one."""
        if self.worker:
            self.worker.send(message)

    def forget_models(self) -> None:
        """Has the worker forget its models, if it has any; it must not have a job."""
        if self.models:
            self.models.clear()
            self.send(messages.Free())
