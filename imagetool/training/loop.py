"""The training loop: steps against the clock, averaged weights, checkpoints, exact resume."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from imagetool.training.adversary import Adversarial, Contest
from imagetool.training.averaging import moving_mean
from imagetool.training.checkpoint import Checkpoint
from imagetool.training.compute import Compute
from imagetool.training.errors import Diverged
from imagetool.training.objective import Objective, Randomness, Validation
from imagetool.training.recipe import Recipe
from imagetool.training.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a training has come.

    Attributes:
        step: Steps done.
        elapsed_s: Seconds of training, over all its parts.
        total_s: Seconds it is given.
        loss: Mean since the last standing.
        images_per_s: Crops learned from since the last standing, all processes together.
        rate: The learning rate.
    """

    step: int
    elapsed_s: float
    total_s: float
    loss: float
    images_per_s: float
    rate: float


class Watcher:
    """Hears of a training; this one does nothing. Only the first process has one."""

    def on_standing(self, standing: Standing) -> None:
        """Every few seconds."""

    def on_validation(self, standing: Standing, validation: Validation) -> None:
        """After each validation, also the last."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often, in seconds of training, something is done beside the steps."""

    standing_s: float = 5.0
    validation_s: float = 120.0
    checkpoint_s: float = 60.0


class Training:
    """One training, in one of its processes."""

    def __init__(
        self,
        recipe: Recipe,
        objective: Objective[Any],
        compute: Compute,
        folder: Path,
        watcher: Watcher,
        pace: Pace = Pace(),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._recipe, self._objective, self._compute = recipe, objective, compute
        self._folder, self._watcher, self._pace, self._clock = folder, watcher, pace, clock
        self._schedule = Schedule(recipe.learning_rate, recipe.final_learning_rate, recipe.warm_up)
        self._step, self._elapsed_s = 0, 0.0
        self._changing = False  # whether weights, average and count of steps belong to different steps
        self._stopping = False
        network = objective.network
        optimiser = torch.optim.Adam(network.parameters(), lr=recipe.learning_rate, betas=(0.9, 0.99), fused=True)
        self.averaged = AveragedModel(network, multi_avg_fn=moving_mean(recipe.ema))
        self._network, self._optimiser = compute.prepared(network, optimiser)
        adversary = objective.adversary if isinstance(objective, Adversarial) else None
        self._contest = Contest(adversary, recipe.learning_rate, compute) if adversary else None

    @property
    def step(self) -> int:
        """Steps done, over all parts."""
        return self._step

    def stop(self) -> None:
        """Lets `run` end as if it were interrupted, between two steps; may be called by a signal handler."""
        self._stopping = True

    def resume(self) -> None:
        """Goes on from the folder's checkpoint.

        Raises:
            CannotResume: where there is none that fits.
        """
        saved = Checkpoint.load(self._folder, self._recipe.text)
        self._step, self._elapsed_s = saved.step, saved.elapsed_s
        self._objective.network.load_state_dict(saved.network)
        self.averaged.load_state_dict(saved.averaged)
        self._optimiser.load_state_dict(saved.optimiser)
        if self._contest:
            self._contest.restore(saved.adversary)

    def run(self, total_s: float) -> nn.Module:
        """Trains until `total_s` seconds, counted over all parts, are over; returns the averaged network.

        An interrupt (KeyboardInterrupt) is passed on after a checkpoint, unless it comes in the middle of a change
        of the weights; then the last checkpoint stays.

        Raises:
            Diverged: where the loss is no number any more; the last checkpoint is from before.
        """
        if self._step == 0:
            self._save()
        try:
            self._steps(total_s)
        except KeyboardInterrupt:
            if not self._changing:
                self._save()
            raise
        averaged: nn.Module = self.averaged.module
        return averaged

    def _steps(self, total_s: float) -> None:
        began, earlier_s = self._clock(), self._elapsed_s
        standing = _Every(self._pace.standing_s, earlier_s)
        validation = _Every(self._pace.validation_s, earlier_s)
        checkpoint = _Every(self._pace.checkpoint_s, earlier_s)
        losses: list[Tensor] = []
        while not self._over(total_s):
            if self._stopping:
                raise KeyboardInterrupt
            losses.append(self._one_step(self._schedule.rate(self._elapsed_s / total_s)))
            self._elapsed_s = self._compute.agreed(earlier_s + self._clock() - began)
            if not (standing.due(self._elapsed_s) or self._over(total_s)):
                continue
            now = self._standing(losses, standing.pause_s, total_s)
            losses.clear()
            self._watcher.on_standing(now)
            if validation.due(self._elapsed_s) or self._over(total_s):
                self._validate(now)
            if checkpoint.due(self._elapsed_s) or self._over(total_s):
                self._save()

    def _over(self, total_s: float) -> bool:
        return self._elapsed_s >= total_s

    def _one_step(self, rate: float) -> Tensor:
        """Returns the loss, still on the device: reading it would wait for the device."""
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        randomness = Randomness(self._recipe.seed, self._step, self._compute.rank, self._compute.device)
        batch = self._objective.batch(randomness)
        with self._contest.watching() if self._contest else contextlib.nullcontext():
            with self._compute.precision():
                loss = self._objective.loss(self._network, batch)
            self._optimiser.zero_grad(set_to_none=True)
            self._compute.backward(loss)
        self._changing = True
        self._optimiser.step()
        self.averaged.update_parameters(self._objective.network)
        if self._contest:
            self._contest.step(batch, randomness, rate)
        self._step += 1
        self._changing = False
        return loss.detach()

    def _standing(self, losses: list[Tensor], pause_s: float, total_s: float) -> Standing:
        loss = torch.stack(losses).mean().item()
        if not math.isfinite(loss):
            raise Diverged(self._step)
        images = len(losses) * self._recipe.batch * self._compute.ranks
        rate = self._schedule.rate(self._elapsed_s / total_s)
        return Standing(self._step, self._elapsed_s, total_s, loss, images / max(pause_s, 1e-9), rate)

    def _validate(self, now: Standing) -> None:
        if self._compute.rank > 0:
            return
        self.averaged.eval()
        with torch.inference_mode():
            validation = self._objective.validate(self.averaged.module)
        self._watcher.on_validation(now, validation)

    def _save(self) -> None:
        if self._compute.rank > 0:
            return
        network, averaged = self._objective.network.state_dict(), self.averaged.state_dict()
        optimiser = self._optimiser.state_dict()
        adversary = self._contest.state() if self._contest else {}
        text = self._recipe.text
        Checkpoint(text, self._step, self._elapsed_s, network, averaged, optimiser, adversary).save(self._folder)


class _Every:
    """Tells when a number of seconds has passed since it last said so."""

    def __init__(self, period_s: float, now_s: float) -> None:
        self._period_s, self._last_s = period_s, now_s
        self.pause_s = 0.0

    def due(self, now_s: float) -> bool:
        self.pause_s = now_s - self._last_s
        if self.pause_s < self._period_s:
            return False
        self._last_s = now_s
        return True
