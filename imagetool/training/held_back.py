"""Which photos are never learned from, and what of them is measured while a network is trained."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

from imagetool.training.photos import Photo

COUNT = 8
"""Photos that are held back, spread evenly over the sorted names."""

SIDE_PX = 240
"""Side of the middle of a held-back photo that is measured; a multiple of the factors 2, 3 and 4."""

ONE_IN = 20
"""Of so many photos one is held back by its name."""


def is_held_back(name: str) -> bool:
    """Whether a photo is never learned from where that is decided by its file's name alone.

    So it is also known to those who have only some of the photos, or have them in other folders.
    """
    return zlib.crc32(PurePosixPath(name).name.encode()) % ONE_IN == 0


@dataclass(frozen=True, eq=False, slots=True)
class Division:
    """Photos to learn from, and the middles of those that are held back; `learned` may be empty."""

    learned: list[Photo]
    held_back: list[Photo]

    @classmethod
    def of(cls, photos: Sequence[Photo]) -> Division:
        """The same photos in the same order are always divided alike; all have sides of at least `SIDE_PX`."""
        every = max(2, len(photos) // COUNT)
        held_back = [middle(photo) for photo in photos[::every][:COUNT]]
        learned = [photo for index, photo in enumerate(photos) if index % every or index >= every * COUNT]
        return cls(learned, held_back)


def middle(photo: Photo) -> Photo:
    """The part (SIDE_PX, SIDE_PX, 3) of a photo (H, W, 3) that is measured."""
    top, left = ((side - SIDE_PX) // 2 for side in photo.shape[:2])
    return np.ascontiguousarray(photo[top : top + SIDE_PX, left : left + SIDE_PX])
