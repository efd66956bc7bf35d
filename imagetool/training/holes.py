"""Photos with holes to learn from: crops at several sizes, and holes of every kind in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from imagetool.core.geometry import Size
from imagetool.training.crops import PhotoPool
from imagetool.training.masks import beyond_a_frame, random_mask
from imagetool.training.objective import Randomness
from imagetool.training.photos import Photo

KIND_SHARES = {"narrow": 0.25, "medium": 0.25, "wide": 0.4, "beyond": 0.1}
"""How often each kind of hole is met; `beyond` is what lies outside a frame, as where a canvas is enlarged."""

SCENE_SHARE = 1.2
"""Photos made small have a shorter side of this many crops: a crop shows most of such a photo."""

POOL_SHARES = (0.35, 0.35, 0.3)
"""How often crops are taken from the photos as they are, at half their size, and made small."""


@dataclass(frozen=True, eq=False, slots=True)
class Lesson:
    """A batch: pictures (B, 3, side, side) float32 in [0, 1] and holes (B, 1, side, side), 1 or 0."""

    truth: Tensor
    hole: Tensor


class Lessons:
    """Draws lessons from photos (H, W, 3) uint8, none of which has a side shorter than `side_px`."""

    def __init__(self, photos: Sequence[Photo], side_px: int, device: torch.device) -> None:
        self._side_px = side_px
        halves = [made_small(photo, min(photo.shape[:2]) // 2) for photo in photos]
        scenes = [made_small(photo, round(SCENE_SHARE * side_px)) for photo in photos]
        groups = [photos, [half for half in halves if min(half.shape[:2]) >= side_px], scenes]
        self._pools = [PhotoPool(group or photos, device) for group in groups]

    def draw(self, count: int, randomness: Randomness) -> Lesson:
        """A batch of `count`."""
        rng = randomness.host
        shares = torch.multinomial(torch.tensor(POOL_SHARES), count, replacement=True, generator=rng)
        crops = []
        for index, pool in enumerate(self._pools):
            wanted = int((shares == index).sum())
            if wanted:
                crops.append(pool.crops(pool.draw(wanted, self._side_px, rng), self._side_px))
        seed = int(torch.randint(2**31, (1,), generator=rng))
        holes = random_holes(count, self._side_px, np.random.default_rng(seed)).to(randomness.device)
        return Lesson(torch.cat(crops).float() / 255, holes)


def random_holes(count: int, side_px: int, rng: np.random.Generator) -> Tensor:
    """Holes (count, 1, side, side) float32, 1 where something is missing."""
    names, shares = list(KIND_SHARES), list(KIND_SHARES.values())
    size = Size(side_px, side_px)
    masks = []
    for kind in rng.choice(names, count, p=shares):
        masks.append(beyond_a_frame(size, rng) if kind == "beyond" else random_mask(str(kind), size, rng))
    return torch.from_numpy(np.stack(masks))[:, None].float() / 255


def made_small(photo: Photo, shorter_px: int) -> Photo:
    """The photo with that shorter side, each pixel the mean of those it stands for."""
    height, width = photo.shape[:2]
    factor = shorter_px / min(height, width)
    size = max(shorter_px, round(width * factor)), max(shorter_px, round(height * factor))
    small: npt.NDArray[np.uint8] = np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.uint8)
    return small
