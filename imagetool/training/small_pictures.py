"""Small pictures with opacity, such as tiles, sprites and emoji, and what their folders say they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from imagetool.training.errors import NoPhotos
from imagetool.training.photos import decoded_files

Pictures: TypeAlias = npt.NDArray[np.uint8]

HELD_BACK_EVERY = 20
"""One file name in so many is never learned from."""


@dataclass(frozen=True, eq=False, slots=True)
class SmallPictures:
    """Pictures of one size: `pixels` (N, side, side, 4) uint8, names, and the numbers of their labels (N,)."""

    pixels: Pictures
    names: tuple[str, ...]
    labels: npt.NDArray[np.int64]

    def chosen(self, which: npt.NDArray[np.bool_]) -> SmallPictures:
        """Only those where `which` (N,) is True."""
        names = tuple(name for name, wanted in zip(self.names, which, strict=True) if wanted)
        return SmallPictures(self.pixels[which], names, self.labels[which])

    @property
    def held_back(self) -> npt.NDArray[np.bool_]:
        """Which ones are never learned from, (N,): the same for the same names.

        Files of the same name in several folders, such as views of one character, are held back together.
        """
        files = [PurePosixPath(name).name for name in self.names]
        chosen = set(list(dict.fromkeys(files))[::HELD_BACK_EVERY])
        return np.array([file in chosen for file in files])


def load_small_pictures(
    folder: Path, shards: Sequence[str], side_px: int, labels: Sequence[str] = ()
) -> SmallPictures:
    """Every picture of a data set that is `side_px` wide and high, in an order that depends only on the names.

    Where a pixel is fully transparent, its colour is made black: nobody sees it, and nobody should learn it.

    Args:
        folder: Holds tar files, or pictures at any depth.
        shards: Patterns of tar files; as for `load_photos`.
        side_px: Width and height; others are left out.
        labels: Beginnings of names, such as `tiles/dngn/wall`; a picture has that of the longest that fits.

    Raises:
        NoPhotos: where nothing is left.
        BadShard: where a tar file cannot be read.
    """
    found = sorted(decoded_files(folder, shards, "RGBA"), key=lambda pair: pair[0])
    fitting = [(name, picture) for name, picture in found if picture.shape[:2] == (side_px, side_px)]
    if not fitting:
        raise NoPhotos(folder, side_px)
    pixels = np.stack([picture for _, picture in fitting])
    pixels[pixels[..., 3] == 0] = 0
    names = tuple(name for name, _ in fitting)
    return SmallPictures(pixels, names, np.array([label_of(name, labels) for name in names], np.int64))


def label_of(name: str, labels: Sequence[str]) -> int:
    """The number of the longest label that the folders of a name begin with; -1 where none does."""
    folders = PurePosixPath(name).parts
    fitting = [
        (len(parts), number)
        for number, label in enumerate(labels)
        if folders[: len(parts := PurePosixPath(label).parts)] == parts
    ]
    return max(fitting)[1] if fitting else -1
