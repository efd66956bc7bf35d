"""How much two pictures of one size and depth differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imagetool.core.errors import ImagetoolError

_BAND_ROWS = 256
_GAIN = 4  # of the map
_LEAST_SHOWN = 56  # how bright one step is


class NotComparable(ImagetoolError):
    """Two arrays have no pixels in common: their shapes or depths are different."""

    def __init__(self, before: NDArray[Any], after: NDArray[Any]) -> None:
        self.before, self.after = _form(before), _form(after)
        super().__init__(f"It has {self.after}, not {self.before}, so the two cannot be compared pixel by pixel.")


@dataclass(frozen=True, slots=True)
class Difference:
    """What was found.

    Attributes:
        largest: The largest difference of any channel of any pixel, in steps of the pixels' depth.
        pixels: How many pixels differ in any channel.
        top: The largest value that the depth can hold, 255 or 65535; 0 for numbers that know no largest one.
    """

    largest: float
    pixels: int
    top: int

    @property
    def identical(self) -> bool:
        """Whether every bit is the same."""
        return self.pixels == 0

    def __str__(self) -> str:
        if self.identical:
            return "identical"
        of = f" of {self.top}" if self.top else ""
        return (
            f"differs: at most {self.largest:.4g}{of} in {self.pixels} {'pixel' if self.pixels == 1 else 'pixels'}"
        )


def difference(before: NDArray[Any], after: NDArray[Any]) -> Difference:
    """Compares two arrays (…, H, W, C) of uint8, uint16 or float32, a band of rows at a time.

    Values that are not numbers count as equal where both are, else as infinitely different.

    Raises:
        NotComparable: where the shapes or the depths are not the same.
    """
    if before.shape != after.shape or before.dtype != after.dtype:
        raise NotComparable(before, after)
    width, channels = before.shape[-2:]
    one, other = (pixels.reshape(-1, width, channels) for pixels in (before, after))
    largest, count = 0.0, 0
    for begin in range(0, len(one), _BAND_ROWS):
        found = _distances(one[begin : begin + _BAND_ROWS], other[begin : begin + _BAND_ROWS])
        count += int(np.count_nonzero(found))
        largest = max(largest, float(found.max(initial=0)))
    top = int(np.iinfo(before.dtype).max) if before.dtype.kind == "u" else 0
    return Difference(largest, count, top)


def change_map(before: NDArray[Any], after: NDArray[Any]) -> NDArray[np.uint8]:
    """How far two pictures (h, w, C) of one size and depth, uint8 or uint16, are apart, as a map to look at.

    Returns:
        (h, w) uint8: 0 where every bit is the same; else bright enough to be seen, and the brighter the more the
        channel that differs most differs, to the full where that is a quarter of the range or more.

    Raises:
        NotComparable: where the shapes or the depths are not the same.
    """
    if before.shape != after.shape or before.dtype != after.dtype:
        raise NotComparable(before, after)
    far = _distances(before, after)
    share = far.astype(np.float32) * np.float32(_GAIN / np.iinfo(before.dtype).max)
    bright = _LEAST_SHOWN + np.minimum(share, 1) * (255 - _LEAST_SHOWN)
    return np.where(far > 0, np.rint(bright), 0).astype(np.uint8)


def _distances(one: NDArray[Any], other: NDArray[Any]) -> NDArray[Any]:
    """Of every pixel the largest distance of a channel."""
    if one.dtype.kind == "u":
        wide: NDArray[Any] = (np.maximum(one, other) - np.minimum(one, other)).max(axis=2)
        return wide
    far = np.abs(one.astype(np.float64) - other.astype(np.float64))
    far[np.isnan(one) & np.isnan(other)] = 0
    furthest: NDArray[Any] = np.nan_to_num(far, nan=np.inf, posinf=np.inf).max(axis=2)
    return furthest


def _form(pixels: NDArray[Any]) -> str:
    height, width = pixels.shape[-3:-1]
    return f"{width} × {height} pixels of {pixels.dtype.itemsize * 8} bit"
