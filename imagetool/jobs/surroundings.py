"""What one worker's place in the runner sees of the others."""

from __future__ import annotations

from typing import Protocol

from imagetool.jobs.preparing import Equipment
from imagetool.wire import messages


class Surroundings(Protocol):
    """All places together; used by the runner's thread alone."""

    @property
    def equipment(self) -> Equipment:
        """What jobs are made ready with."""
        ...

    def crowded(self, place: object) -> bool:
        """Whether the worker of another place may hold a model."""
        ...

    def make_room(self) -> None:
        """All workers forget their models, those that are busy after their job."""
        ...

    def hear_devices(self, message: messages.Devices) -> None:
        """A worker has found out what there is."""
        ...
