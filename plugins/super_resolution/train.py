"""How the networks are trained: pairs of a photo and the same photo made smaller, or smaller and worse."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any, Protocol, TypeAlias

import numpy as np
import torch
from torch import Tensor, nn

from imagetool.core.geometry import Size
from imagetool.kit.resampling import CUBIC
from imagetool.kit.tensors import to_pixels, to_tensor
from imagetool.training.crops import PhotoPool
from imagetool.training.degradations import JPEG_MULTIPLE, worn, worn_photo
from imagetool.training.errors import BadRecipe, NoPhotos
from imagetool.training.held_back import SIDE_PX, Division
from imagetool.training.jpeg import BLOCK_PX
from imagetool.training.losses import pixel_and_frequency
from imagetool.training.objective import Objective, Randomness, Validation
from imagetool.training.photos import Photo, load_photos
from imagetool.training.psnr import psnr_y_db
from imagetool.training.recipe import Recipe
from imagetool.training.upscaling_evaluation import resampled, smaller
from plugins.super_resolution.network import Layout, Network

HeldBack: TypeAlias = Mapping[int, Sequence[tuple[Photo, Photo]]]


@dataclass(frozen=True, slots=True)
class Task:
    """The recipe's table `task`.

    Attributes:
        photos: `clean` for photos made smaller as in the benchmarks, `worn` for photos made worse, too.
        side_px: Side of the small crops.
        frequency: Weight of the loss of the Fourier coefficients.
    """

    photos: str
    side_px: int
    frequency: float

    @classmethod
    def read(cls, recipe: Recipe) -> Task:
        """Raises BadRecipe where a key is missing, unknown or wrong."""
        table = recipe.task
        if set(table) != set(cls.__slots__):
            raise BadRecipe(recipe.path, f"task has the keys {sorted(table)}, not {sorted(cls.__slots__)}")
        if table["photos"] not in ("clean", "worn"):
            raise BadRecipe(recipe.path, f"task.photos is {table['photos']!r}, not clean or worn")
        side_px, frequency = table["side_px"], table["frequency"]
        if type(side_px) is not int or side_px < 1:
            raise BadRecipe(recipe.path, f"task.side_px is {side_px!r}, not a whole number above 0")
        if type(frequency) not in (int, float) or not 0 <= frequency < math.inf:
            raise BadRecipe(recipe.path, f"task.frequency is {frequency!r}, not a number from 0 on")
        return cls(table["photos"], side_px, float(frequency))


@dataclass(frozen=True, eq=False, slots=True)
class Pairs:
    """A batch: small pictures (B, 3, h, w) and the truth (B, 3, scale·h, scale·w)."""

    scale: int
    small: Tensor
    truth: Tensor


class PairSource(Protocol):
    """Makes batches of small pictures and the truth."""

    device: torch.device

    def batch(self, scale: int, count: int, side: int, randomness: Randomness) -> tuple[Tensor, Tensor]:
        """Small crops (B, 3, side, side) and the truth (B, 3, scale·side, scale·side), float32 in [0, 1]."""
        ...


class CleanPhotos:
    """The photos, and the same made smaller by each scale once, rounded to 8 bit as the benchmarks' are."""

    def __init__(self, photos: Sequence[Photo], scales: Sequence[int], device: torch.device) -> None:
        self.device = device
        multiple = int(np.lcm.reduce(scales))
        even = [trimmed(photo, multiple) for photo in photos]
        self._photos = PhotoPool(even, device)
        self._smaller = {scale: PhotoPool([smaller(photo, scale) for photo in even], device) for scale in scales}

    def batch(self, scale: int, count: int, side: int, randomness: Randomness) -> tuple[Tensor, Tensor]:
        """As `PairSource`."""
        small = self._smaller[scale]
        places = small.draw(count, side, randomness.host)
        truth = self._photos.crops(places, side * scale, cell=scale)
        return small.crops(places, side).float() / 255, truth.float() / 255


class WornPhotos:
    """The photos, made smaller and worse anew for every batch."""

    def __init__(self, photos: Sequence[Photo], device: torch.device) -> None:
        self.device = device
        self._photos = PhotoPool(photos, device)

    def batch(self, scale: int, count: int, side: int, randomness: Randomness) -> tuple[Tensor, Tensor]:
        """As `PairSource`; the crops lie anywhere on the grid of JPEG's blocks."""
        whole = -(-(side + BLOCK_PX - 1) // JPEG_MULTIPLE) * JPEG_MULTIPLE
        places = self._photos.draw(count, whole * scale, randomness.host)
        truth = self._photos.crops(places, whole * scale).float() / 255
        small = worn(truth, Size(whole, whole), randomness)
        top, left = torch.randint(whole - side + 1, (2,), generator=randomness.host).tolist()
        inner = truth[..., top * scale : (top + side) * scale, left * scale : (left + side) * scale]
        return small[..., top : top + side, left : left + side], inner


class Enlarging:
    """Trains a network to give back the photos that a source of pairs has made smaller."""

    def __init__(
        self, recipe: Recipe, layout: Layout, task: Task, source: PairSource, held_back: HeldBack
    ) -> None:
        self._recipe, self._layout, self._task, self._source = recipe, layout, task, source
        self._held_back = held_back
        torch.manual_seed(recipe.seed)
        network = Network(layout).to(source.device)
        self.network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @property
    def layout(self) -> Mapping[str, Any]:
        """The network's."""
        return self._layout.table()

    def batch(self, randomness: Randomness) -> Pairs:
        """Of one scale; the scales take turns."""
        scale = self._layout.scales[randomness.step % len(self._layout.scales)]
        small, truth = self._source.batch(scale, self._recipe.batch, self._task.side_px, randomness)
        return Pairs(scale, small.contiguous(memory_format=torch.channels_last), truth)

    def loss(self, network: nn.Module, batch: Pairs) -> Tensor:
        """How far the enlarged pictures are from the truth."""
        return pixel_and_frequency(network(batch.small, batch.scale), batch.truth, self._task.frequency)

    def validate(self, network: nn.Module) -> Validation:
        """PSNR of the luma by scale, and the last scale's pictures: cubic, network, truth."""
        figures: dict[str, float] = {}
        rows: list[Photo] = []
        for scale in self._layout.scales:
            pairs = self._held_back[scale]
            made = [self._enlarged(network, small, scale) for _, small in pairs]
            truths = [truth for truth, _ in pairs]
            figures[f"x{scale}"] = fmean(
                psnr_y_db(truth, picture, scale) for truth, picture in zip(truths, made, strict=True)
            )
            rows = [
                np.hstack([resampled(small, Size(truth.shape[1], truth.shape[0]), CUBIC), picture, truth])
                for (truth, small), picture in zip(pairs, made, strict=True)
            ]
        return Validation(figures, np.vstack(rows))

    def _enlarged(self, network: nn.Module, small: Photo, scale: int) -> Photo:
        return to_pixels(network(to_tensor(small, self._source.device), scale), small.dtype)


def objective(recipe: Recipe, data: Path, device: torch.device) -> Objective[Pairs]:
    """What the recipe trains.

    Raises:
        BadRecipe: where its network or its task is not understood.
        NoPhotos: where there is nothing to learn from.
    """
    try:
        layout = Layout.read(recipe.network)
    except ValueError as error:
        raise BadRecipe(recipe.path, str(error)) from None
    task = Task.read(recipe)
    least_px = max(SIDE_PX, (task.side_px + JPEG_MULTIPLE + BLOCK_PX) * max(layout.scales))
    photos = [photo for _, photo in load_photos(data, recipe.shards, least_px)]
    divided = Division.of(photos)
    if not divided.learned:
        raise NoPhotos(data, least_px)
    if task.photos == "worn":
        pairs = {
            scale: [(photo, worn_photo(photo, scale, int(photo.sum()))) for photo in divided.held_back]
            for scale in layout.scales
        }
        return Enlarging(recipe, layout, task, WornPhotos(divided.learned, device), pairs)
    pairs = {scale: [(photo, smaller(photo, scale)) for photo in divided.held_back] for scale in layout.scales}
    return Enlarging(recipe, layout, task, CleanPhotos(divided.learned, layout.scales, device), pairs)


def trimmed(photo: Photo, multiple: int) -> Photo:
    """Without the last rows and columns that do not fill a multiple."""
    height, width = (side // multiple * multiple for side in photo.shape[:2])
    return photo[:height, :width]
