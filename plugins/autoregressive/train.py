"""How the models are trained: small pictures with labels, or patches of photos, and the bits that they take."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from imagetool.training.crops import PhotoPool
from imagetool.training.errors import BadRecipe, NoPhotos
from imagetool.training.held_back import SIDE_PX, Division
from imagetool.training.objective import Objective, Randomness, Validation
from imagetool.training.photos import Photo, load_photos
from imagetool.training.recipe import Recipe
from imagetool.training.small_pictures import SmallPictures, load_small_pictures
from plugins.autoregressive.layout import Layout
from plugins.autoregressive.lessons import PERTURBED, Lesson, lesson, scale_of
from plugins.autoregressive.model import Autoregressive
from plugins.autoregressive.pictures import PictureModel, Request
from plugins.autoregressive.scales import step_of

UNTOLD = 0.1
"""Share of the pictures that the network is not told the label of, so that it can also draw anything."""

MOST_MEASURED = 256
"""Held-back pictures that are measured while a network is trained."""

SHOWN = 8
"""Pictures that are drawn at each validation."""


@dataclass(frozen=True, slots=True)
class Task:
    """The recipe's table `task`.

    Attributes:
        pictures: `small` or `photos`.
        side_px: Side of what is learned.
        erased: Share of the pictures of which only a part is to be drawn.
        folders: Where the pictures of each label lie, in the order of the network's labels.
    """

    pictures: str
    side_px: int
    erased: float
    folders: tuple[str, ...] = ()

    @classmethod
    def read(cls, recipe: Recipe) -> Task:
        """Raises BadRecipe where a key is missing, unknown or wrong."""
        table = {"folders": [], **recipe.task}
        if set(table) != set(cls.__slots__):
            raise BadRecipe(recipe.path, f"task has the keys {sorted(table)}, not {sorted(cls.__slots__)}")
        if table["pictures"] not in ("small", "photos"):
            raise BadRecipe(recipe.path, f"task.pictures is {table['pictures']!r}, not small or photos")
        if type(table["side_px"]) is not int or table["side_px"] < 1:
            raise BadRecipe(recipe.path, f"task.side_px is {table['side_px']!r}, not a whole number above 0")
        if not isinstance(table["erased"], int | float) or not 0 <= table["erased"] <= 1 - PERTURBED:
            raise BadRecipe(recipe.path, f"task.erased is {table['erased']!r}, not a share up to {1 - PERTURBED}")
        if not isinstance(table["folders"], list) or len(table["folders"]) != len(
            recipe.network.get("labels", [])
        ):
            raise BadRecipe(recipe.path, "task.folders and network.labels are not equally many")
        return cls(table["pictures"], table["side_px"], table["erased"], tuple(map(str, table["folders"])))


@dataclass(frozen=True, eq=False, slots=True)
class Told:
    """Pictures (B, C, side, side) int64 and the numbers of their labels (B,), -1 where nothing is told."""

    pixels: Tensor
    labels: Tensor


class Source(Protocol):
    """What is learned from."""

    held_back: Told

    def batch(self, count: int, randomness: Randomness) -> Told:
        """So many pictures at random."""
        ...


class Small:
    """Whole small pictures with opacity."""

    def __init__(self, pictures: SmallPictures, device: torch.device) -> None:
        kept = pictures.held_back
        self.held_back = _told(pictures.chosen(kept), device, MOST_MEASURED)
        self._learned = _told(pictures.chosen(~kept), device, None)

    def batch(self, count: int, randomness: Randomness) -> Told:
        """As `Source`; some without their label."""
        which = torch.randint(len(self._learned.labels), (count,), generator=randomness.host)
        which = which.to(self._learned.labels.device)
        told = (torch.rand(count, generator=randomness.host) >= UNTOLD).to(which.device)
        return Told(self._learned.pixels[which].long(), torch.where(told, self._learned.labels[which], -1))


class Patches:
    """Patches of photos."""

    def __init__(self, photos: list[Photo], side_px: int, device: torch.device) -> None:
        divided = Division.of(photos)
        self._pool, self._side_px, self._device = PhotoPool(divided.learned, device), side_px, device
        held_back = PhotoPool(divided.held_back, device)
        places = held_back.draw(MOST_MEASURED, side_px, torch.Generator().manual_seed(0))
        self.held_back = self._patches(held_back.crops(places, side_px))

    def batch(self, count: int, randomness: Randomness) -> Told:
        """As `Source`."""
        places = self._pool.draw(count, self._side_px, randomness.host)
        return self._patches(self._pool.crops(places, self._side_px))

    def _patches(self, crops: Tensor) -> Told:
        return Told(crops.long(), torch.full((len(crops),), -1, device=self._device))


class Likelihood:
    """Trains a model to give the pictures a high probability."""

    def __init__(self, recipe: Recipe, layout: Layout, task: Task, source: Source, device: torch.device) -> None:
        self._recipe, self._layout, self._task, self._source, self._device = recipe, layout, task, source, device
        self._usual = layout.usual
        torch.manual_seed(recipe.seed)
        self.network: nn.Module = _Bits(layout.model()).to(device)

    @property
    def layout(self) -> Mapping[str, Any]:
        """The model's, with what held-back pictures needed when they were last measured."""
        return replace(self._layout, usual=self._usual).table()

    def batch(self, randomness: Randomness) -> Lesson:
        """Pictures at random, more of them at smaller scales, so that every step takes as long."""
        scale = scale_of(self._layout, randomness.host)
        count = self._recipe.batch * step_of(scale, self._layout.scales) ** 2
        told = self._source.batch(count, randomness)
        return lesson(self._layout, told.pixels, told.labels, scale, self._task.erased, randomness.host)

    def loss(self, network: nn.Module, batch: Lesson) -> Tensor:
        """Bits for each value that is to be drawn, on average."""
        bits: Tensor = network(batch.pixels, batch.condition, batch.known)
        values = (~batch.known).sum() * batch.pixels.shape[1]
        return bits.sum() / values.clamp_min(1)

    def validate(self, network: nn.Module) -> Validation:
        """Bits for each value of the held-back pictures; below some of them what the model draws."""
        held_back, pictures = self._source.held_back, PictureModel(self._layout, _model_of(network))
        bits = [
            pictures.bits(some, torch.full_like(some[:, 0, 0, 0], -1))
            for some in torch.split(held_back.pixels, 16)
        ]
        shown, labels = held_back.pixels[:SHOWN], held_back.labels[:SHOWN]
        everywhere = torch.ones_like(shown[0, 0], dtype=torch.bool)
        rngs = [torch.Generator().manual_seed(self._recipe.seed + number) for number in range(len(shown))]
        drawn = pictures.drawn(Request(torch.zeros_like(shown), everywhere, labels), rngs)
        sheet = np.vstack([_row(shown), _row(drawn)])
        each = torch.cat(bits).mean(dim=(1, 2)) / shown.shape[1]
        self._usual = tuple(each.float().quantile(torch.tensor([0.05, 0.95], device=each.device)).tolist())
        return Validation({"held back": float(each.mean())}, sheet, unit="bits/dim")


class _Bits(nn.Module):
    """What is trained and averaged: the model; its output is the bits of each value."""

    def __init__(self, model: Autoregressive) -> None:
        super().__init__()
        self.model = model

    def forward(self, pixels: Tensor, condition: Tensor, known: Tensor) -> Tensor:
        """(B, C, H, W) of (B, C, H, W) int64, (B, D) and (B, H, W)."""
        return -self.model.log_probability(pixels, condition, known) / math.log(2)


def objective(recipe: Recipe, data: Path, device: torch.device) -> Objective[Lesson]:
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
    if layout.channels != (4 if task.pictures == "small" else 3):
        raise BadRecipe(recipe.path, f"network.channels is {layout.channels}; small pictures have 4, photos 3")
    return Likelihood(recipe, layout, task, _source(recipe, task, data, device), device)


def _source(recipe: Recipe, task: Task, data: Path, device: torch.device) -> Source:
    if task.pictures == "photos":
        photos = [photo for _, photo in load_photos(data, recipe.shards, max(SIDE_PX, task.side_px))]
        if len(photos) < 2:
            raise NoPhotos(data, max(SIDE_PX, task.side_px))
        return Patches(photos, task.side_px, device)
    pictures = load_small_pictures(data, recipe.shards, task.side_px, task.folders)
    if bool(pictures.held_back.all()):
        raise NoPhotos(data, task.side_px)
    return Small(pictures, device)


def _told(pictures: SmallPictures, device: torch.device, most: int | None) -> Told:
    step = 1 if most is None else max(1, -(-len(pictures.names) // most))
    pixels = torch.from_numpy(pictures.pixels[::step].copy()).permute(0, 3, 1, 2).to(device)
    labels = torch.from_numpy(pictures.labels[::step].copy()).to(device)
    return Told(pixels if most is None else pixels.long(), labels)


def _model_of(network: nn.Module) -> Autoregressive:
    """Inside of whatever averages or shares it."""
    return next(module for module in network.modules() if isinstance(module, Autoregressive))


def _row(pixels: Tensor) -> Photo:
    """Pictures (B, C, H, W) beside each other, on gray where they are transparent: (H, B·W, 3) uint8."""
    floats = pixels.float().permute(2, 0, 3, 1).flatten(1, 2) / 255  # (H, B·W, C)
    if floats.shape[2] == 4:
        floats = floats[..., :3] * floats[..., 3:] + 0.5 * (1 - floats[..., 3:])
    return (floats * 255).round().to(torch.uint8).cpu().numpy()
