"""A worker that does nothing by itself: the test says what it answers and when it dies."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from imagetool.jobs.process.log import BoundedLog
from imagetool.jobs.worker import Worker, WorkerPlan
from imagetool.wire.messages import Message


class FakeWorker:
    """Records what it is told."""

    def __init__(self) -> None:
        self.log = BoundedLog()
        self.sent: list[Message] = []
        self.kills = 0

    def send(self, message: Message) -> None:
        """Records a message."""
        self.sent.append(message)

    def kill(self) -> None:
        """Records that it was killed."""
        self.kills += 1

    def told(self, kind: type) -> list[Any]:
        """What it was told of one kind."""
        return [message for message in self.sent if isinstance(message, kind)]


class FakeLaunch:
    """Give this to `WorkerRunner` as `launch`; it keeps the workers it made, and what they were made with."""

    def __init__(self, fails_with: OSError | None = None) -> None:
        self.workers: list[FakeWorker] = []
        self.plans: list[WorkerPlan] = []
        self._ears: list[Callable[[Worker, Any], None]] = []
        self._fails_with = fails_with

    def __call__(
        self,
        runtime: Path,
        plan: WorkerPlan,
        on_message: Callable[[Worker, Any], None],
        on_end: Callable[[Worker, str], None],
    ) -> Worker:
        """A new worker, or the failure that was asked for."""
        if self._fails_with:
            raise self._fails_with
        self.workers.append(FakeWorker())
        self.plans.append(plan)
        self._ears.append(on_message)
        return self.workers[-1]

    def say(self, number: int, message: Message) -> None:
        """The worker of that number says something."""
        self._ears[number](self.workers[number], message)
