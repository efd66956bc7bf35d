"""How the network is trained."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from imagetool.core.geometry import Size
from imagetool.training.ageing.shapes import clouds
from imagetool.training.compute import OneDevice
from imagetool.training.damage_evaluation import GAP_PX
from imagetool.training.errors import BadRecipe, NoPhotos
from imagetool.training.held_back import SIDE_PX, is_held_back
from imagetool.training.loop import Training
from imagetool.training.objective import Randomness
from imagetool.training.recipe import Recipe
from plugins.damage.train import OVERLAP_WEIGHT, Batch, objective
from tests.fakes.pictures import written
from tests.fakes.trainings import TickingClock, WrittenDown, recipe

CPU = torch.device("cpu")
NETWORK = {"fold": 2, "widths": [8, 12], "encoder": [1], "middle": 1, "decoder": [1]}
TASK = {"photos": ["*"], "side_px": 48}
LEARNED = [f"{number}.png" for number in range(40) if not is_held_back(f"{number}.png")][:3]
HELD_BACK = next(f"{number}.png" for number in range(1000) if is_held_back(f"{number}.png"))


def the_recipe(task: Mapping[str, Any] = TASK, network: Mapping[str, Any] = NETWORK) -> Recipe:
    return recipe(plugin="damage", network=dict(network), task=dict(task), batch=6, ema=0.9, learning_rate=0.01)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Photos of soft clouds: damage stands out from them."""
    folder = tmp_path_factory.mktemp("photos")
    for number, name in enumerate([*LEARNED, HELD_BACK]):
        rng = np.random.default_rng(number)
        planes = [128 + 30 * clouds(Size(SIDE_PX + 6, SIDE_PX), 50, rng) for _ in range(3)]
        written(folder / name, np.clip(np.stack(planes, axis=2), 0, 255).astype(np.uint8))
    return folder


def step(number: int, rank: int = 0) -> Randomness:
    return Randomness(5, number, rank, CPU)


def test_a_few_steps_find_some_of_the_damage(photos: Path, tmp_path: Path) -> None:
    chosen = the_recipe()
    trained = objective(chosen, photos, CPU)
    unseen = trained.batch(step(99))
    before = float(trained.loss(trained.network, unseen).detach())
    watcher = WrittenDown()
    Training(chosen, trained, OneDevice("cpu"), tmp_path, watcher, clock=TickingClock()).run(25.0)
    validation = watcher.validations[-1][1]
    assert list(validation.figures) == ["F1", "best F1", "AUROC"]
    assert float(trained.loss(trained.network, unseen).detach()) < 0.85 * before
    assert validation.figures["best F1"] >= validation.figures["F1"]
    assert validation.sheet.shape == (SIDE_PX, 3 * SIDE_PX + 2 * GAP_PX, 3), "one photo is held back"


def test_the_same_step_gives_the_same_batch(photos: Path) -> None:
    one, other = objective(the_recipe(), photos, CPU), objective(the_recipe(), photos, CPU)
    first, same = one.batch(step(3)), other.batch(step(3))
    assert torch.equal(first.image, same.image)
    assert torch.equal(first.truth, same.truth)
    for different in (one.batch(step(4)), one.batch(step(3, rank=1))):
        assert not torch.equal(first.image, different.image)


def test_batches_are_old_photos_and_what_is_seen_of_their_damage(photos: Path) -> None:
    trained = objective(the_recipe(), photos, CPU)
    batches = [trained.batch(step(number)) for number in range(5)]
    for batch in batches:
        assert batch.image.shape == (6, 3, 48, 48)
        assert batch.truth.shape == (6, 1, 48, 48)
        assert batch.image.dtype == batch.truth.dtype == torch.float32
        for part in (batch.image, batch.truth):
            assert 0 <= float(part.min()) <= float(part.max()) <= 1
    damaged = torch.cat([batch.truth.flatten(1).amax(dim=1) for batch in batches]) > 0.5
    assert 0.4 < float(damaged.float().mean()) < 1, "most are damaged, and not all"


class Saying(nn.Module):
    """A network that always says the same."""

    def __init__(self, odds: Tensor) -> None:
        super().__init__()
        self.odds = odds

    def forward(self, image: Tensor) -> Tensor:
        return self.odds


def test_the_loss_is_least_for_the_truth_and_counts_both_certainty_and_overlap(photos: Path) -> None:
    trained = objective(the_recipe(), photos, CPU)
    truth = torch.zeros(1, 1, 4, 4)
    truth[..., :2] = 1
    batch = Batch(torch.rand(1, 3, 4, 4), truth)

    def loss(odds: Tensor) -> float:
        return float(trained.loss(Saying(odds), batch))

    certain = 40 * truth - 20
    assert loss(certain) == pytest.approx(0, abs=1e-6)
    undecided = np.log(2) + OVERLAP_WEIGHT * (1 - (2 * 4 + 1) / (8 + 8 + 1))
    assert loss(torch.zeros_like(truth)) == pytest.approx(undecided, rel=1e-5)
    assert loss(-certain) > 15


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"photos": []}, r"task.photos is \[\], not a list of patterns"),
    ({"side_px": 0}, "task.side_px is 0, not a whole number above 0"),
    ({"loss": "psnr"}, r"task has the keys \['loss', 'photos', 'side_px'\], not \['photos', 'side_px'\]"),
]


@pytest.mark.parametrize(("change", "said"), WRONG, ids=lambda case: str(case)[:20])
def test_a_wrong_task_is_one_sentence(photos: Path, change: dict[str, Any], said: str) -> None:
    with pytest.raises(BadRecipe, match=said):
        objective(the_recipe(TASK | change), photos, CPU)


def test_a_wrong_network_is_one_sentence(photos: Path) -> None:
    with pytest.raises(BadRecipe, match="fold is 9"):
        objective(the_recipe(network=NETWORK | {"fold": 9}), photos, CPU)


@pytest.mark.parametrize("only", [LEARNED[0], HELD_BACK], ids=["nothing held back", "nothing to learn from"])
def test_photos_of_both_parts_are_needed(photos: Path, only: str) -> None:
    with pytest.raises(NoPhotos):
        objective(the_recipe(TASK | {"photos": [only]}), photos, CPU)
