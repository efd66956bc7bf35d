"""A recipe, a clock and a watcher for tests of the training loop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from imagetool.training.loop import Standing, Watcher
from imagetool.training.objective import Validation
from imagetool.training.recipe import Recipe


def recipe(**changes: Any) -> Recipe:
    """A recipe for `tests.fakes.trainee`, with some values replaced."""
    values: dict[str, Any] = {
        "path": Path("trainee.toml"),
        "text": "a recipe",
        "plugin": "trainee",
        "weights": "made",
        "start": None,
        "shards": (),
        "minutes": 1.0,
        "batch": 3,
        "learning_rate": 0.02,
        "final_learning_rate": 0.001,
        "warm_up": 0.2,
        "ema": 0.5,
        "seed": 7,
        "network": {"width": 8},
        "task": {},
    }
    return Recipe(**(values | changes))


class TickingClock:
    """Every look at it takes a second."""

    def __init__(self, now_s: float = 100.0) -> None:
        self._now_s = now_s

    def __call__(self) -> float:
        """The time, one second after the last look."""
        self._now_s += 1.0
        return self._now_s


class WrittenDown(Watcher):
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.standings: list[Standing] = []
        self.validations: list[tuple[Standing, Validation]] = []

    def on_standing(self, standing: Standing) -> None:
        """Keeps it."""
        self.standings.append(standing)

    def on_validation(self, standing: Standing, validation: Validation) -> None:
        """Keeps it."""
        self.validations.append((standing, validation))
