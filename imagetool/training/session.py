"""From a recipe to a file of weights: what `train` does."""

from __future__ import annotations

import contextlib
import importlib
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imagetool.kit.weights import load_into, save_weights
from imagetool.training.checkpoint import FILE_NAME
from imagetool.training.compute import Compute, OneDevice, SeveralDevices
from imagetool.training.errors import TrainingStopped, WouldOverwrite
from imagetool.training.loop import Pace, Training, Watcher
from imagetool.training.objective import Objective
from imagetool.training.recipe import Recipe
from imagetool.training.records import Records


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be trained, as the command line says it.

    `package` is the importable name of the plugin's folder; its `train` module has
    `objective(recipe, data, device)`.
    """

    recipe: Recipe
    package: str
    data: Path
    folder: Path
    minutes: float
    resume: bool
    device: str
    devices: int


def train(plan: Plan) -> Path:
    """Trains and returns the file of weights, which is written when the time is over.

    Raises:
        TrainingError: where the recipe, the data or the checkpoint does not do, or the training diverges.
    """
    if (plan.folder / FILE_NAME).exists() and not plan.resume:
        raise WouldOverwrite(plan.folder)
    compute = _compute(plan)
    objective = _objective(plan, compute)
    plan.folder.mkdir(parents=True, exist_ok=True)
    if plan.recipe.start and not plan.resume:
        load_into(objective.network, plan.recipe.start, partly=True)
    watcher = Records(plan.folder) if compute.rank == 0 else Watcher()
    total_s = plan.minutes * 60
    pace = Pace(validation_s=min(Pace().validation_s, max(10.0, total_s / 20)))
    training = Training(plan.recipe, objective, compute, plan.folder, watcher, pace)
    if plan.resume:
        training.resume()
    try:
        with _stopped_by_signals(training):
            network = training.run(total_s)
    except KeyboardInterrupt:
        raise TrainingStopped(training.step, plan.folder) from None
    path = plan.folder / f"{plan.recipe.weights}.safetensors"
    if compute.rank == 0:
        facts = {"recipe": plan.recipe.text, "minutes": f"{plan.minutes:g}", "steps": str(training.step)}
        save_weights(path, network, objective.layout, {**facts, "device": compute.device.type})
    return path


@contextlib.contextmanager
def _stopped_by_signals(training: Training) -> Iterator[None]:
    """Ctrl+C and a polite kill end the training between two steps, also where the shell has us ignore them."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda *_: training.stop()) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _compute(plan: Plan) -> Compute:
    return OneDevice(plan.device) if plan.devices == 1 else SeveralDevices(plan.device, plan.devices)


def _objective(plan: Plan, compute: Compute) -> Objective[Any]:
    module: Any = importlib.import_module(f"{plan.package}.train")
    objective: Objective[Any] = module.objective(plan.recipe, plan.data, compute.device)
    return objective
