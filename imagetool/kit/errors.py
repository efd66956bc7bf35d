"""What can go wrong between a model and the picture, in sentences."""

from __future__ import annotations

from pathlib import Path

from imagetool.core.errors import ImagetoolError


class KitError(ImagetoolError):
    """Base of all errors of the kit."""


class InvalidResult(KitError):
    """A model returned something that is no picture of the right form."""

    def __init__(self, expected: str, got: str) -> None:
        self.expected, self.got = expected, got
        super().__init__(
            f"The model returned an invalid result (expected {expected}, got {got}). Your image is unchanged."
        )


class NoSuchDevice(KitError):
    """The device asked for is not there."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"There is no “{name}” device on this computer. Choose auto or cpu.")


class BadWeights(KitError):
    """A file of weights that does not hold what it should."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"The weights “{path.name}” cannot be used: {reason}. Install them again.")
