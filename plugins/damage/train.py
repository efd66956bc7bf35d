"""How the network is trained: crops of photos that are made old, and where their damage can be seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from imagetool.kit.tensors import to_tensor
from imagetool.training.ageing.aged import Aged, aged, aged_by_name
from imagetool.training.ageing.marks import Kind, Plane
from imagetool.training.crops import PhotoPool
from imagetool.training.damage_evaluation import VISIBLE, Tally, example, stacked
from imagetool.training.errors import BadRecipe, NoPhotos
from imagetool.training.held_back import SIDE_PX, is_held_back, middle
from imagetool.training.objective import Objective, Randomness, Validation
from imagetool.training.photos import Photo, load_photos
from imagetool.training.recipe import Recipe
from plugins.damage.network import Layout, Network

ZOOMS = (1.0, 1.0, 1.25, 1.5)
"""Crops are cut so many times larger and made smaller: scenes become finer, and what a JPEG has left is gone."""

LEARNED_MORE = {Kind.STAIN: 0.8, Kind.TEAR: 0.5}
"""Chances of what is learned late: soft and large damage."""

OVERLAP_WEIGHT = 1.0
"""How much it counts that what is found covers the damage, beside each pixel's own certainty."""

MOST_CHECKED, MOST_SHOWN = 32, 6
"""So many held-back photos are looked at while a network is trained, and so many of them are shown."""


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

    @property
    def least_px(self) -> int:
        """Shorter side of the smallest photos that do."""
        return max(SIDE_PX, round(self.side_px * max(ZOOMS)))

    def wants(self, name: str) -> bool:
        """Whether a photo of that name is learned from, or held back."""
        return any(fnmatchcase(name, pattern) for pattern in self.photos)


@dataclass(frozen=True, eq=False, slots=True)
class Batch:
    """Old photos (B, 3, side, side) float32 in [0, 1], and how certainly damage is seen, (B, 1, side, side)."""

    image: Tensor
    truth: Tensor


class FindingDamage:
    """Trains a network to say where photos that have been made old are damaged."""

    def __init__(
        self,
        recipe: Recipe,
        layout: Layout,
        task: Task,
        photos: PhotoPool,
        held_back: Sequence[Aged],
        device: torch.device,
    ) -> None:
        self._recipe, self._layout, self._task, self._photos = recipe, layout, task, photos
        self._held_back, self._device = held_back, device
        torch.manual_seed(recipe.seed)
        network = Network(layout).to(device)
        self.network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @property
    def layout(self) -> Mapping[str, Any]:
        """The network's."""
        return self._layout.table()

    def batch(self, randomness: Randomness) -> Batch:
        """Crops of which each has become old in its own way."""
        host = randomness.host
        rng = np.random.default_rng(int(torch.randint(2**62, (1,), generator=host)))
        side_px = self._task.side_px
        whole_px = round(side_px * ZOOMS[rng.integers(len(ZOOMS))])
        places = self._photos.draw(self._recipe.batch, whole_px, host)
        crops = self._photos.crops(places, whole_px).permute(0, 2, 3, 1).cpu().numpy()
        old = [
            aged(cv2.resize(crop, (side_px, side_px), interpolation=cv2.INTER_AREA), rng, LEARNED_MORE)
            for crop in crops
        ]
        image = torch.cat([to_tensor(each.image, self._device) for each in old])
        truth = torch.from_numpy(np.stack([each.truth for each in old]))[:, None]
        return Batch(image, truth.to(self._device))

    def loss(self, network: nn.Module, batch: Batch) -> Tensor:
        """Binary cross-entropy, and one minus the soft F1 of the batch (Milletari et al. 2016, V-Net)."""
        odds = network(batch.image.contiguous(memory_format=torch.channels_last)).float()
        certainty = functional.binary_cross_entropy_with_logits(odds, batch.truth)
        found = torch.sigmoid(odds)
        overlap = (2 * (found * batch.truth).sum() + 1) / (found.sum() + batch.truth.sum() + 1)
        return certainty + OVERLAP_WEIGHT * (1 - overlap)

    def validate(self, network: nn.Module) -> Validation:
        """F1 and AUROC over the held-back photos; pictures: the old photo, its damage, what was found."""

        def find(photo: Photo) -> Plane:
            return torch.sigmoid(network(to_tensor(photo, self._device)))[0, 0].cpu().numpy()

        tally = Tally()
        for old in self._held_back:
            tally.add(find(old.image), old.truth >= VISIBLE)
        figures = {"F1": tally.f1(), "best F1": tally.best()[1], "AUROC": tally.auroc() or 0.0}
        rows = [example(find, old) for old in self._held_back[:MOST_SHOWN]]
        return Validation(figures, stacked(rows), unit="")


def objective(recipe: Recipe, data: Path, device: torch.device) -> Objective[Batch]:
    """What the recipe trains.

    Raises:
        BadRecipe: where its network or its task is not understood.
        NoPhotos: where there is nothing to learn from, or nothing is held back.
    """
    try:
        layout = Layout.read(recipe.network)
    except ValueError as error:
        raise BadRecipe(recipe.path, str(error)) from None
    task = Task.read(recipe)
    photos = [pair for pair in load_photos(data, recipe.shards, task.least_px) if task.wants(pair[0])]
    learned = [photo for name, photo in photos if not is_held_back(name)]
    held_back = [(name, middle(photo)) for name, photo in photos if is_held_back(name)][:MOST_CHECKED]
    if not learned or not held_back:
        raise NoPhotos(data, task.least_px)
    old = [aged_by_name(name, photo) for name, photo in held_back]
    return FindingDamage(recipe, layout, task, PhotoPool(learned, device), old, device)
