"""How the network is trained: photos with holes, filled at three sizes."""

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
from torch.nn import functional

from imagetool.core.geometry import Size
from imagetool.kit.tensors import to_pixels, to_tensor
from imagetool.training.errors import BadRecipe, NoPhotos
from imagetool.training.held_back import SIDE_PX, Division
from imagetool.training.holes import Lesson, Lessons
from imagetool.training.losses import dissimilarity
from imagetool.training.masks import KINDS, random_mask
from imagetool.training.measures import psnr_in
from imagetool.training.objective import Objective, Randomness, Validation
from imagetool.training.photos import Photo, load_photos
from imagetool.training.recipe import Recipe
from plugins.inpainting.coarse_to_fine import filled, sizes
from plugins.inpainting.critic import PATCH_PX, Critic, critic_loss, fooling_loss, gradient_penalty
from plugins.inpainting.network import Layout, Network

SIZES = 3
"""At how many sizes a crop is filled, each half of the one before."""

WEIGHTS = ("similarity", "fooling", "matching")
"""Keys of a recipe's task that weigh what is asked for beside the mean absolute error."""

LEAST_SIDE_PX = 32
"""Smaller crops are not worth filling at three sizes."""

PENALTY, PENALTY_EVERY = 1.0, 16
"""Weight of the R1 penalty, and in every how many steps it is asked for, then as many times as strongly."""

SMALLER_WEIGHT = 0.5
"""How much it counts how well a smaller size is filled."""


@dataclass(frozen=True, slots=True)
class Task:
    """The recipe's table `task`.

    Attributes:
        photos: Patterns of the names of the photos to learn from, such as `bsds500/*`.
        side_px: Side of the crops, a multiple of 8.
        similarity: Weight of the structural dissimilarity; 0 where nothing is given.
        fooling: Weight of how little the critic is fooled; 0 and no critic where nothing is given.
        matching: Weight of how far what the critic looks at is from that of the photo; 0 where nothing is given.
    """

    photos: tuple[str, ...]
    side_px: int
    similarity: float
    fooling: float
    matching: float

    @classmethod
    def read(cls, recipe: Recipe) -> Task:
        """Raises BadRecipe where a key is missing, unknown or wrong."""
        table = {**dict.fromkeys(WEIGHTS, 0.0), **recipe.task}
        if set(table) != set(cls.__slots__):
            raise BadRecipe(recipe.path, f"task has the keys {sorted(table)}, not {sorted(cls.__slots__)}")
        photos, side_px = table["photos"], table["side_px"]
        if not isinstance(photos, list) or not photos or not all(isinstance(pattern, str) for pattern in photos):
            raise BadRecipe(recipe.path, f"task.photos is {photos!r}, not a list of patterns")
        if type(side_px) is not int or side_px < LEAST_SIDE_PX or side_px % PATCH_PX:
            raise BadRecipe(recipe.path, f"task.side_px is {side_px!r}, not a multiple of 8 from 32 on")
        for key in WEIGHTS:
            if not isinstance(table[key], int | float) or table[key] < 0:
                raise BadRecipe(recipe.path, f"task.{key} is {table[key]!r}, not a number from 0 on")
        return cls(tuple(photos), side_px, *(float(table[key]) for key in WEIGHTS))

    @property
    def has_critic(self) -> bool:
        """Whether a critic takes part."""
        return self.fooling > 0 or self.matching > 0

    def wants(self, name: str) -> bool:
        """Whether a photo of that name is learned from."""
        return any(fnmatchcase(name, pattern) for pattern in self.photos)


class Filling:
    """Trains a network to give back what was in the holes of photos."""

    def __init__(
        self,
        recipe: Recipe,
        layout: Layout,
        task: Task,
        learned: Sequence[Photo],
        held_back: Sequence[Photo],
        device: torch.device,
    ) -> None:
        self._recipe, self._layout, self._task = recipe, layout, task
        self._lessons = Lessons(learned, task.side_px, device)
        self._held_back = held_back
        torch.manual_seed(recipe.seed)
        network = Network(layout).to(device)
        self.network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.adversary = Opponent(device) if task.has_critic else None

    @property
    def layout(self) -> Mapping[str, Any]:
        """The network's."""
        return self._layout.table()

    def batch(self, randomness: Randomness) -> Lesson:
        """Crops with holes."""
        return self._lessons.draw(self._recipe.batch, randomness)

    def loss(self, network: nn.Module, batch: Lesson) -> Tensor:
        """The mean absolute error in the holes, of each size; pictures weigh alike, however large their holes."""
        levels = sizes(batch.truth, batch.hole, 1, SIZES)
        truths = [functional.avg_pool2d(batch.truth, 1 << depth, ceil_mode=True) for depth in range(len(levels))]
        total = batch.truth.new_zeros(())
        for (answer, hole), depth in zip(filled(levels, network), reversed(range(len(levels))), strict=True):
            weight = SMALLER_WEIGHT if depth else 1.0
            total = total + weight * self._distance(answer, truths[depth], hole)
        return total + self._criticism(self.adversary, batch, answer) if self.adversary else total

    def _distance(self, answer: Tensor, truth: Tensor, hole: Tensor) -> Tensor:
        distance = mean_in_holes((answer - truth).abs(), hole)
        if self._task.similarity:
            distance = distance + self._task.similarity * mean_in_holes(dissimilarity(answer, truth), hole)
        return distance

    def _criticism(self, opponent: Opponent, batch: Lesson, answer: Tensor) -> Tensor:
        opponent.made = answer.detach()
        fooled, matched = fooling_loss(opponent.network, batch.truth, answer, batch.hole)
        return self._task.fooling * fooled + self._task.matching * matched

    def validate(self, network: nn.Module) -> Validation:
        """PSNR in holes of held-back photos, the mean and by kind; pictures with a hole, filled, true."""
        figures: dict[str, list[float]] = {kind: [] for kind in KINDS}
        rows: list[Photo] = []
        device = next(network.parameters()).device
        for index, photo in enumerate(self._held_back):
            for kind, found in figures.items():
                mask = random_mask(kind, Size(SIDE_PX, SIDE_PX), np.random.default_rng(index)) > 0
                hole = torch.from_numpy(mask)[None, None].float().to(device)
                levels = sizes(to_tensor(photo, device), hole, 32, SIZES)
                *_, (answer, _) = filled(levels, network)
                made = to_pixels(answer.clamp(0, 1), np.dtype(np.uint8))
                found.append(psnr_in(mask, photo, made))
            marked = np.where(mask[..., None], np.uint8(128), photo)
            rows.append(np.hstack([marked, made, photo]))
        means = {kind: fmean(found) for kind, found in figures.items()}
        return Validation({"mean": fmean(means.values()), **means}, np.vstack(rows))


class Opponent:
    """The critic, and how it learns."""

    def __init__(self, device: torch.device) -> None:
        critic = Critic().to(device)
        self.network = critic.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.made = torch.zeros((), device=device)  # later what was painted last, (B, 3, side, side)

    def loss(self, network: nn.Module, batch: Lesson, randomness: Randomness) -> Tensor:
        """How badly it tells photos from what was painted; now and then with a penalty on steep verdicts."""
        loss = critic_loss(network, batch.truth, self.made, batch.hole)
        if randomness.step % PENALTY_EVERY == 0:
            loss = loss + PENALTY_EVERY * PENALTY / 2 * gradient_penalty(network, batch.truth)
        return loss


def mean_in_holes(values: Tensor, hole: Tensor) -> Tensor:
    """The mean (a scalar) of values (B, C, H, W) over each picture's hole, then over the pictures that have one.

    Holes are (B, 1, H, W), 1 or 0.
    """
    area = hole.sum(dim=(1, 2, 3))  # (B,)
    means = (values * hole).sum(dim=(1, 2, 3)) / (values.shape[1] * area).clamp_min(1)
    mean: Tensor = means.sum() / (area > 0).sum().clamp_min(1)
    return mean


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
    least_px = max(SIDE_PX, task.side_px)
    photos = [photo for name, photo in load_photos(data, recipe.shards, least_px) if task.wants(name)]
    divided = Division.of(photos)
    if not divided.learned:
        raise NoPhotos(data, least_px)
    return Filling(recipe, layout, task, divided.learned, divided.held_back, device)
