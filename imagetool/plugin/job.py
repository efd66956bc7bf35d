"""What a plugin may say and ask while it works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from torch import Generator, Tensor


class Job(Protocol):
    """The job a model is working on. Used by the thread that called the model, and by no other."""

    @property
    def seed(self) -> int:
        """The seed the user sees; the same seed, model, device and input must give the same bytes."""
        ...

    def generator(self) -> Generator:
        """A fresh random generator on the job's device, started from the seed."""
        ...

    def progress(self, done: float, text: str = "") -> None:
        """Says how much is done, 0 to 1, and in a few words what is being done. Checks for cancel, too."""
        ...

    def preview(self, image: Tensor) -> None:
        """Shows a coarse state of the result: (1, 3, h, w) in [0, 1], of any size with the same extent.

        A model that generates may show (n, 3, h, w), the states of its first n pictures; they stand in a grid.
        """
        ...

    def check(self) -> None:
        """Raises Cancelled where the user has stopped the job; call it at least ten times a second."""
        ...

    def figure(self, name: str, value: float) -> None:
        """Tells a number that belongs to the result, such as the noise level found; the last of a name counts.

        A model that is called for each tile tells of its tile: what is shown is the median over all tiles, weighed
        by their areas; of a name that begins with `bits_per_dim` it is their mean.
        """
        ...

    def log(self, text: str) -> None:
        """Writes one line to the job's log."""
        ...
