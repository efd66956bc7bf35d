"""The loop on a network of 76 numbers and a clock that moves a second with each step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from imagetool.training.checkpoint import FILE_NAME, Checkpoint
from imagetool.training.compute import OneDevice
from imagetool.training.errors import CannotResume, Diverged
from imagetool.training.loop import Pace, Training
from imagetool.training.schedule import Schedule
from tests.fakes.trainee.train import Trainee
from tests.fakes.trainings import TickingClock, WrittenDown, recipe

TOTAL_S = 20.0
PACE = Pace(standing_s=2.0, validation_s=6.0, checkpoint_s=4.0)


class Run:
    """A training in a folder, and all that took part in it."""

    def __init__(
        self, folder: Path, before: Callable[[int], object] = lambda step: None, pace: Pace = PACE, **changes: Any
    ) -> None:
        self.recipe = recipe(**changes)
        self.trainee = Trainee(self.recipe.seed, self.recipe.batch, before)
        self.watcher = WrittenDown()
        self.training = Training(
            self.recipe, self.trainee, OneDevice("cpu"), folder, self.watcher, pace, TickingClock()
        )

    def state(self) -> dict[str, Any]:
        """Everything that a next step depends on, by name."""
        optimiser = self.training._optimiser.state_dict()["state"]
        return {
            "step": self.training.step,
            **{f"network.{name}": value for name, value in self.trainee.network.state_dict().items()},
            **{f"averaged.{name}": value for name, value in self.training.averaged.state_dict().items()},
            **{f"optimiser.{i}.{name}": value for i, table in optimiser.items() for name, value in table.items()},
        }


def check_identical(one: Mapping[str, Any], other: Mapping[str, Any]) -> None:
    assert one.keys() == other.keys()
    for name, value in one.items():
        assert torch.equal(torch.as_tensor(value), torch.as_tensor(other[name])), f"{name} differs"


def stopping(at: int, error: type[BaseException]) -> Callable[[int], None]:
    def before(step: int) -> None:
        if step == at:
            raise error

    return before


@pytest.mark.parametrize("at", [1, 9, 10, 19])
def test_an_interrupted_training_goes_on_as_if_nothing_had_been(tmp_path: Path, at: int) -> None:
    in_one_go = Run(tmp_path / "whole")
    (tmp_path / "whole").mkdir()
    in_one_go.training.run(TOTAL_S)
    assert in_one_go.training.step == 20

    folder = tmp_path / "parts"
    folder.mkdir()
    first = Run(folder, stopping(at, KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        first.training.run(TOTAL_S)
    assert first.training.step == at
    second = Run(folder, seed=7)
    second.training.resume()
    check_identical(second.state(), first.state())
    second.training.run(TOTAL_S)
    check_identical(second.state(), in_one_go.state())
    assert len(second.trainee.batches) == 20 - at


def test_a_killed_training_goes_on_from_its_last_checkpoint(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    in_one_go = Run(tmp_path / "whole")
    in_one_go.training.run(TOTAL_S)
    killed = Run(tmp_path, stopping(11, RuntimeError))
    with pytest.raises(RuntimeError):
        killed.training.run(TOTAL_S)
    second = Run(tmp_path)
    second.training.resume()
    assert second.training.step == 8, "checkpoints are written after 4 and 8 seconds"
    second.training.run(TOTAL_S)
    check_identical(second.state(), in_one_go.state())


def test_an_interrupt_in_the_middle_of_a_step_leaves_no_half_step(tmp_path: Path) -> None:
    """Ctrl+C comes at any moment, also between the optimiser and the average."""
    (tmp_path / "whole").mkdir()
    in_one_go = Run(tmp_path / "whole")
    in_one_go.training.run(TOTAL_S)
    first = Run(tmp_path)

    def interrupt(*_: object) -> None:
        if len(first.trainee.batches) == 10:
            raise KeyboardInterrupt

    first.training._optimiser.register_step_post_hook(interrupt)
    with pytest.raises(KeyboardInterrupt):
        first.training.run(TOTAL_S)
    second = Run(tmp_path)
    second.training.resume()
    second.training.run(TOTAL_S)
    check_identical(second.state(), in_one_go.state())


def test_another_seed_is_another_training(tmp_path: Path) -> None:
    """Else the tests above could not fail."""
    one, other = Run(tmp_path), Run(tmp_path, seed=8)
    one.training.run(TOTAL_S)
    other.training.run(TOTAL_S)
    weights, others = (dict(run.trainee.network.named_parameters())["0.weight"] for run in (one, other))
    assert not torch.equal(weights, others)
    assert not torch.equal(one.trainee.batches[0], one.trainee.batches[1])


def test_the_average_follows_the_weights_and_is_what_is_validated(tmp_path: Path) -> None:
    run = Run(tmp_path, ema=0.75)
    made = run.training.run(TOTAL_S)
    raw = [*run.trainee.begun[1:], run.trainee.network.state_dict()]
    average: dict[str, Tensor] = dict(raw[0])
    for number, weights in enumerate(raw[1:], 1):
        kept = min(0.75, (1 + number) / (10 + number))
        average = {name: kept * average[name] + (1 - kept) * value for name, value in weights.items()}
    for name, value in made.state_dict().items():
        torch.testing.assert_close(value, average[name])
        assert torch.equal(run.trainee.validated[-1][name], value)
        assert not torch.allclose(value, raw[-1][name]), "the average is no average"


def test_the_network_learns(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.training.run(300.0)
    losses = [standing.loss for standing in run.watcher.standings]
    assert losses[-1] < 0.3 * losses[0]


def test_the_watcher_hears_how_it_stands(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.training.run(TOTAL_S)
    standings = run.watcher.standings
    assert [standing.step for standing in standings] == list(range(2, 21, 2))
    assert [standing.elapsed_s for standing in standings] == [float(step) for step in range(2, 21, 2)]
    assert {standing.total_s for standing in standings} == {TOTAL_S}
    assert {standing.images_per_s for standing in standings} == {3.0}
    schedule = Schedule(0.02, 0.001, 0.2)
    assert [standing.rate for standing in standings] == [schedule.rate(step / 20) for step in range(2, 21, 2)]
    assert [now.step for now, _ in run.watcher.validations] == [6, 12, 18, 20]


def test_the_last_validation_and_checkpoint_come_when_the_time_is_over(tmp_path: Path) -> None:
    run = Run(tmp_path, pace=Pace())
    run.training.run(3.0)
    assert [now.step for now, _ in run.watcher.validations] == [3]
    assert Checkpoint.load(tmp_path, run.recipe.text).step == 3


def test_more_time_may_be_given_when_resuming(tmp_path: Path) -> None:
    Run(tmp_path).training.run(5.0)
    longer = Run(tmp_path)
    longer.training.resume()
    longer.training.run(9.0)
    assert longer.training.step == 9
    assert [standing.elapsed_s for standing in longer.watcher.standings] == [7.0, 9.0]


def test_a_training_whose_time_is_over_is_not_changed_by_resuming(tmp_path: Path) -> None:
    first = Run(tmp_path)
    made = first.training.run(5.0)
    again = Run(tmp_path)
    again.training.resume()
    same = again.training.run(5.0)
    check_identical(made.state_dict(), same.state_dict())


def test_a_loss_that_is_no_number_ends_the_training_and_spares_the_checkpoint(tmp_path: Path) -> None:
    run = Run(tmp_path)

    def before(step: int) -> None:
        run.trainee.poison = step == 10

    run.trainee._before = before
    with pytest.raises(Diverged, match=r"^The training has diverged: at step 12 the loss is no number any more\."):
        run.training.run(TOTAL_S)
    saved = Checkpoint.load(tmp_path, run.recipe.text)
    assert saved.step == 8
    assert all(bool(torch.isfinite(value).all()) for value in saved.network.values())


def test_a_checkpoint_of_another_recipe_is_refused(tmp_path: Path) -> None:
    Run(tmp_path).training.run(3.0)
    other = Run(tmp_path, text="another recipe")
    before = other.state()
    with pytest.raises(CannotResume, match=r"the recipe has changed since\. Choose another --out folder\.$"):
        other.training.resume()
    check_identical(before, other.state())


def content(**changes: object) -> dict[str, object]:
    whole = {"version": 1, "recipe": "a recipe", "step": 1, "elapsed_s": 1.0, "network": {}, "averaged": {}}
    return whole | {"optimiser": {}} | changes


def cut(path: Path) -> None:
    torch.save(content(), path)
    path.write_bytes(path.read_bytes()[:200])


class Foreign:
    """Not among what torch reads without running code."""


DAMAGED: list[tuple[str, Callable[[Path], object], str]] = [
    ("missing", lambda path: None, "there is no such file"),
    ("empty", lambda path: path.write_bytes(b""), "it cannot be read ("),
    ("text", lambda path: path.write_text("no checkpoint"), "it cannot be read ("),
    ("cut", cut, "it cannot be read ("),
    ("code", lambda path: torch.save(content(network=Foreign()), path), "it cannot be read ("),
    ("list", lambda path: torch.save([1, 2], path), "it "),
    ("other version", lambda path: torch.save(content(version=0), path), "it was made by another version"),
    ("no version", lambda path: torch.save({"step": 1}, path), "it was made by another version"),
    ("too little", lambda path: torch.save({"version": 1, "recipe": "a recipe"}, path), "it "),
]


@pytest.mark.parametrize(("write", "said"), [row[1:] for row in DAMAGED], ids=[row[0] for row in DAMAGED])
def test_a_damaged_checkpoint_is_refused_in_a_sentence(
    tmp_path: Path, write: Callable[[Path], object], said: str
) -> None:
    path = tmp_path / FILE_NAME
    write(path)
    with pytest.raises(CannotResume) as caught:
        Run(tmp_path).training.resume()
    assert str(caught.value).startswith(f"The training cannot be resumed from “{path}”: {said}")


def test_a_checkpoint_replaces_the_old_one_and_leaves_nothing_beside(tmp_path: Path) -> None:
    Run(tmp_path).training.run(9.0)
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]
    assert Checkpoint.load(tmp_path, "a recipe").step == 9
