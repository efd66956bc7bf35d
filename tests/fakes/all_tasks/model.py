"""One small model for each task, each with a result that a test can foretell."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from imagetool.core.geometry import Size
from imagetool.plugin import (
    Colorizer,
    Denoiser,
    Filter,
    Generator,
    Inpainter,
    Job,
    Params,
    Prompt,
    Scorer,
    Segmenter,
    Upscaler,
)


class Fill(Inpainter):
    """Black."""

    def run(self, image: Tensor, hole: Tensor, params: Params, job: Job) -> Tensor:
        """Black."""
        return torch.zeros_like(image)


class FillWithOpacity(Inpainter):
    """The negative, of the opacity, too."""

    def run(self, image: Tensor, hole: Tensor, params: Params, job: Job) -> Tensor:
        """The negative."""
        return 1 - image


class FillGuided(Inpainter):
    """Black; where there are strokes, their colours."""

    def run(self, image: Tensor, hole: Tensor, params: Params, job: Job) -> Tensor:
        """Black."""
        return torch.zeros_like(image)

    def guided(
        self, image: Tensor, hole: Tensor, colours: Tensor, known: Tensor, params: Params, job: Job
    ) -> Tensor:
        """The strokes, on black."""
        return colours


class Enlarge(Upscaler):
    """Repeats pixels."""

    scales = (2,)

    def run(self, image: Tensor, scale: int, params: Params, job: Job) -> Tensor:
        """Repeats pixels."""
        return image.repeat_interleave(scale, -1).repeat_interleave(scale, -2)


class Denoise(Denoiser):
    """Changes nothing, and tells a number."""

    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        """The picture."""
        job.figure("noise level", 12.5)
        return image


class Invert(Filter):
    """The negative."""

    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        """The negative."""
        return 1 - image


class Colour(Colorizer):
    """The mean of the hints, or gray."""

    def run(self, image: Tensor, hints: Tensor, known: Tensor, params: Params, job: Job) -> Tensor:
        """One colour everywhere."""
        count = known.sum().clamp_min(1)
        return (hints.sum((2, 3), keepdim=True) / count).expand_as(image)


class Create(Generator):
    """Noise by the seed, as bright as the first byte of a file where one is given; or a picture, with noise."""

    def run(self, size: Size, count: int, params: Params, job: Job) -> Tensor:
        """Noise."""
        made = torch.rand(count, 4, size.height, size.width, generator=job.generator())
        if params["file"]:
            made[:, :3] = Path(str(params["file"])).read_bytes()[0] / 255
        job.preview(made[:, :3])
        return made

    def more_like(self, image: Tensor, count: int, params: Params, job: Job) -> Tensor:
        """The picture, each time with more red noise."""
        made = image.repeat(count, 1, 1, 1)
        amounts = torch.linspace(0, 0.2, count)[:, None, None]
        made[:, 0] += amounts * torch.rand(image.shape[-2:], generator=job.generator())
        return made


class Score(Scorer):
    """The brightness times ten, and some numbers."""

    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        """The brightness times ten."""
        for name, value in (("bits_per_dim", 3.5), ("bits_per_dim_corrected", -0.5), ("surprise", 2.0)):
            job.figure(name, value)
        return image.mean(1, keepdim=True) * 10


class ScoreOpacity(Scorer):
    """The opacity, and ten times the red."""

    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        """The opacity, and ten times the red."""
        return image[:, 3:] + 10 * image[:, :1]


class Select(Segmenter):
    """The box, or the pixel under each point."""

    def run(self, image: Tensor, prompt: Prompt, params: Params, job: Job) -> Tensor:
        """The box or the points."""
        made = torch.zeros_like(image[:, :1])
        if prompt.box:
            made[(..., *prompt.box.slices)] = 1
        for point in prompt.wanted:
            made[..., int(point.y), int(point.x)] = 1
        for point in prompt.unwanted:
            made[..., int(point.y), int(point.x)] = 0
        return made
