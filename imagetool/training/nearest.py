"""The learned picture that resembles a picture most, to see whether a drawn one is a copy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imagetool.training.picture_sets import on_gray
from imagetool.training.small_pictures import Pictures

_AT_ONCE = 1024  # learned pictures that lie in memory as floats

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The nearest learned picture.

    Attributes:
        index: Which one.
        mirrored: Whether it must be mirrored left to right for that.
        distance_255: Root mean square of the difference of all values, on gray, in steps of 1/255.
    """

    index: int
    mirrored: bool
    distance_255: float


def nearest(pictures: Pictures, learned: Pictures) -> list[Neighbour]:
    """The nearest of `learned` (M, side, side, C) for each of `pictures` (N, side, side, C'), in their order."""
    asked, asked_mirrored = _flat(pictures), _flat(pictures[:, :, ::-1])
    rows = np.arange(len(pictures))
    least = np.full(len(pictures), np.inf)
    which, mirrored = np.zeros(len(pictures), np.int64), np.zeros(len(pictures), np.bool_)
    for begin, part in _parts(learned):
        lengths = np.square(part).sum(axis=1)  # (m,)
        for flag, flat in ((False, asked), (True, asked_mirrored)):
            far = lengths - 2 * (flat @ part.T)  # (N, m), but for a number that is the same in each row
            best = far.argmin(axis=1)
            closer = far[rows, best] < least
            least[closer] = far[rows, best][closer]
            which[closer], mirrored[closer] = begin + best[closer], flag
    return [
        _neighbour(picture, learned[index], int(index), bool(flag))
        for picture, index, flag in zip(pictures, which, mirrored, strict=True)
    ]


def _neighbour(picture: Pictures, found: Pictures, index: int, mirrored: bool) -> Neighbour:
    """Measured exactly: the search subtracts large numbers from each other."""
    shown = found[:, ::-1] if mirrored else found
    difference = on_gray(picture).astype(np.float64) - on_gray(shown)
    return Neighbour(index, mirrored, float(np.sqrt(np.square(difference).mean())))


def _parts(learned: Pictures) -> Iterator[tuple[int, Floats]]:
    for begin in range(0, len(learned), _AT_ONCE):
        yield begin, _flat(learned[begin : begin + _AT_ONCE])


def _flat(pictures: Pictures) -> Floats:
    """(N, values) float32 around 0."""
    gray = on_gray(pictures)
    return gray.reshape(len(gray), -1).astype(np.float32) / 127.5 - 1
