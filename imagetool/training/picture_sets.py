"""What a model of small pictures is measured on: pictures that no training has seen, and those it has seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from imagetool.training.crops import PhotoPool
from imagetool.training.errors import NoPhotos
from imagetool.training.held_back import SIDE_PX, Division
from imagetool.training.photos import Photo, first_size, load_photos
from imagetool.training.small_pictures import Pictures, load_small_pictures

MOST_SMALL_PX = 128
"""Square pictures up to this side are taken whole; of larger ones patches are taken."""

HELD_BACK_PATCHES = 256
"""Patches of held-back photos: those that are measured while a network is trained."""

LEARNED_PATCHES = 20_000
"""Patches of the other photos, as training draws them."""

GRAY = 128
"""What is seen through a transparent picture."""


@dataclass(frozen=True, eq=False, slots=True)
class PictureSet:
    """Pictures of one size: `pixels` (N, side, side, 3 or 4) uint8, and their names."""

    pixels: Pictures
    names: tuple[str, ...]

    def spread(self, count: int) -> PictureSet:
        """`count` of them, evenly spread; all where it is 0 or there are no more."""
        every = len(self.names)
        if not 0 < count < every:
            return self
        chosen = [index * every // count for index in range(count)]
        return PictureSet(self.pixels[chosen], tuple(self.names[index] for index in chosen))

    def seen_by(self, *, opacity: bool) -> PictureSet:
        """As a model sees them: with opacity, or on gray without."""
        if opacity == (self.pixels.shape[-1] == 4):
            return self
        if not opacity:
            return PictureSet(on_gray(self.pixels), self.names)
        opaque = np.full((*self.pixels.shape[:-1], 1), 255, np.uint8)
        return PictureSet(np.concatenate([self.pixels, opaque], axis=-1), self.names)

    def of_side(self, side_px: int) -> PictureSet:
        """Made smaller by averages or larger by repetition; what becomes transparent loses its colour."""
        if self.pixels.shape[1] == side_px:
            return self
        return PictureSet(np.stack([_resized(picture, side_px) for picture in self.pixels]), self.names)


@dataclass(frozen=True, eq=False, slots=True)
class Divided:
    """What was held back, and what was learned from; for photos `learned` are random patches."""

    held_back: PictureSet
    learned: PictureSet

    @property
    def whole(self) -> PictureSet:
        """Both: for a model of another data set none of them is known."""
        parts = (self.held_back, self.learned)
        return PictureSet(np.concatenate([part.pixels for part in parts]), parts[0].names + parts[1].names)


def divided(folder: Path, shards: Sequence[str], side_px: int) -> Divided:
    """A data set as training divides it.

    Args:
        folder: Holds tar files, or pictures at any depth.
        shards: Patterns of tar files; as for `load_photos`.
        side_px: Of patches of photos. Small pictures stay as large as the first of them is.

    Raises:
        NoPhotos: where there is too little to be divided.
        BadShard: where a tar file cannot be read.
    """
    first = first_size(folder, shards)
    if first is None:
        raise NoPhotos(folder, side_px)
    if first.width == first.height <= MOST_SMALL_PX:
        return _small(folder, shards, first.width)
    return _patches(folder, shards, side_px)


def on_gray(pixels: Pictures) -> Pictures:
    """Pictures (…, 3 or 4) without their opacity (…, 3)."""
    if pixels.shape[-1] == 3:
        return pixels
    share = pixels[..., 3:].astype(np.float32) / 255
    return np.rint(pixels[..., :3] * share + GRAY * (1 - share)).astype(np.uint8)


def _resized(picture: Photo, side_px: int) -> Photo:
    how = Image.Resampling.BOX if side_px < len(picture) else Image.Resampling.NEAREST
    return np.array(Image.fromarray(picture).resize((side_px, side_px), how))  # colours weigh by their opacity


def _small(folder: Path, shards: Sequence[str], side_px: int) -> Divided:
    pictures = load_small_pictures(folder, shards, side_px)
    kept = pictures.held_back
    if bool(kept.all()):
        raise NoPhotos(folder, side_px)
    held_back, learned = pictures.chosen(kept), pictures.chosen(~kept)
    return Divided(PictureSet(held_back.pixels, held_back.names), PictureSet(learned.pixels, learned.names))


def _patches(folder: Path, shards: Sequence[str], side_px: int) -> Divided:
    least_px = max(SIDE_PX, side_px)
    photos = Division.of([photo for _, photo in load_photos(folder, shards, least_px)])
    if not photos.learned:
        raise NoPhotos(folder, least_px)
    return Divided(
        _drawn(photos.held_back, HELD_BACK_PATCHES, side_px), _drawn(photos.learned, LEARNED_PATCHES, side_px)
    )


def _drawn(photos: list[Photo], count: int, side_px: int) -> PictureSet:
    pool = PhotoPool(photos, torch.device("cpu"))
    crops = pool.crops(pool.draw(count, side_px, torch.Generator().manual_seed(0)), side_px)
    names = tuple(f"patch {number}" for number in range(count))
    return PictureSet(np.ascontiguousarray(crops.permute(0, 2, 3, 1).numpy()), names)
