"""What can go wrong between the processes."""

from __future__ import annotations

from imagetool.core.errors import ImagetoolError


class WireError(ImagetoolError):
    """Base of all errors of the connection between editor and worker."""


class BadFrame(WireError):
    """Bytes that are no message of ours; the other side cannot be trusted any more."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"The model process sent something that is not a message: {why}.")


class NoRoomForPixels(WireError):
    """There is not enough memory to hand the pixels over."""

    def __init__(self, needed_bytes: int, folder: str) -> None:
        self.needed_bytes, self.folder = needed_bytes, folder
        super().__init__(
            f"{needed_bytes / 1e6:.0f} MB for the picture do not fit into {folder}. "
            "Close other programs or pictures and run it again."
        )
