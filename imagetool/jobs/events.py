"""What a runner tells its listener: of a job any number of events, then exactly one end; and of itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imagetool.core.geometry import Rect
from imagetool.jobs.device import Device
from imagetool.jobs.errors import JobError
from imagetool.jobs.request import Partial, Result


@dataclass(frozen=True, slots=True)
class Started:
    """The job left the queue."""

    job_id: str


@dataclass(frozen=True, slots=True)
class Progressed:
    """How much is done, 0 to 1, and what is being done."""

    job_id: str
    done: float
    text: str


@dataclass(frozen=True, eq=False, slots=True)
class Previewed:
    """A coarse state of the result: `pixels` (h, w, 3) uint8, stretched over `rect` of the picture.

    Where `count` is above 1 they are a grid of the first `count` new pictures, which `core.grids` cuts.
    """

    job_id: str
    rect: Rect
    pixels: NDArray[np.uint8]
    count: int = 1


@dataclass(frozen=True, eq=False, slots=True)
class Finished:
    """The job is done."""

    job_id: str
    result: Result


@dataclass(frozen=True, slots=True)
class Failed:
    """The job is not done, and why."""

    job_id: str
    error: JobError


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The job was stopped; what it had made by then can still be used."""

    job_id: str
    partial: Partial | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """A line of a job's log; those that are `plain` are for the user's eyes: something was done otherwise."""

    job_id: str
    text: str
    plain: bool = False


@dataclass(frozen=True, slots=True)
class DevicesFound:
    """The devices that models can run on, the one that “auto” means first."""

    devices: tuple[Device, ...]


@dataclass(frozen=True, slots=True)
class Queued:
    """All jobs that have not ended, in the order in which they will run; those in `held` wait for the user."""

    job_ids: tuple[str, ...]
    held: frozenset[str]


JobEvent = Started | Progressed | Previewed | Noted | Finished | Failed | Cancelled
Event = JobEvent | DevicesFound | Queued
ENDS = (Finished, Failed, Cancelled)


def job_of(event: Event) -> str:
    """The id of the job that an event is about; empty where it is about the runner itself."""
    return "" if isinstance(event, DevicesFound | Queued) else event.job_id
