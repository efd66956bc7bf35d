from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from imagetool.training.compute import OneDevice
from imagetool.training.damage import DAMAGES
from imagetool.training.errors import BadRecipe, NoPhotos
from imagetool.training.held_back import SIDE_PX
from imagetool.training.loop import Training
from imagetool.training.objective import Randomness, Validation
from imagetool.training.recipe import Recipe
from plugins.denoising.network import Layout, Network
from plugins.denoising.train import PART_WEIGHT, _psnr_db, objective
from tests.fakes.pictures import textured, written
from tests.fakes.trainings import TickingClock, WrittenDown, recipe

CPU = torch.device("cpu")
NETWORK = {"fold": 2, "widths": [16, 16], "encoder": [1], "middle": 1, "decoder": [1]}
TASK = {"photos": ["*"], "side_px": 32}
SIGMAS_255 = (15, 25, 50)
PHOTO_TASK = TASK | {"damage": "photo", "loss": "psnr"}


def the_recipe(task: Mapping[str, Any] = TASK, network: Mapping[str, Any] = NETWORK) -> Recipe:
    return recipe(plugin="denoising", network=dict(network), task=dict(task), batch=4, ema=0.9, learning_rate=5e-3)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Four photos of long waves: noise stands out from them, and a network soon learns to flatten it."""
    folder = tmp_path / "photos"
    folder.mkdir()
    y, x = np.mgrid[0 : SIDE_PX + 1, 0 : SIDE_PX + 6] / 20
    for index in range(4):
        waves = [np.sin(x * np.cos(index + colour) + y * np.sin(index + colour)) for colour in range(3)]
        written(folder / f"{index}.png", (128 + 60 * np.stack(waves, axis=2)).astype(np.uint8))
    return folder


def step(number: int, rank: int = 0) -> Randomness:
    return Randomness(5, number, rank, CPU)


def validated(trained: Any) -> Validation:
    """As the loop does it."""
    with torch.inference_mode():
        made: Validation = trained.validate(trained.network)
    return made


def test_sixty_steps_take_noise_out(photos: Path, tmp_path: Path) -> None:
    chosen = the_recipe()
    trained = objective(chosen, photos, CPU)
    before = validated(trained).figures
    watcher = WrittenDown()
    Training(chosen, trained, OneDevice("cpu"), tmp_path, watcher, clock=TickingClock()).run(60.0)
    after = watcher.validations[-1][1].figures
    for sigma_255 in SIGMAS_255:
        name = f"sigma{sigma_255}"
        noise_db = -20 * math.log10(sigma_255 / 255)
        assert before[name] == pytest.approx(noise_db, abs=0.5), "untrained it gives back the noisy picture"
        assert after[name] > before[name] + 2
    assert after["mean"] == pytest.approx(sum(after[f"sigma{s}"] for s in SIGMAS_255) / 3)


def test_the_validation_is_the_same_each_time_and_shows_what_it_measures(photos: Path) -> None:
    trained = objective(the_recipe(), photos, CPU)
    first, again = (validated(trained) for _ in range(2))
    assert first.figures == again.figures
    assert list(first.figures) == ["mean", "sigma15", "sigma25", "sigma50"]
    assert np.array_equal(first.sheet, again.sheet)
    side = SIDE_PX
    assert first.sheet.shape == (2 * side, 3 * side, 3), "two photos are held back"
    noisy, made, truth = (first.sheet[:side, at : at + side].astype(int) for at in (0, side, 2 * side))
    assert np.array_equal(noisy, made), "an untrained network changes nothing"
    assert 35 < (noisy - truth).std() < 55


def test_the_same_step_gives_the_same_batch(photos: Path) -> None:
    one, other = objective(the_recipe(), photos, CPU), objective(the_recipe(), photos, CPU)
    first, same = one.batch(step(3)), other.batch(step(3))
    assert torch.equal(first.image, same.image)
    assert torch.equal(first.truth, same.truth)
    for different in (one.batch(step(4)), one.batch(step(3, rank=1))):
        assert not torch.equal(first.truth, different.truth)
        assert not torch.equal(first.image - first.truth, different.image - different.truth)


def test_the_same_recipe_gives_the_same_weights_and_losses(photos: Path) -> None:
    one, other = objective(the_recipe(), photos, CPU), objective(the_recipe(), photos, CPU)
    pairs = zip(one.network.state_dict().items(), other.network.state_dict().items(), strict=True)
    assert all(name == same and torch.equal(value, alike) for (name, value), (same, alike) in pairs)
    batch = one.batch(step(1))
    assert torch.equal(one.loss(one.network, batch), other.loss(other.network, batch))


def test_batches_are_crops_with_noise_of_several_levels(photos: Path) -> None:
    trained = objective(the_recipe(), photos, CPU)
    batches = [trained.batch(step(number)) for number in range(8)]
    spreads = torch.cat([(batch.image - batch.truth).flatten(1).std(dim=1) for batch in batches]) * 255
    assert float(spreads.min()) < 15
    assert 40 < float(spreads.max()) < 60
    for batch in batches:
        assert batch.image.shape == batch.truth.shape == (4, 3, 32, 32)
        assert float(batch.truth.min()) >= 0
        assert float(batch.truth.max()) <= 1


def test_the_loss_of_an_untrained_network_is_the_mean_absolute_noise(photos: Path) -> None:
    trained = objective(the_recipe(), photos, CPU)
    batch = trained.batch(step(2))
    expected = (batch.image - batch.truth).abs().mean()
    torch.testing.assert_close(trained.loss(trained.network, batch), expected)


def test_a_photos_loss_counts_both_what_is_made_and_the_way_back_to_the_noise(photos: Path) -> None:
    trained = objective(the_recipe(PHOTO_TASK, NETWORK | {"parts": 2}), photos, CPU)
    batch = trained.batch(step(2))

    def db(image: Tensor, truth: Tensor) -> Tensor:
        return 10 * torch.log10((image - truth).square().mean(dim=(1, 2, 3)) + 1e-4).mean()

    expected = db(batch.image, batch.truth) + PART_WEIGHT * db(batch.image, batch.noisy)
    torch.testing.assert_close(trained.loss(trained.network, batch), expected, msg="untrained it changes nothing")


class Saying(nn.Module):
    """A network that always says the same."""

    def __init__(self, changes: Tensor) -> None:
        super().__init__()
        self.changes = changes

    def forward(self, image: Tensor) -> Tensor:
        return self.changes


def test_only_the_second_change_leads_back_to_the_noise(photos: Path) -> None:
    trained = objective(the_recipe(PHOTO_TASK, NETWORK | {"parts": 2}), photos, CPU)
    batch = trained.batch(step(2))
    traces = batch.noisy - batch.image
    told = torch.stack([batch.truth - batch.noisy, traces], dim=1)
    right, wrong = (float(trained.loss(Saying(changes), batch)) for changes in (told, told.flip(1)))
    assert right == pytest.approx(-40 * (1 + PART_WEIGHT), abs=1e-3)
    assert wrong > right + 0.5


def test_the_checks_of_photos_have_their_names(photos: Path) -> None:
    trained = objective(the_recipe(PHOTO_TASK, NETWORK | {"parts": 2}), photos, CPU)
    assert list(validated(trained).figures) == ["mean", "jpeg10", "jpeg20", "jpeg40", "camera"]


def colours(folder: Path, task: Mapping[str, Any] = TASK) -> tuple[set[int], set[int]]:
    """Of plain photos: those that are learned from, and those that are held back."""
    trained = objective(the_recipe(task), folder, CPU)
    truths = [trained.batch(step(number)).truth[:, 0, 0, 0] for number in range(20)]
    learned = {round(float(value) * 255) for value in torch.cat(truths)}
    sheet = validated(trained).sheet
    return learned, {int(value) for value in sheet[::SIDE_PX, -1, 0]}


def test_photos_that_are_held_back_are_not_learned(tmp_path: Path) -> None:
    side = SIDE_PX
    for index in range(6):
        written(tmp_path / f"{index}.png", np.full((side, side, 3), 40 * index, np.uint8))
    assert colours(tmp_path) == ({40, 120, 200}, {0, 80, 160})


def test_only_photos_that_the_recipe_names_are_taken(tmp_path: Path) -> None:
    side = SIDE_PX
    for index, name in enumerate(["fine/a", "fine/b", "good/a", "good/b", "poor/a", "poor/b"]):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        written(tmp_path / f"{name}.png", np.full((side, side, 3), 40 * index, np.uint8))
    assert colours(tmp_path, TASK | {"photos": ["fine/*", "good/*"]}) == ({40, 120}, {0, 80})
    with pytest.raises(NoPhotos):
        colours(tmp_path, TASK | {"photos": ["best/*"]})


def test_psnr_counts_all_colours_and_clips() -> None:
    truth = torch.tensor([1.0, 0.0, 0.5]).reshape(1, 3, 1, 1).expand(1, 3, 4, 4)
    assert _psnr_db(truth, truth + torch.tensor([5.0, -5.0, 0.0]).reshape(1, 3, 1, 1)) == math.inf
    off = truth + torch.tensor([0.0, 0.0, 0.1]).reshape(1, 3, 1, 1)
    assert _psnr_db(truth, off) == pytest.approx(10 * math.log10(3 / 0.01), abs=1e-4)


WRONG_TASKS: list[tuple[str, dict[str, Any], str]] = [
    ("too much", {"depth": 1}, "task has the keys ['damage', 'depth', 'loss', 'photos', 'side_px'], not ["),
    ("too little", {"photos": None}, "task has the keys ['damage', 'loss', 'side_px'], not ["),
    ("one pattern", {"photos": "*"}, "task.photos is '*', not a list of patterns"),
    ("no pattern", {"photos": []}, "task.photos is [], not a list of patterns"),
    ("pattern as a number", {"photos": ["*", 3]}, "task.photos is ['*', 3], not a list of patterns"),
    ("side as text", {"side_px": "large"}, "task.side_px is 'large', not a whole number above 0"),
    ("side of nothing", {"side_px": 0}, "task.side_px is 0"),
    ("unknown damage", {"damage": "fire"}, "task.damage is 'fire', not gaussian or photo"),
    ("unknown loss", {"loss": "square"}, "task.loss is 'square', not absolute or psnr"),
    ("one part", {"damage": "photo"}, "network.parts is 1; for task.damage 'photo' it is 2"),
    ("side as bool", {"side_px": True}, "task.side_px is True"),
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
    with pytest.raises(BadRecipe, match=r"cannot be followed: fold is 0, not a whole number from 1 to 4\.$"):
        objective(the_recipe(network=NETWORK | {"fold": 0}), photos, CPU)


def test_small_photos_are_nothing_to_learn_from(tmp_path: Path) -> None:
    written(tmp_path / "small.png", textured(SIDE_PX, SIDE_PX - 1))
    with pytest.raises(NoPhotos, match=r"There are no photos of at least 240 × 240 pixels in “"):
        objective(the_recipe(), tmp_path, CPU)


def test_one_photo_is_nothing_to_learn_from(tmp_path: Path) -> None:
    """It is held back."""
    written(tmp_path / "only.png", textured(SIDE_PX, SIDE_PX))
    with pytest.raises(NoPhotos):
        objective(the_recipe(), tmp_path, CPU)


RECIPES = sorted((Path(__file__).parents[3] / "plugins" / "denoising" / "recipes").glob("*.toml"))
MOST_PARAMETERS = {"gaussian": 4_200_000, "photo": 4_200_000, "fast": 300_000}
"""By the name of the weights."""


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_the_bundled_recipes_can_be_followed(path: Path) -> None:
    read = Recipe.read(path)
    assert read.plugin == "denoising"
    assert {"photos", "side_px"} <= set(read.task)
    layout = Layout.read(read.network)
    assert layout.parts == DAMAGES[read.task.get("damage", "gaussian")].parts
    assert read.task["side_px"] % layout.multiple_of == 0, "crops would be padded"
    count = sum(value.numel() for value in Network(layout).parameters())
    assert count <= MOST_PARAMETERS[read.weights]


def test_there_are_recipes() -> None:
    assert {"gaussian", "gaussian-cpu", "fast", "photo"} <= {path.stem for path in RECIPES}
