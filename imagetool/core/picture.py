"""A picture as it lay in its file: pixels in the file's own depth, and what must survive saving."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from imagetool.core.geometry import Size

MAX_PIXELS = 400 * 10**6
"""No larger picture is opened or made."""

Pixels: TypeAlias = npt.NDArray[Any]  # of uint8 or uint16; NumPy's types cannot say so without casts everywhere


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a file says about its pixels; None where it says nothing.

    Attributes:
        icc: ICC profile of the pixels; without one they are sRGB. Only a gray picture has a gray profile.
        exif: EXIF block, beginning with its TIFF header (`II*` or `MM*`); its orientation is 1.
        xmp: XMP packet, UTF-8.
        dpi: Resolution in dots per inch, x and y, finite and above 0.
    """

    icc: bytes | None = None
    exif: bytes | None = field(default=None, repr=False)
    xmp: bytes | None = field(default=None, repr=False)
    dpi: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        for name in ("icc", "exif", "xmp"):
            value = getattr(self, name)
            if value is not None and not (isinstance(value, bytes) and value):
                raise ValueError(f"{name} must be bytes, at least one, or None, not {value!r}")
        if self.dpi is not None and not (
            len(self.dpi) == 2 and all(math.isfinite(dots) and dots > 0 for dots in self.dpi)
        ):
            raise ValueError(f"dpi must be two finite numbers above 0 or None, not {self.dpi!r}")


@dataclass(frozen=True, eq=False, slots=True)
class Picture:
    """Pixels and metadata of one picture.

    Attributes:
        pixels: (H, W, 4) uint8 or uint16, straight-alpha RGBA in the colour space of `metadata.icc`, full
            range, C-contiguous, nobody may write (the writeable flag is off). H and W are at least 1.
        metadata: What the file said about the pixels.
        format: Name of the format the picture was read from ("JPEG", "PNG" …), None for one made here.
        gray: The source had one colour channel; R, G and B were equal when it was read.
        has_alpha: The source had transparency; without it A was at its maximum when it was read.
    """

    pixels: Pixels
    metadata: Metadata = field(default_factory=Metadata)
    format: str | None = None
    gray: bool = False
    has_alpha: bool = False

    def __post_init__(self) -> None:
        pixels = self.pixels
        if not isinstance(pixels, np.ndarray):
            raise TypeError(f"pixels must be an array, not {type(pixels).__name__}")
        if pixels.ndim != 3 or pixels.shape[2] != 4 or 0 in pixels.shape:
            raise ValueError(f"pixels must have the shape (H, W, 4) without zeros, not {pixels.shape}")
        if pixels.dtype not in (np.uint8, np.uint16):
            raise ValueError(f"pixels must be uint8 or uint16, not {pixels.dtype}")
        if pixels.flags.writeable:
            raise ValueError("pixels must be read-only: call pixels.setflags(write=False), or Picture.of")
        if not pixels.flags.c_contiguous:
            raise ValueError(f"pixels must be C-contiguous, not with strides {pixels.strides}")

    @classmethod
    def of(
        cls,
        pixels: Pixels,
        metadata: Metadata | None = None,
        *,
        format: str | None = None,  # noqa: A002 — the field has this name
        gray: bool = False,
        has_alpha: bool = False,
    ) -> Picture:
        """A picture that takes over `pixels`, (H, W, 4) uint8 or uint16; the array becomes read-only."""
        owned: npt.NDArray[Any] = np.ascontiguousarray(pixels)
        owned.setflags(write=False)
        return cls(owned, metadata or Metadata(), format, gray, has_alpha)

    @property
    def size(self) -> Size:
        """Width and height in pixels."""
        return Size(self.pixels.shape[1], self.pixels.shape[0])

    @property
    def depth(self) -> int:
        """Bits of one channel: 8 or 16."""
        return self.pixels.dtype.itemsize * 8

    def with_pixels(self, pixels: Pixels) -> Picture:
        """The same picture with other pixels, which become read-only: (H, W, 4) uint8 or uint16, any size."""
        owned: npt.NDArray[Any] = np.ascontiguousarray(pixels)
        owned.setflags(write=False)
        return replace(self, pixels=owned)

    def with_colours(self, pixels: Pixels) -> Picture:
        """The same picture with other pixels that may have colours, where it was gray, too.

        A gray picture's profile says nothing about colours, so it is dropped.
        """
        if not self.gray:
            return self.with_pixels(pixels)
        return replace(self.with_pixels(pixels), gray=False, metadata=replace(self.metadata, icc=None))
