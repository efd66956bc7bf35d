"""A job whose progress and previews nobody sees, for what is computed beside the picture itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from imagetool.plugin.job import Job


class SilentJob:
    """Fulfils `plugin.Job` with another job; what would be shown only checks for cancel."""

    def __init__(self, job: Job) -> None:
        self._job = job

    @property
    def seed(self) -> int:
        """The job's seed."""
        return self._job.seed

    def generator(self) -> Generator:
        """A fresh generator on the job's device."""
        return self._job.generator()

    def progress(self, done: float, text: str = "") -> None:  # noqa: ARG002 - nobody sees them
        """Checks for cancel."""
        self._job.check()

    def preview(self, image: Tensor) -> None:  # noqa: ARG002 - nobody sees it
        """Checks for cancel."""
        self._job.check()

    def check(self) -> None:
        """Raises Cancelled where the user has stopped the job."""
        self._job.check()

    def figure(self, name: str, value: float) -> None:  # noqa: ARG002 - belongs to the result, which is not shown
        """Checks for cancel."""
        self._job.check()

    def log(self, text: str) -> None:
        """Writes one line to the job's log."""
        self._job.log(text)
