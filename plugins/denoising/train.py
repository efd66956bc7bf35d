"""How the networks are trained: crops of photos, and the same crops with Gaussian noise of any level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from imagetool.kit.tensors import to_pixels, to_tensor
from imagetool.training.crops import PhotoPool
from imagetool.training.errors import BadRecipe, NoPhotos
from imagetool.training.held_back import SIDE_PX, Division
from imagetool.training.losses import pixel_and_frequency
from imagetool.training.objective import Objective, Randomness, Validation
from imagetool.training.photos import Photo, load_photos
from imagetool.training.psnr import psnr_rgb_db
from imagetool.training.recipe import Recipe
from plugins.denoising.network import Layout, Network
from plugins.denoising.noise import random_sigmas_255, with_noise

VALIDATION_SIGMAS_255 = (15, 25, 50)
"""The noise levels that papers report."""


@dataclass(frozen=True, slots=True)
class Task:
    """The recipe's table `task`.

    Attributes:
        photos: Patterns of the names of the photos to learn from, such as `bsds500/*`.
        side_px: Side of the crops.
    """

    photos: tuple[str, ...]
    side_px: int

    @classmethod
    def read(cls, recipe: Recipe) -> Task:
        """Raises BadRecipe where a key is missing, unknown or wrong."""
        table = recipe.task
        if set(table) != set(cls.__slots__):
            raise BadRecipe(recipe.path, f"task has the keys {sorted(table)}, not {sorted(cls.__slots__)}")
        photos, side_px = table["photos"], table["side_px"]
        if not isinstance(photos, list) or not photos or not all(isinstance(pattern, str) for pattern in photos):
            raise BadRecipe(recipe.path, f"task.photos is {photos!r}, not a list of patterns")
        if type(side_px) is not int or side_px < 1:
            raise BadRecipe(recipe.path, f"task.side_px is {side_px!r}, not a whole number above 0")
        return cls(tuple(photos), side_px)

    def wants(self, name: str) -> bool:
        """Whether a photo of that name is learned from."""
        return any(fnmatchcase(name, pattern) for pattern in self.photos)


@dataclass(frozen=True, eq=False, slots=True)
class Pairs:
    """A batch: noisy crops and the truth, both (B, 3, side, side) float32; the truth is in [0, 1]."""

    noisy: Tensor
    truth: Tensor


class Denoising:
    """Trains a network to give back the photos that noise has been added to."""

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
        self._device = device
        self._held_back = [to_tensor(photo, device) for photo in held_back]
        torch.manual_seed(recipe.seed)
        network = Network(layout).to(device)
        self.network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @property
    def layout(self) -> Mapping[str, Any]:
        """The network's."""
        return self._layout.table()

    def batch(self, randomness: Randomness) -> Pairs:
        """Crops of which each has its own noise level."""
        host, side = randomness.host, self._task.side_px
        places = self._photos.draw(self._recipe.batch, side, host)
        truth = self._photos.crops(places, side).float() / 255
        noisy = with_noise(truth, random_sigmas_255(len(truth), host), randomness.local)
        return Pairs(noisy.contiguous(memory_format=torch.channels_last), truth)

    def loss(self, network: nn.Module, batch: Pairs) -> Tensor:
        """Mean absolute error."""
        return pixel_and_frequency(network(batch.noisy), batch.truth, frequency=0.0)

    def validate(self, network: nn.Module) -> Validation:
        """PSNR of RGB, over all noise levels and at each; the strongest's pictures: noisy, network, truth."""
        figures: dict[str, float] = {}
        rows: list[Photo] = []
        for sigma_255 in VALIDATION_SIGMAS_255:
            noisy = [_noisy(truth, sigma_255, seed) for seed, truth in enumerate(self._held_back)]
            made = [network(image) for image in noisy]
            figures[f"sigma{sigma_255}"] = fmean(map(_psnr_db, self._held_back, made))
            rows = [_row(*images) for images in zip(noisy, made, self._held_back, strict=True)]
        return Validation({"mean": fmean(figures.values()), **figures}, np.vstack(rows))


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
    least_px = max(SIDE_PX, task.side_px)
    photos = [photo for name, photo in load_photos(data, recipe.shards, least_px) if task.wants(name)]
    divided = Division.of(photos)
    if not divided.learned:
        raise NoPhotos(data, least_px)
    return Denoising(recipe, layout, task, PhotoPool(divided.learned, device), divided.held_back, device)


def _noisy(truth: Tensor, sigma_255: float, seed: int) -> Tensor:
    """The same noise whenever it is asked for."""
    rng = torch.Generator(truth.device).manual_seed(seed)
    return with_noise(truth, torch.tensor([float(sigma_255)]), rng)


def _row(*images: Tensor) -> Photo:
    return np.hstack([to_pixels(image, np.dtype(np.uint8)) for image in images])


def _psnr_db(truth: Tensor, image: Tensor) -> float:
    """Of two pictures (1, 3, H, W) in [0, 1], once the second is clipped to that range."""
    made = image.clamp(0, 1)
    return psnr_rgb_db(*(of[0].permute(1, 2, 0).float().cpu().numpy() * 255 for of in (truth, made)))
