"""Upscaling models for tests of what stands around a model, and jobs that stop or count."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor
from torch.nn import functional

from imagetool.plugin import Job, Params, Upscaler
from imagetool.plugin.errors import Cancelled
from tests.fakes.models import FakeJob

Answer = Callable[[Tensor, int], object]


def repeated(image: Tensor, scale: int) -> Tensor:
    """Every pixel `scale` times in both directions."""
    return image.repeat_interleave(scale, -2).repeat_interleave(scale, -1)


class FakeUpscaler(Upscaler):
    """Repeats pixels, or answers what the test wants; records what it was given."""

    def __init__(self, answer: Answer = repeated, scales: tuple[int, ...] = (2, 3, 4)) -> None:
        self._answer, self._scales = answer, scales
        self.images: list[Tensor] = []

    @property
    def scales(self) -> tuple[int, ...]:
        """As the test wants."""
        return self._scales

    def run(self, image: Tensor, scale: int, params: Params, job: Job) -> Tensor:
        """Answers, and says twice how far it is."""
        self.images.append(image)
        job.progress(0.25)
        answer = cast(Tensor, self._answer(image, scale))  # wrong answers are what some tests want
        job.progress(0.75)
        return answer


class ConvUpscaler(Upscaler):
    """A random network that sees exactly `reach_px` pixels far; computes in float64, so that tiles can agree."""

    reach_px = 3
    scales = (2, 3, 4)

    def __init__(self) -> None:
        rng = torch.Generator().manual_seed(5)

        def kernel(out: int, into: int) -> Tensor:
            return torch.randn(out, into, 3, 3, generator=rng, dtype=torch.float64) / (3 * math.sqrt(into))

        self._first, self._second = kernel(8, 3), kernel(8, 8)
        self._exits = {scale: kernel(3 * scale**2, 8) for scale in self.scales}

    def run(self, image: Tensor, scale: int, params: Params, job: Job) -> Tensor:
        """Three convolutions with zeros around the picture, as networks have them."""
        features = torch.tanh(functional.conv2d(image.double() - 0.4, self._first, padding=1) * 2)
        features = torch.tanh(functional.conv2d(features, self._second, padding=1) * 2)
        detail = functional.conv2d(features, self._exits[scale], padding=1)
        enlarged = functional.pixel_shuffle(detail, scale)
        made: Tensor = (0.5 + 0.4 * enlarged).float()
        return made


class StoppedJob(FakeJob):
    """A job that the user stops after it has looked `looks` times."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.looks = looks

    def check(self) -> None:
        """Raises once the looks are used up."""
        if self.looks == 0:
            raise Cancelled
        self.looks -= 1
