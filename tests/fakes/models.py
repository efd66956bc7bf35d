"""Inpainting models for tests of what stands around a model, and the job they are given."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor

from imagetool.plugin import Inpainter, Job, Params
from imagetool.plugin.errors import Cancelled

Answer = Callable[[Tensor, Tensor], object]


class FakeInpainter(Inpainter):
    """Fills with one value, or answers what the test wants; records what it was given."""

    def __init__(self, answer: Answer | None = None, value: float = 0.5) -> None:
        self._answer = answer or (lambda image, hole: torch.full_like(image, value))
        self.images: list[Tensor] = []
        self.holes: list[Tensor] = []

    def run(self, image: Tensor, hole: Tensor, params: Params, job: Job) -> Tensor:
        """Answers."""
        self.images.append(image)
        self.holes.append(hole)
        job.progress(0.5, "half")
        job.preview(image)
        return cast(Tensor, self._answer(image, hole))  # wrong answers are what some tests want


class FakeJob:
    """A job that records what it hears."""

    def __init__(self, *, cancelled: bool = False, seed: int = 1) -> None:
        self._seed = seed
        self.progressed: list[tuple[float, str]] = []
        self.previews: list[Tensor] = []
        self.lines: list[str] = []
        self.figures: dict[str, float] = {}
        self.cancelled = cancelled

    @property
    def seed(self) -> int:
        """As the job was made."""
        return self._seed

    def generator(self) -> torch.Generator:
        """A generator of that seed."""
        return torch.Generator().manual_seed(self._seed)

    def progress(self, done: float, text: str = "") -> None:
        """Records it."""
        self.check()
        self.progressed.append((done, text))

    def preview(self, image: Tensor) -> None:
        """Records it."""
        self.check()
        self.previews.append(image)

    def check(self) -> None:
        """Raises where the test wants it."""
        if self.cancelled:
            raise Cancelled

    def figure(self, name: str, value: float) -> None:
        """Records it."""
        self.figures[name] = value

    def log(self, text: str) -> None:
        """Records it."""
        self.lines.append(text)
