from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from imagetool.training.compute import OneDevice
from imagetool.training.errors import BadRecipe
from imagetool.training.held_back import SIDE_PX
from imagetool.training.holes import KIND_SHARES, Lessons, random_holes
from imagetool.training.loop import Pace, Standing, Training
from imagetool.training.objective import Randomness
from imagetool.training.recipe import Recipe
from plugins.inpainting.train import Filling, mean_in_holes, objective
from tests.fakes.pictures import written
from tests.fakes.trainings import TickingClock, WrittenDown, recipe

CPU = torch.device("cpu")
NETWORK = {"fold": 2, "widths": [12, 12], "encoder": [1], "dilations": [1, 2], "decoder": [1]}
TASK = {"photos": ["*"], "side_px": 32}
CRITIC = {"similarity": 0.1, "fooling": 0.01, "matching": 0.02}


def the_recipe(task: Mapping[str, Any] = TASK, **changes: Any) -> Recipe:
    return recipe(
        plugin="inpainting",
        network=dict(NETWORK),
        task=dict(task),
        batch=4,
        ema=0.9,
        learning_rate=3e-3,
        **changes,
    )


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stripes, which go on in a hole as they do beside it."""
    folder = tmp_path_factory.mktemp("photos")
    y, x = np.mgrid[0:SIDE_PX, 0:SIDE_PX]
    for index in range(4):
        stripes = ((x if index % 2 else y) // 8 % 2 * 160 + 40).astype(np.uint8)
        written(folder / f"{index}.png", np.repeat(stripes[..., None], 3, axis=2))
    return folder


def step(number: int) -> Randomness:
    return Randomness(5, number, 0, CPU)


def test_it_learns_to_fill(photos: Path, tmp_path: Path) -> None:
    chosen = the_recipe()
    trained = objective(chosen, photos, CPU)
    with torch.inference_mode():
        before = trained.validate(trained.network).figures
    watcher = WrittenDown()
    Training(chosen, trained, OneDevice("cpu"), tmp_path, watcher, clock=TickingClock()).run(60.0)
    after = watcher.validations[-1][1].figures
    assert list(after) == ["mean", "narrow", "medium", "wide"]
    assert after["narrow"] > before["narrow"] + 0.5


def test_an_untrained_network_is_as_far_as_the_draft(photos: Path) -> None:
    trained = objective(the_recipe(), photos, CPU)
    batch = trained.batch(step(1))
    assert batch.truth.shape == (4, 3, 32, 32)
    assert set(batch.hole.flatten().tolist()) == {0.0, 1.0}
    same = objective(the_recipe(), photos, CPU)
    assert torch.equal(batch.truth, same.batch(step(1)).truth)
    assert torch.equal(batch.hole, same.batch(step(1)).hole)
    assert not torch.equal(batch.hole, trained.batch(step(2)).hole)
    plain = trained.loss(trained.network, batch)
    assert torch.equal(plain, same.loss(same.network, batch))
    alike = objective(the_recipe(TASK | {"similarity": 1.0}), photos, CPU)
    assert alike.loss(alike.network, batch) > plain


class Stopping(WrittenDown):
    """Stops a training where it first stands."""

    training: Training

    def on_standing(self, standing: Standing) -> None:
        self.training.stop()


def contest(photos: Path, folder: Path, watcher: WrittenDown) -> tuple[Training, Filling]:
    folder.mkdir(exist_ok=True)
    chosen = the_recipe(TASK | CRITIC)
    trained = objective(chosen, photos, CPU)
    assert isinstance(trained, Filling)
    pace = Pace(standing_s=3.0)
    return Training(chosen, trained, OneDevice("cpu"), folder, watcher, pace, TickingClock()), trained


def weights_of(trained: Filling) -> dict[str, Tensor]:
    assert trained.adversary is not None
    critic = trained.adversary.network.state_dict()
    return {**trained.network.state_dict(), **{f"critic.{name}": value for name, value in critic.items()}}


def test_a_critic_takes_part_and_goes_on_as_if_nothing_had_been(photos: Path, tmp_path: Path) -> None:
    whole, in_one_go = contest(photos, tmp_path / "whole", WrittenDown())
    before = {name: value.clone() for name, value in weights_of(in_one_go).items()}
    whole.run(7.0)
    assert any(
        not torch.equal(value, before[name]) for name, value in weights_of(in_one_go).items() if "original" in name
    )

    watcher = Stopping()
    first, _ = contest(photos, tmp_path / "parts", watcher)
    watcher.training = first
    with pytest.raises(KeyboardInterrupt):
        first.run(7.0)
    assert 0 < first.step < whole.step
    second, in_parts = contest(photos, tmp_path / "parts", WrittenDown())
    second.resume()
    second.run(7.0)
    for name, value in weights_of(in_one_go).items():
        assert torch.equal(value, weights_of(in_parts)[name]), f"{name} differs"


def test_holes_weigh_alike_however_large_they_are() -> None:
    values, hole = torch.zeros(3, 2, 4, 4), torch.zeros(3, 1, 4, 4)
    values[0], values[1, :, 0, 0] = 1.0, 3.0
    hole[0], hole[1, :, 0, 0] = 1, 1
    assert float(mean_in_holes(values, hole)) == 2.0, "one picture without a hole does not count"
    assert float(mean_in_holes(values, torch.zeros_like(hole))) == 0.0


def test_all_kinds_of_holes_are_met() -> None:
    holes = random_holes(80, 64, np.random.default_rng(1))
    assert holes.shape == (80, 1, 64, 64)
    covered = holes.mean(dim=(1, 2, 3))
    assert float(covered.min()) < 0.05
    assert float(covered.max()) > 0.25
    sides = torch.stack([holes[..., 0, :], holes[..., -1, :], holes[..., 0], holes[..., -1]]).amin(dim=-1)
    whole_sides = int((sides.amax(dim=0) > 0).sum())
    assert 0 < whole_sides < 30, f"about {KIND_SHARES['beyond']:.0%} lie beyond a frame"


def test_crops_come_from_photos_of_three_sizes() -> None:
    """A photo of one bright pixel in 16 shows how often it was halved."""
    photo = np.zeros((256, 256, 3), np.uint8)
    photo[::4, ::4] = 255
    lessons = Lessons([photo], 32, CPU)
    highest = {
        round(float(truth.amax()), 1) for number in range(12) for truth in lessons.draw(2, step(number)).truth
    }
    assert highest == {1.0, 0.3, 0.1}


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"depth": 1}, "task has the keys"),
    ({"photos": "*"}, "task.photos is '\\*', not a list of patterns"),
    ({"side_px": 36}, "task.side_px is 36, not a multiple of 8 from 32 on"),
    ({"side_px": 24}, "task.side_px is 24"),
    ({"fooling": -1}, "task.fooling is -1, not a number from 0 on"),
    ({"similarity": "much"}, "task.similarity is 'much'"),
]


@pytest.mark.parametrize(("change", "said"), WRONG)
def test_wrong_tasks_are_named(change: dict[str, Any], said: str, photos: Path) -> None:
    with pytest.raises(BadRecipe, match=said):
        objective(the_recipe(TASK | change), photos, CPU)
