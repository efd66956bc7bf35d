"""Models that keep the size, for tests of what stands around a model."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor
from torch.nn import functional

from imagetool.plugin import Denoiser, Filter, Job, Params, Scorer

Answer = Callable[[Tensor], object]


class FakeFilter(Filter):
    """Answers what the test wants; records what it was given."""

    def __init__(self, answer: Answer = lambda image: image) -> None:
        self._answer = answer
        self.images: list[Tensor] = []

    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        """Answers, shows a preview, tells a number."""
        self.images.append(image)
        job.progress(0.5, "half")
        job.preview(image[:, :3])
        job.figure("mean", float(image.mean()))
        return cast(Tensor, self._answer(image))  # wrong answers are what some tests want


class FakeDenoiser(FakeFilter, Denoiser):
    """The same as a denoiser."""


class ConvFilter(Filter):
    """A fixed network that sees exactly `reach_px` pixels far; computes in float64, so that tiles can agree."""

    reach_px = 3

    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        """Three random 3x3 convolutions."""
        made = image.double()
        for number in range(self.reach_px):
            kernel = torch.rand(3, 3, 3, 3, generator=torch.Generator().manual_seed(number)).double()
            made = functional.conv2d(
                functional.pad(made, (1, 1, 1, 1)), kernel / kernel.sum((1, 2, 3), keepdim=True)
            )
        return made.float()


class FakeScorer(Scorer):
    """The brightness times a hundred, less fifty; or what the test wants."""

    def __init__(self, answer: Answer = lambda image: image.mean(1, keepdim=True) * 100 - 50) -> None:
        self._answer = answer

    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        """Answers."""
        return cast(Tensor, self._answer(image))
