from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from imagetool.training.compute import OneDevice
from imagetool.training.errors import BadRecipe, NoPhotos
from imagetool.training.held_back import SIDE_PX
from imagetool.training.loop import Training
from imagetool.training.objective import Randomness
from imagetool.training.recipe import Recipe
from imagetool.training.small_pictures import load_small_pictures
from plugins.autoregressive.layout import HEADS, KINDS, Layout
from plugins.autoregressive.model import Autoregressive
from plugins.autoregressive.pictures import PictureModel
from plugins.autoregressive.train import Task, objective
from tests.fakes.pictures import textured, written
from tests.fakes.trainings import TickingClock, WrittenDown, recipe

CPU = torch.device("cpu")
NETWORK = {
    "kind": "gated",
    "width": 8,
    "depth": 1,
    "head": "classes",
    "parts": 8,
    "channels": 4,
    "labels": ["red"],
    "guide": 1,
}
SMALL = {"pictures": "small", "side_px": 6, "erased": 0.2, "folders": ["red"]}
RECIPES = sorted((Path(__file__).parents[3] / "plugins" / "autoregressive" / "recipes").glob("*.toml"))


def the_recipe(task: Mapping[str, Any] = SMALL, **network: Any) -> Recipe:
    shape = dict(NETWORK) | network
    return recipe(plugin="autoregressive", network=shape, task=dict(task), batch=8, ema=0.9, learning_rate=2e-2)


@pytest.fixture
def tiles(tmp_path: Path) -> Path:
    """Forty plain tiles, half of them red, half blue, and a hole in each."""
    for index in range(40):
        colour = (200, 10, 10, 255) if index % 2 else (10, 10, 200, 255)
        pixels = np.full((6, 6, 4), colour, np.uint8)
        pixels[2, 2] = 0
        path = tmp_path / "tiles" / ("red" if index % 2 else "blue") / f"{index:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels, "RGBA").save(path)
    return tmp_path / "tiles"


def step(number: int) -> Randomness:
    return Randomness(5, number, 0, CPU)


def test_sixty_steps_teach_plain_tiles(tiles: Path, tmp_path: Path) -> None:
    chosen = the_recipe()
    trained = objective(chosen, tiles, CPU)
    with torch.inference_mode():
        before = trained.validate(trained.network)
    watcher = WrittenDown()
    Training(chosen, trained, OneDevice("cpu"), tmp_path, watcher, clock=TickingClock()).run(60.0)
    after = watcher.validations[-1][1]
    assert before.figures["held back"] == pytest.approx(8, abs=0.5)
    assert before.unit == "bits/dim"
    assert after.figures["held back"] < 3
    assert after.sheet.shape == (2 * 6, 2 * 6, 3), "two tiles are held back, and as many drawn"
    low, high = trained.layout["usual"]
    assert low <= after.figures["held back"] <= high


def test_held_back_pictures_are_measured_without_their_labels(tiles: Path) -> None:
    trained = objective(the_recipe(), tiles, CPU)
    rng = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for value in trained.network.parameters():
            value.copy_(torch.randn(value.shape, generator=rng) * 0.3)
        told = trained.validate(trained.network).figures["held back"]
    held_back = load_small_pictures(tiles, [], 6)
    seen = torch.from_numpy(held_back.chosen(held_back.held_back).pixels).permute(0, 3, 1, 2).long()
    layout = Layout.read(trained.layout)
    model = next(module for module in trained.network.modules() if isinstance(module, Autoregressive))
    bits = [float(PictureModel(layout, model).bits(seen, torch.full((2,), label)).mean()) / 4 for label in (-1, 0)]
    assert told == pytest.approx(bits[0], rel=1e-5)
    assert bits[0] != pytest.approx(bits[1], rel=1e-4)


def test_batches_are_the_tiles_with_their_labels_and_some_are_not_told(tiles: Path) -> None:
    trained = objective(the_recipe(), tiles, CPU)
    told = [trained.batch(step(number)) for number in range(30)]
    labels, noisy = torch.cat([batch.condition for batch in told]).T
    red = torch.cat([batch.pixels[:, 0, 0, 0] for batch in told]) == 200
    assert told[0].pixels.shape == (8, 4, 6, 6)
    assert not bool(labels[~red & (noisy == 0)].any())
    assert 0.8 < float(labels[red].mean()) < 1
    assert torch.equal(trained.batch(step(3)).pixels, told[3].pixels)


def test_patches_of_photos(tmp_path: Path) -> None:
    for index in range(3):
        written(tmp_path / f"{index}.png", textured(SIDE_PX, SIDE_PX, index))
    trained = objective(
        the_recipe({"pictures": "photos", "side_px": 8, "erased": 0.0}, channels=3, labels=[]), tmp_path, CPU
    )
    batch = trained.batch(step(1))
    assert batch.pixels.shape == (8, 3, 8, 8)
    assert float(trained.loss(trained.network, batch).detach()) == pytest.approx(8, abs=0.5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("head", HEADS)
def test_every_layout_makes_a_model_and_survives_its_table(kind: str, head: str) -> None:
    layout = Layout(
        kind, 6, 2, head, 4, 3, ("a", "b"), copies=1, guide=1, scales=2, palette=True, usual=(0.5, 2.5)
    )
    assert Layout.read(layout.table()) == layout
    model = layout.model()
    labels, clean = torch.tensor([1, -1]), torch.tensor([False, False])
    told = model.bits_per_dim(torch.zeros(2, 3, 4, 4, dtype=torch.int64), layout.condition(labels, 0, clean))
    assert told.shape == (2,)


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("unknown kind", {"kind": "wavelet"}, "kind is 'wavelet', not masked or gated or plus-plus or row-lstm or"),
    ("unknown head", {"head": "gauss"}, "head is 'gauss', not classes or mixture or both"),
    ("no width", {"width": 0}, "width is 0, not a whole number from 1 to 4096"),
    ("depth as text", {"depth": "deep"}, "depth is 'deep', not a whole number from 1 to 4096"),
    ("one label", {"labels": "red"}, "labels is 'red', not a list of texts"),
    (
        "too much",
        {"colour": 1},
        "network has the keys channels, colour, copies, depth, guide, head, kind, labels, palette,",
    ),
    ("both heads", {"head": "both"}, "copies is 0, but only what copies can choose between several heads"),
    ("a palette", {"palette": True}, "copies is 0, but only what copies can choose between several heads"),
    ("far copies", {"copies": 5}, "copies is 5, not a whole number from 0 to 4"),
    ("usual as a number", {"usual": 3}, "usual is 3, not two numbers"),
    ("channels of photos", {"channels": 3}, "network.channels is 3; small pictures have 4, photos 3"),
]


@pytest.mark.parametrize(("changes", "said"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_a_wrong_network_is_refused_in_a_sentence(tiles: Path, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(BadRecipe) as caught:
        objective(the_recipe(**changes), tiles, CPU)
    assert str(caught.value).startswith(f"The recipe “trainee.toml” cannot be followed: {said}")


@pytest.mark.parametrize(
    ("task", "said"),
    [
        (SMALL | {"pictures": "tiles"}, "task.pictures is 'tiles', not small or photos"),
        (SMALL | {"side_px": 0}, "task.side_px is 0, not a whole number above 0"),
        (SMALL | {"erased": 0.95}, "task.erased is 0.95, not a share up to 0.94"),
        (SMALL | {"folders": []}, "task.folders and network.labels are not equally many"),
        (
            {"pictures": "small"},
            "task has the keys ['folders', 'pictures'], not ['erased', 'folders', 'pictures',",
        ),
    ],
)
def test_a_wrong_task_is_refused_in_a_sentence(tiles: Path, task: dict[str, Any], said: str) -> None:
    with pytest.raises(BadRecipe, match="cannot be followed") as caught:
        objective(the_recipe(task), tiles, CPU)
    assert said in str(caught.value)


def test_one_tile_is_nothing_to_learn_from(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((6, 6, 4), np.uint8), "RGBA").save(tmp_path / "only.png")
    with pytest.raises(NoPhotos):
        objective(the_recipe(), tmp_path, CPU)


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_the_bundled_recipes_can_be_followed(path: Path) -> None:
    read = Recipe.read(path)
    layout, task = Layout.read(read.network), Task.read(read)
    assert read.plugin == "autoregressive"
    assert len(task.folders) == len(layout.labels)
    assert sum(value.numel() for value in layout.model().parameters()) < 8_000_000, "16 MiB in half floats"
