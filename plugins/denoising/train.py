"""How the networks are trained: crops of photos, and the same crops damaged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from imagetool.kit.tensors import to_pixels, to_tensor
from imagetool.training.crops import PhotoPool
from imagetool.training.damage import DAMAGES, Damaged
from imagetool.training.errors import BadRecipe, NoPhotos
from imagetool.training.held_back import SIDE_PX, Division
from imagetool.training.losses import pixel_and_frequency, psnr_loss
from imagetool.training.objective import Objective, Randomness, Validation
from imagetool.training.photos import Photo, load_photos
from imagetool.training.psnr import psnr_rgb_db
from imagetool.training.recipe import Recipe
from plugins.denoising.network import Layout, Network

LOSSES: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = {
    "absolute": partial(pixel_and_frequency, frequency=0.0),
    "psnr": psnr_loss,
}
"""What a recipe may ask to be small."""

PART_WEIGHT = 0.25
"""How much it counts that the changes are told apart."""


@dataclass(frozen=True, slots=True)
class Task:
    """The recipe's table `task`.

    Attributes:
        photos: Patterns of the names of the photos to learn from, such as `bsds500/*`.
        side_px: Side of the crops.
        damage: What is done to them, a name in `DAMAGES`; `gaussian` where none is given.
        loss: `absolute` for the mean absolute error, which is meant where none is given, or `psnr`.
    """

    photos: tuple[str, ...]
    side_px: int
    damage: str
    loss: str

    @classmethod
    def read(cls, recipe: Recipe) -> Task:
        """Raises BadRecipe where a key is missing, unknown or wrong."""
        table = {"damage": "gaussian", "loss": "absolute", **recipe.task}
        if set(table) != set(cls.__slots__):
            raise BadRecipe(recipe.path, f"task has the keys {sorted(table)}, not {sorted(cls.__slots__)}")
        photos, side_px = table["photos"], table["side_px"]
        if not isinstance(photos, list) or not photos or not all(isinstance(pattern, str) for pattern in photos):
            raise BadRecipe(recipe.path, f"task.photos is {photos!r}, not a list of patterns")
        if type(side_px) is not int or side_px < 1:
            raise BadRecipe(recipe.path, f"task.side_px is {side_px!r}, not a whole number above 0")
        for key, names in (("damage", DAMAGES), ("loss", LOSSES)):
            if table[key] not in names:
                raise BadRecipe(recipe.path, f"task.{key} is {table[key]!r}, not {' or '.join(names)}")
        return cls(tuple(photos), side_px, table["damage"], table["loss"])

    def wants(self, name: str) -> bool:
        """Whether a photo of that name is learned from."""
        return any(fnmatchcase(name, pattern) for pattern in self.photos)


class Denoising:
    """Trains a network to give back photos that have been damaged."""

    def __init__(
        self,
        recipe: Recipe,
        layout: Layout,
        task: Task,
        photos: PhotoPool,
        held_back: Sequence[Photo],
        device: torch.device,
    ) -> None:
        self._recipe, self._layout, self._task, self._photos = recipe, layout, task, photos
        self._damage = DAMAGES[task.damage]
        self._held_back = [to_tensor(photo, device) for photo in held_back]
        torch.manual_seed(recipe.seed)
        network = Network(layout).to(device)
        self.network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @property
    def layout(self) -> Mapping[str, Any]:
        """The network's."""
        return self._layout.table()

    def batch(self, randomness: Randomness) -> Damaged:
        """Crops of which each is damaged in its own way."""
        whole = self._damage.whole_px(self._task.side_px)
        places = self._photos.draw(self._recipe.batch, whole, randomness.host)
        return self._damage.apply(self._photos.crops(places, whole).float() / 255, self._task.side_px, randomness)

    def loss(self, network: nn.Module, batch: Damaged) -> Tensor:
        """The recipe's; where changes are told apart, the second alone leads back to the noisy picture."""
        image, measure = batch.image.contiguous(memory_format=torch.channels_last), LOSSES[self._task.loss]
        changes = network(image)  # (B, parts, 3, side, side)
        loss = measure(image + changes.sum(dim=1), batch.truth)
        if self._layout.parts > 1:
            loss = loss + PART_WEIGHT * measure(image + changes[:, 1], batch.noisy)
        return loss

    def validate(self, network: nn.Module) -> Validation:
        """PSNR of RGB, over all the damage's checks and for each; pictures of the last: damaged, made, truth."""
        figures: dict[str, float] = {}
        rows: list[Photo] = []
        for name, check in self._damage.checks.items():
            damaged = [check(truth, seed) for seed, truth in enumerate(self._held_back)]
            made = [image + network(image).sum(dim=1) for image in damaged]
            figures[name] = fmean(map(_psnr_db, self._held_back, made))
            rows = [_row(*images) for images in zip(damaged, made, self._held_back, strict=True)]
        return Validation({"mean": fmean(figures.values()), **figures}, np.vstack(rows))


def objective(recipe: Recipe, data: Path, device: torch.device) -> Objective[Damaged]:
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
    damage = DAMAGES[task.damage]
    if layout.parts != damage.parts:
        raise BadRecipe(
            recipe.path, f"network.parts is {layout.parts}; for task.damage {task.damage!r} it is {damage.parts}"
        )
    least_px = max(SIDE_PX, damage.whole_px(task.side_px))
    photos = [photo for name, photo in load_photos(data, recipe.shards, least_px) if task.wants(name)]
    divided = Division.of(photos)
    if not divided.learned:
        raise NoPhotos(data, least_px)
    return Denoising(recipe, layout, task, PhotoPool(divided.learned, device), divided.held_back, device)


def _row(*images: Tensor) -> Photo:
    return np.hstack([to_pixels(image, np.dtype(np.uint8)) for image in images])


def _psnr_db(truth: Tensor, image: Tensor) -> float:
    """Of two pictures (1, 3, H, W) in [0, 1], once the second is clipped to that range."""
    made = image.clamp(0, 1)
    return psnr_rgb_db(*(of[0].permute(1, 2, 0).float().cpu().numpy() * 255 for of in (truth, made)))
