"""A part of another job, for models that are called several times for one result."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from imagetool.plugin.job import Job


class PartJob:
    """Fulfils `plugin.Job` with another job, of which its 0…1 is the part from `begin` to `end`.

    Previews are dropped: what is made in the middle is not yet a state of the result.
    """

    def __init__(self, job: Job, begin: float, end: float, text: str = "") -> None:
        self._job, self._begin, self._end, self._text = job, begin, end, text

    @property
    def seed(self) -> int:
        """The job's seed."""
        return self._job.seed

    def generator(self) -> Generator:
        """A fresh generator on the job's device."""
        return self._job.generator()

    def progress(self, done: float, text: str = "") -> None:
        """Passes the progress on, with the part's own text where there is none."""
        share = min(1.0, max(0.0, done))
        self._job.progress(self._begin + (self._end - self._begin) * share, text or self._text)

    def preview(self, image: Tensor) -> None:  # noqa: ARG002 - see above
        """Checks for cancel."""
        self._job.check()

    def check(self) -> None:
        """Raises Cancelled where the user has stopped the job."""
        self._job.check()

    def log(self, text: str) -> None:
        """Writes one line to the job's log."""
        self._job.log(text)
