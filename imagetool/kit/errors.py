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


class NoSuchPrecision(KitError):
    """The model cannot compute in the format asked for."""

    def __init__(self, name: str, able: tuple[str, ...]) -> None:
        self.name, self.able = name, tuple(dict.fromkeys(able))
        super().__init__(f"The model cannot compute in “{name}”. Choose {' or '.join(self.able)}.")


class BadWeights(KitError):
    """A file of weights that does not hold what it should."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"The weights “{path.name}” cannot be used: {reason}. Install them again.")


class UnfitBuffer(KitError):
    """What lies in a buffer of an earlier run cannot belong to the tiles of this one."""

    def __init__(self, name: str, expected: str, got: str) -> None:
        self.name, self.expected, self.got = name, expected, got
        super().__init__(
            f"What was kept of an earlier run does not fit this one (the {name} should be {expected}, but is "
            f"{got}). Start the job anew."
        )
