"""What a runner tells its listener: any number of progress and preview, then exactly one end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imagetool.core.geometry import Rect
from imagetool.jobs.errors import JobError
from imagetool.jobs.request import Result


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
    """A coarse state of the result: `pixels` (h, w, 3) uint8, stretched over `rect` of the picture."""

    job_id: str
    rect: Rect
    pixels: NDArray[np.uint8]


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
    """The job was stopped."""

    job_id: str


Event = Started | Progressed | Previewed | Finished | Failed | Cancelled
ENDS = (Finished, Failed, Cancelled)
