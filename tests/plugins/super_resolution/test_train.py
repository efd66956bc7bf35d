"""What the recipes of this plugin train: pairs that belong together, and a network that learns from them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from imagetool.core.geometry import Size
from imagetool.kit.resampling import resize
from imagetool.training.compute import OneDevice
from imagetool.training.errors import BadRecipe, NoPhotos
from imagetool.training.held_back import SIDE_PX
from imagetool.training.loop import Training
from imagetool.training.objective import Randomness
from imagetool.training.recipe import Recipe
from plugins.super_resolution.network import Layout
from plugins.super_resolution.train import CleanPhotos, WornPhotos, objective
from tests.fakes.pictures import textured, written
from tests.fakes.trainings import TickingClock, WrittenDown, recipe

CPU = torch.device("cpu")
NETWORK = {"width": 8, "blocks": 1, "kernel": 1, "partial": 4, "scales": [2]}
TASK = {"photos": "clean", "side_px": 16, "frequency": 0.05}


def the_recipe(task: Mapping[str, Any] = TASK, network: Mapping[str, Any] = NETWORK) -> Recipe:
    return recipe(
        plugin="super_resolution", network=dict(network), task=dict(task), batch=4, ema=0.9, learning_rate=5e-3
    )


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Four photos of fine waves: bicubic flattens them, and a network soon learns to bring them back."""
    folder = tmp_path / "photos"
    folder.mkdir()
    y, x = np.mgrid[0 : SIDE_PX + 1, 0 : SIDE_PX + 6]
    for index in range(4):
        waves = [np.sin(x * np.cos(index + colour) + y * np.sin(index + colour)) for colour in range(3)]
        written(folder / f"{index}.png", (128 + 100 * np.stack(waves, axis=2)).astype(np.uint8))
    return folder


def step(number: int, rank: int = 0) -> Randomness:
    return Randomness(5, number, rank, CPU)


@pytest.mark.parametrize(("photos_are", "left"), [("clean", 0.6), ("worn", 0.97)])
def test_thirty_steps_lower_the_loss(photos: Path, tmp_path: Path, photos_are: str, left: float) -> None:
    chosen = the_recipe(TASK | {"photos": photos_are})
    trained = objective(chosen, photos, CPU)
    batches = [trained.batch(step(number)) for number in range(1000, 1004)]

    def losses() -> list[float]:
        with torch.no_grad():
            return [float(trained.loss(trained.network, batch)) for batch in batches]

    before, watcher = losses(), WrittenDown()
    assert all(np.isfinite(before))
    Training(chosen, trained, OneDevice("cpu"), tmp_path, watcher, clock=TickingClock()).run(30.0)
    after = losses()
    assert all(np.isfinite(after))
    assert sum(after) < left * sum(before)
    ((_, validation),) = watcher.validations
    assert list(validation.figures) == ["x2"]
    assert 10 < validation.figures["x2"] < 60
    assert validation.sheet.shape == (2 * SIDE_PX, 3 * SIDE_PX, 3), "two photos are held back"


@pytest.mark.parametrize("photos_are", ["clean", "worn"])
def test_the_same_step_gives_the_same_batch(photos: Path, photos_are: str) -> None:
    chosen = the_recipe(TASK | {"photos": photos_are})
    one, other = objective(chosen, photos, CPU), objective(chosen, photos, CPU)
    first, same = one.batch(step(3)), other.batch(step(3))
    assert torch.equal(first.small, same.small)
    assert torch.equal(first.truth, same.truth)
    for different in (one.batch(step(4)), one.batch(step(3, rank=1))):
        assert not torch.equal(first.truth, different.truth)


def test_the_scales_take_turns(photos: Path) -> None:
    trained = objective(the_recipe(network=NETWORK | {"scales": [2, 3, 4]}), photos, CPU)
    batches = [trained.batch(step(number)) for number in range(6)]
    assert [batch.scale for batch in batches] == [2, 3, 4, 2, 3, 4]
    for batch in batches:
        assert batch.small.shape == (4, 3, 16, 16)
        assert batch.truth.shape == (4, 3, 16 * batch.scale, 16 * batch.scale)
    assert Layout.read(trained.layout).scales == (2, 3, 4)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_clean_pairs_are_the_photo_and_the_photo_made_smaller(scale: int) -> None:
    source = CleanPhotos([textured(130, 101, seed) for seed in (1, 2)], (2, 3, 4), CPU)
    small, truth = source.batch(scale, 24, 20, step(1))
    made = resize(truth, Size(20, 20)).clamp(0, 1)
    inner = (..., slice(2, -2), slice(2, -2))  # at its border the crop lacks what the photo has beyond it
    torch.testing.assert_close(small[inner], made[inner], rtol=0, atol=0.51 / 255)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_worn_pairs_show_the_same_place(scale: int) -> None:
    source = WornPhotos([textured(200, 190, seed) for seed in (1, 2)], CPU)
    small, truth = source.batch(scale, 16, 20, step(1))
    assert small.shape == (16, 3, 20, 20)
    reference = resize(truth, Size(20, 20)).clamp(0, 1)
    error = (small - reference).abs().mean(dim=(1, 2, 3))
    elsewhere = (small - reference.roll(3, dims=-1)).abs().mean(dim=(1, 2, 3))
    assert float((error < elsewhere).float().mean()) > 0.8
    assert float(error.max()) < 0.15


def test_photos_that_are_held_back_are_not_learned(tmp_path: Path) -> None:
    side = SIDE_PX
    for index in range(6):
        written(tmp_path / f"{index}.png", np.full((side, side, 3), 40 * index, np.uint8))
    trained: Any = objective(the_recipe(), tmp_path, CPU)
    held_back = {int(truth[0, 0, 0]) for truth, _ in trained._held_back[2]}
    learned = {
        round(float(value) * 255)
        for number in range(20)
        for value in trained.batch(step(number)).truth[:, 0, 0, 0]
    }
    assert held_back == {0, 80, 160}
    assert learned == {40, 120, 200}


WRONG_TASKS: list[tuple[str, dict[str, Any], str]] = [
    ("too much", {"depth": 1}, "task has the keys ['depth', 'frequency', 'photos', 'side_px'], not ['frequency'"),
    ("too little", {"frequency": None}, "task has the keys ['photos', 'side_px'], not ['frequency', "),
    ("kind", {"photos": "dirty"}, "task.photos is 'dirty', not clean or worn"),
    ("kind as a number", {"photos": 3}, "task.photos is 3, not clean or worn"),
    ("kind as a list", {"photos": ["clean"]}, "task.photos is ['clean'], not clean or worn"),
    ("side as text", {"side_px": "large"}, "task.side_px is 'large'"),
    ("side of nothing", {"side_px": 0}, "task.side_px is 0"),
    ("side below nothing", {"side_px": -16}, "task.side_px is -16"),
    ("side as a list", {"side_px": [16]}, "task.side_px is [16]"),
    ("frequency as text", {"frequency": "much"}, "task.frequency is 'much'"),
    ("frequency below nothing", {"frequency": -1.0}, "task.frequency is -1.0"),
]


@pytest.mark.parametrize(
    ("changes", "said"), [row[1:] for row in WRONG_TASKS], ids=[row[0] for row in WRONG_TASKS]
)
def test_a_wrong_task_is_refused_in_a_sentence(photos: Path, changes: dict[str, Any], said: str) -> None:
    task = {key: value for key, value in (TASK | changes).items() if value is not None}
    with pytest.raises(BadRecipe) as caught:
        objective(the_recipe(task), photos, CPU)
    assert str(caught.value).startswith(f"The recipe “trainee.toml” cannot be followed: {said}")


def test_a_wrong_network_is_a_wrong_recipe(photos: Path) -> None:
    with pytest.raises(BadRecipe, match=r"cannot be followed: blocks is 0, not a whole number from 1 to 512\.$"):
        objective(the_recipe(network=NETWORK | {"blocks": 0}), photos, CPU)


def test_small_photos_are_nothing_to_learn_from(tmp_path: Path) -> None:
    written(tmp_path / "small.png", textured(SIDE_PX, SIDE_PX - 1))
    with pytest.raises(NoPhotos, match=r"There are no photos of at least 240 × 240 pixels in “"):
        objective(the_recipe(), tmp_path, CPU)


def test_one_photo_is_nothing_to_learn_from(tmp_path: Path) -> None:
    """It is held back."""
    written(tmp_path / "only.png", textured(SIDE_PX, SIDE_PX))
    with pytest.raises(NoPhotos):
        objective(the_recipe(), tmp_path, CPU)


RECIPES = sorted((Path(__file__).parents[3] / "plugins" / "super_resolution" / "recipes").glob("*.toml"))


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_the_bundled_recipes_can_be_followed(path: Path) -> None:
    read = Recipe.read(path)
    assert read.plugin == "super_resolution"
    Layout.read(read.network)
    assert set(read.task) == {"photos", "side_px", "frequency"}
