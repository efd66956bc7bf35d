"""Letting a loader look into a file, once, before the file becomes a model."""

from __future__ import annotations

import importlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from imagetool.plugin.errors import Cancelled, CannotRun
from imagetool.plugin.loaders import Loader, NotMine
from imagetool.wire.messages import Inspect, Inspected, Message, Progress, Refused
from imagetool.wire.text import plain

if TYPE_CHECKING:
    from imagetool.worker.inbox import Inbox

_EVERY_S = 0.05
_MAX_NAME, _MAX_SENTENCE = 200, 600


class InspectJob:
    """Fulfils `plugin.Job` while a file is looked into: nothing is shown but progress."""

    def __init__(self, inspect: Inspect, inbox: Inbox, send: Callable[[Message], None]) -> None:
        self._inspect, self._inbox, self._send = inspect, inbox, send
        self._said_at = 0.0

    @property
    def seed(self) -> int:
        """Always 0."""
        return 0

    def generator(self) -> torch.Generator:
        """A fresh generator."""
        return torch.Generator().manual_seed(0)

    def check(self) -> None:
        """Raises Cancelled where the user has stopped the installation."""
        if self._inbox.is_cancelled(self._inspect.job_id):
            raise Cancelled

    def progress(self, done: float, text: str = "") -> None:
        """Passes the progress on, twenty times a second at most."""
        self.check()
        now = time.monotonic()
        if now - self._said_at >= _EVERY_S:
            self._said_at = now
            self._send(Progress(self._inspect.job_id, min(1.0, max(0.0, float(done))), str(text)[:_MAX_NAME]))

    def preview(self, image: torch.Tensor) -> None:  # noqa: ARG002 - there is no picture yet
        """Checks for cancel."""
        self.check()

    def figure(self, name: str, value: float) -> None:  # noqa: ARG002 - there is no result yet
        """Checks for cancel."""
        self.check()

    def log(self, text: str) -> None:
        """Writes one line to the worker's log."""
        print(text, flush=True)  # noqa: T201 - stdout is the log


def inspect_file(inspect: Inspect, inbox: Inbox, send: Callable[[Message], None]) -> Message:
    """What the loader says of a file; whatever else it raises is for the caller."""
    made: Any = getattr(importlib.import_module(inspect.module), inspect.attribute)()
    if not isinstance(made, Loader):
        raise TypeError(f"{inspect.module}:{inspect.attribute} is not a Loader")
    try:
        found = made.inspect(Path(inspect.source), Path(inspect.target), InspectJob(inspect, inbox, send))
    except (NotMine, CannotRun) as error:
        return Refused(inspect.job_id, plain(str(error), _MAX_SENTENCE), isinstance(error, CannotRun))
    tables = json.dumps([dict(table) for table in found.models], allow_nan=False)
    return Inspected(
        inspect.job_id,
        plain(found.name, _MAX_NAME),
        plain(found.summary, _MAX_SENTENCE),
        plain(found.license, _MAX_NAME),
        tables,
    )
