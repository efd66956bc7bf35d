"""The models that imagetool runs: one that makes pictures, one that fills holes."""

from __future__ import annotations

import torch
from torch import Tensor

from imagetool.core.geometry import Size
from imagetool.plugin import CannotRun, Generator, Inpainter, Job, Model, Params, Task, Weights
from plugins.diffusers.assembling import Assembled
from plugins.diffusers.guided import Guided
from plugins.diffusers.kinds import Way
from plugins.diffusers.unguided import Unguided


class Creator(Generator):
    """Makes pictures, one after the other, each from a seed of its own."""

    def load(self, weights: Weights, device: torch.device) -> None:
        """Loads the pipeline."""
        self._maker: Guided | Unguided
        assembled = Assembled(weights, device)
        kind = assembled.index.kind
        self._maker = Guided(assembled, kind.generates) if kind.way is Way.TEXT else Unguided(assembled)

    def run(self, size: Size, count: int, params: Params, job: Job) -> Tensor:
        """The first picture is the same however many follow."""
        return torch.cat([self._maker.make(size, number, count, params, job) for number in range(count)])


class Filler(Inpainter):
    """Fills holes with what a text says."""

    def load(self, weights: Weights, device: torch.device) -> None:
        """Loads the pipeline."""
        assembled = Assembled(weights, device)
        self._filler = Guided(assembled, assembled.index.kind.inpaints)

    def run(self, image: Tensor, hole: Tensor, params: Params, job: Job) -> Tensor:
        """Works at the size that the model knows; what is around the hole is seen, not changed."""
        return self._filler.fill(image, hole, params, job)


def model_for(task: Task) -> Model:
    """A model of that task, not yet loaded.

    Raises:
        CannotRun: where no pipeline can do it.
    """
    if task is Task.GENERATE:
        return Creator()
    if task is Task.INPAINT:
        return Filler()
    raise CannotRun(f"A pipeline of the diffusers library cannot {task}.")
