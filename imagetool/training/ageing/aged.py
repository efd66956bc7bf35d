"""An old photo made of a new one, and where its damage can be seen."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from imagetool.core.geometry import Size
from imagetool.training.ageing.folds import folds
from imagetool.training.ageing.marks import Colours, Kind, Mark, Materials, Plane
from imagetool.training.ageing.prints import LUMA, printed
from imagetool.training.ageing.stains import stains
from imagetool.training.ageing.strokes import dust, hairs, scratches
from imagetool.training.ageing.tears import tears
from imagetool.training.photos import Photo

_Marks: TypeAlias = Callable[[Size, Materials, np.random.Generator], list[Mark]]

UNHARMED = 0.2
"""Share of the photos without any damage."""

DAMAGES: Mapping[Kind, tuple[float, _Marks]] = {
    Kind.STAIN: (0.45, stains),
    Kind.SCRATCH: (0.6, scratches),
    Kind.HAIR: (0.45, hairs),
    Kind.DUST: (0.6, dust),
    Kind.FOLD: (0.4, folds),
    Kind.TEAR: (0.4, tears),
}
"""Chance of each kind on a photo that is damaged, and what draws it; those below first."""

UNSEEN, SEEN = 0.03, 0.11
"""Changes of a value in 0…1: nobody sees the first, everybody the second; half-way the truth is one half."""

MASKING, MASKING_PX = 1.0, 15
"""How much more a change must be to be seen in grain and texture: a share of their standard deviation around it.

Errors are seen less where there is much to be seen (Legge and Foley 1980, Contrast Masking in Human Vision).
"""

WIDE_PX = 5
"""Marks so wide are seen although there is grain, because the eye takes the mean."""

AROUND_PX = 7
"""Damage that by chance has the colour of what lies below it counts as seen if it is seen so close by."""

COMPRESSED = 0.7
"""Share of the scans that were saved as JPEG."""


@dataclass(frozen=True, eq=False, slots=True)
class Aged:
    """An old photo.

    Attributes:
        image: (H, W, 3) uint8: its scan.
        truth: (H, W) in [0, 1]: how certainly damage can be seen at each pixel.
        kinds: (H, W) uint8: the `Kind` that lies on top where something has been drawn, else 0.
    """

    image: Photo
    truth: Plane
    kinds: npt.NDArray[np.uint8]


def aged(photo: Photo, rng: np.random.Generator, chances: Mapping[Kind, float] = MappingProxyType({})) -> Aged:
    """Makes a photo (H, W, 3) old; the same state of `rng` gives the same.

    `chances` replaces those of some kinds of damage.

    The damage lies on the print, above its grain; then come the scanner's blur, its noise and the compression.
    """
    size = Size(photo.shape[1], photo.shape[0])
    stuff = Materials.drawn(rng)
    unharmed = printed(photo.astype(np.float32) / np.float32(255), stuff, rng)
    marks = _marks(size, stuff, rng, chances)
    harmed = unharmed
    for mark in marks:
        harmed = mark.over(harmed)
    sharpness = _Sharpness.drawn(rng)
    before, after = sharpness.of(unharmed), sharpness.of(harmed)
    there, kinds = _drawn(size, marks)
    return Aged(_saved(after, rng), _seen(before, after, there), kinds)


def aged_by_name(name: str, photo: Photo, seed: int = 0) -> Aged:
    """Makes a photo old as its file's name and the seed say: always alike, so that models can be compared."""
    words = (seed, zlib.crc32(PurePosixPath(name).stem.encode()))
    return aged(photo, np.random.default_rng(words))


def _marks(size: Size, stuff: Materials, rng: np.random.Generator, chances: Mapping[Kind, float]) -> list[Mark]:
    if rng.random() < UNHARMED:
        return []
    wanted = rng.random(len(DAMAGES)) < [chances.get(kind, chance) for kind, (chance, _) in DAMAGES.items()]
    if not wanted.any():
        wanted[rng.integers(len(DAMAGES))] = True
    draws = [draw for _, draw in DAMAGES.values()]
    return [mark for draw, now in zip(draws, wanted, strict=True) if now for mark in draw(size, stuff, rng)]


def _drawn(size: Size, marks: list[Mark]) -> tuple[Plane, npt.NDArray[np.uint8]]:
    """How opaque all marks are together, and which is on top."""
    clear = np.ones((size.height, size.width), np.float32)
    kinds = np.zeros(clear.shape, np.uint8)
    for mark in marks:
        clear *= 1 - mark.opacity
        kinds[cv2.dilate(mark.opacity, np.ones((3, 3), np.uint8)) > 0.1] = mark.kind
    return 1 - clear, kinds


def _seen(before: Colours, after: Colours, there: Plane) -> Plane:
    """How certainly the change from one picture to another can be seen at each pixel."""
    red, green, blue = cv2.split(cv2.absdiff(after, before))
    change = np.asarray(cv2.max(cv2.max(red, green), blue), np.float32)
    window = (AROUND_PX, AROUND_PX)
    nearby = cv2.blur(change * there, window) / np.maximum(cv2.blur(there, window), 1e-3)
    change = np.maximum(change, there * nearby)
    wide = (WIDE_PX, WIDE_PX)
    from_afar = _certainty(cv2.blur(change, wide), _activity(cv2.blur(before, wide)))
    seen: Plane = np.maximum(_certainty(change, _activity(before)), there * from_afar)
    return seen


def _certainty(change: npt.ArrayLike, activity: Plane) -> Plane:
    share = np.clip((np.asarray(change) - UNSEEN - MASKING * activity) / (SEEN - UNSEEN), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)


def _activity(picture: npt.ArrayLike) -> Plane:
    """The standard deviation of the light around each pixel."""
    light, window = np.asarray(picture, np.float32) @ LUMA, (MASKING_PX, MASKING_PX)
    spread = cv2.blur(light * light, window) - cv2.blur(light, window) ** 2
    return np.asarray(np.sqrt(np.maximum(spread, 0)), np.float32)


@dataclass(frozen=True, slots=True)
class _Sharpness:
    """What the scanner's lens blurs and its program sharpens."""

    blur_px: float
    amount: float

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> _Sharpness:
        """Of one scanner."""
        return cls(max(0.0, rng.uniform(-0.3, 0.9)), rng.choice([0.0, 0.0, rng.uniform(0.2, 1.0)]))

    def of(self, picture: Colours) -> Colours:
        """The picture as it is scanned."""
        scanned = cv2.GaussianBlur(picture, (0, 0), self.blur_px) if self.blur_px > 0.2 else picture
        if self.amount:
            scanned = scanned + np.float32(self.amount) * (scanned - cv2.GaussianBlur(scanned, (0, 0), 1.2))
        clipped: Colours = np.clip(np.asarray(scanned, np.float32), 0, 1)
        return clipped


def _saved(picture: Colours, rng: np.random.Generator) -> Photo:
    """With the scanner's noise, and mostly compressed."""
    noisy = picture + np.float32(rng.uniform(0, 0.015)) * rng.standard_normal(picture.shape, np.float32)
    pixels: Photo = np.clip(np.rint(noisy * 255), 0, 255).astype(np.uint8)
    if rng.random() >= COMPRESSED:
        return pixels
    quality = int(rng.integers(45, 98))
    _, file = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    saved: Photo = np.asarray(cv2.imdecode(file, cv2.IMREAD_COLOR_RGB), np.uint8)
    return saved
