"""New pictures from a model, and pictures that resemble one."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TypeAlias

import torch
from torch import Tensor

from imagetool.core.geometry import Size
from imagetool.plugin import Generator, Job, Params, Weights
from plugins.autoregressive.loading import label_number, picture_model, to_floats, to_levels
from plugins.autoregressive.lots import exchanged, unusual
from plugins.autoregressive.parts import blots, seam
from plugins.autoregressive.pictures import Request

MOST_ROUNDS = 4
"""How often a picture is drawn again that the model itself finds unlikely."""

ALIKE = 4
"""Pictures that keep the same parts of the one that they are to resemble."""

_NEXT_ROUND = 1_000_003  # from the seed of a picture to that of its next try

Among: TypeAlias = Callable[[Tensor], Tensor]
"""Of pictures that are being drawn, all that are to be shown (B, C, H, W)."""


class PixelGenerator(Generator):
    """Draws pixel by pixel."""

    def load(self, weights: Weights, device: torch.device) -> None:
        """Builds the model and fills it."""
        self._pictures, self._device = picture_model(weights.only, device), device

    def run(self, size: Size, count: int, params: Params, job: Job) -> Tensor:
        """Draws `count` pictures; the seed of each is one more than that of the one before."""
        seeds = [job.seed + number for number in range(count)]
        pixels = self._new(size, seeds, params, job, (0.0, 0.9 if params["reject"] else 1.0))
        if params["reject"]:
            pixels = self._without_outliers(size, pixels, params, job)
        return to_floats(pixels)

    def more_like(self, image: Tensor, count: int, params: Params, job: Job) -> Tensor:
        """Draws parts of the picture anew, others for each few."""
        layout = self._pictures.layout
        first = to_levels(image, layout.channels)
        height, width = first.shape[2:]
        made: list[Tensor] = []
        for begin in range(0, count, ALIKE):
            seeds = [job.seed + number for number in range(begin, min(begin + ALIKE, count))]
            wanted = blots(height, width, float(params["change"]), torch.Generator().manual_seed(seeds[0]))
            start = first.expand(len(seeds), -1, -1, -1)
            request = self._request(start, wanted.to(self._device), params)
            span = (begin / count, (begin + len(seeds)) / count)
            made.append(self._drawn(request, seeds, job, span, lambda some: torch.cat([*made, some])))
        return to_floats(torch.cat(made))

    def _new(
        self,
        size: Size,
        seeds: Sequence[int],
        params: Params,
        job: Job,
        span: tuple[float, float],
        among: Among = lambda some: some,
    ) -> Tensor:
        """New pictures (B, C, H, W) int64 while the job goes through `span`."""
        seamless = bool(params["seamless"])
        middle = span[0] + (span[1] - span[0]) * (0.7 if seamless else 1.0)
        blank = torch.zeros(
            (len(seeds), self._pictures.layout.channels, size.height, size.width),
            dtype=torch.int64,
            device=self._device,
        )
        everywhere = torch.ones(size.height, size.width, dtype=torch.bool, device=self._device)
        pixels = self._drawn(self._request(blank, everywhere, params), seeds, job, (span[0], middle), among)
        if not seamless:
            return pixels
        shift = (size.height // 2, size.width // 2)
        moved = pixels.roll(shift, dims=(2, 3))  # what were the borders meet in the middle
        again = self._request(moved, seam(size.height, size.width).to(self._device), params)
        made = self._drawn(again, seeds, job, (middle, span[1]), among)
        return made.roll((-shift[0], -shift[1]), dims=(2, 3))

    def _without_outliers(self, size: Size, pixels: Tensor, params: Params, job: Job) -> Tensor:
        """With others in place of those that are far less likely than pictures usually are."""
        rejected = 0
        for tried in range(1, MOST_ROUNDS):
            bad = unusual(self._pictures, pixels, self._labels(len(pixels), params))
            if not bad:
                break
            rejected += len(bad)
            seeds = [job.seed + number + tried * _NEXT_ROUND for number in bad]
            span = (1 - 0.1 / tried, 1 - 0.1 / (tried + 1))
            among = functools.partial(exchanged, pixels, bad)
            pixels = among(self._new(size, seeds, params, job, span, among))
        job.figure("rejected", rejected)
        return pixels

    def _request(self, pixels: Tensor, wanted: Tensor, params: Params) -> Request:
        labels = self._labels(len(pixels), params)
        return Request(pixels, wanted, labels, float(params["temperature"]))

    def _labels(self, count: int, params: Params) -> Tensor:
        return torch.full((count,), label_number(self._pictures.layout, params), device=self._device)

    def _drawn(
        self,
        request: Request,
        seeds: Sequence[int],
        job: Job,
        span: tuple[float, float],
        among: Among,
    ) -> Tensor:
        def shown(done: float, pixels: Tensor) -> None:
            job.progress(span[0] + done * (span[1] - span[0]), "drawing")
            job.preview(on_gray(to_floats(among(pixels))))

        rngs = [torch.Generator().manual_seed(seed) for seed in seeds]
        return self._pictures.drawn(request, rngs, shown)


def on_gray(image: Tensor) -> Tensor:
    """RGB (B, 3, H, W) of pictures (B, 3 or 4, H, W): what is transparent is middle gray."""
    if image.shape[1] == 3:
        return image
    alpha = image[:, 3:]
    return image[:, :3] * alpha + 0.5 * (1 - alpha)
