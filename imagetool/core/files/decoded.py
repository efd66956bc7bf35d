"""What every decoder hands over: pixels and the metadata beside them, as found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from imagetool.core.files.formats import Foreign
from imagetool.core.geometry import Size
from imagetool.core.picture import Pixels

CheckSize: TypeAlias = Callable[[Size], None]
"""Called with the size in the header before pixels are allocated; raises if it is too large."""


class ForeignContentError(Exception):
    """The container is known and holds something that is not opened."""

    def __init__(self, foreign: Foreign) -> None:
        super().__init__(foreign.kind)
        self.foreign = foreign


class TooManyPixelsError(Exception):
    """A frame is larger than its picture may be."""


@dataclass(slots=True)
class Decoded:
    """Pixels (H, W, 4) uint8 or uint16 RGBA, not yet turned upright, and the metadata, not yet checked.

    Attributes:
        complete: False if a part of the pixels could not be read and is transparent or black.
        orientation: What the container itself says (TIFF); 1 leaves it to the EXIF block.
    """

    pixels: Pixels
    gray: bool = False
    has_alpha: bool = False
    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | str | None = None
    dpi: Sequence[object] | None = None
    complete: bool = True
    orientation: int = 1
