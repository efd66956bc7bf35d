"""A part of another job, for models that are called several times for one result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagetool.kit.silent_job import SilentJob

if TYPE_CHECKING:
    from imagetool.plugin.job import Job


class PartJob(SilentJob):
    """Fulfils `plugin.Job` with another job, of which its 0…1 is the part from `begin` to `end`.

    Previews are dropped: what is made in the middle is not yet a state of the result.
    """

    def __init__(self, job: Job, begin: float, end: float, text: str = "") -> None:
        super().__init__(job)
        self._begin, self._end, self._text = begin, end, text

    def progress(self, done: float, text: str = "") -> None:
        """Passes the progress on, with the part's own text where there is none."""
        share = min(1.0, max(0.0, done))
        self._job.progress(self._begin + (self._end - self._begin) * share, text or self._text)

    def figure(self, name: str, value: float) -> None:
        """Passes the number on."""
        self._job.figure(name, value)
