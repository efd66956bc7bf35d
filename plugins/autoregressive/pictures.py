"""A model of whole pictures: their bits, and new ones, over all sizes that the model works at."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from plugins.autoregressive.layout import Layout
from plugins.autoregressive.model import Autoregressive, Start, chances, draw
from plugins.autoregressive.scales import at_scale, enlarged, known_at, step_of

Shown = Callable[[float, Tensor], None]
"""Told after each row: the share that is done, from 0 to 1, and the pictures (B, C, H, W) so far."""


@dataclass(frozen=True, eq=False, slots=True)
class Request:
    """Pictures that are wanted.

    Attributes:
        pixels: (B, C, H, W) int64; what is not `wanted` stays.
        wanted: (H, W) bool, True where pixels are to be drawn.
        labels: (B,) int64, numbers of labels, -1 for anything.
        temperature: 1 for the model's own probabilities, less for likelier pixels.
    """

    pixels: Tensor
    wanted: Tensor
    labels: Tensor
    temperature: float = 1.0


class PictureModel:
    """A model and its layout."""

    def __init__(self, layout: Layout, model: Autoregressive) -> None:
        self.layout, self.model = layout, model

    @torch.no_grad()
    def bits(
        self, pixels: Tensor, labels: Tensor, known: Tensor | None = None, *, perturbed: bool = False
    ) -> Tensor:
        """What every pixel costs, given all before it: (B, H, W), 0 where it is known.

        Args:
            pixels: (B, C, H, W) int64.
            labels: (B,) int64, -1 for anything.
            known: (B, H, W) bool, where given: what need not be told.
            perturbed: As the background model says, which was trained on pictures with noise.
        """
        scales = self.layout.scales
        known = torch.zeros_like(pixels[:, 0], dtype=torch.bool) if known is None else known
        told = pixels.new_zeros(known.shape, dtype=torch.float32)
        for scale in range(scales):
            condition = self.layout.condition(labels, scale, torch.full_like(labels, perturbed, dtype=torch.bool))
            there = known_at(known, scale, scales)
            nats = self.model.log_probability(
                at_scale(pixels, scale, scales), condition.to(self.model.dtype), there
            ).sum(dim=1)
            at_scale(told, scale, scales)[~there] = (-nats / math.log(2)).float()[~there]
        return told

    @torch.no_grad()
    def drawn(self, request: Request, rngs: Sequence[torch.Generator], shown: Shown = lambda *_: None) -> Tensor:
        """(B, C, H, W) int64, from the smallest size to the largest.

        Each picture has a generator of its own, on the CPU, so that it does not depend on the others.
        """
        scales = self.layout.scales
        pixels, height, width = request.pixels.clone(), *request.wanted.shape
        done, every = 0, int(request.wanted.sum()) or 1
        for scale in range(scales):
            start = self._start(replace(request, pixels=pixels), scale)
            rows = start.wanted.sum(dim=1).cumsum(dim=0).tolist()

            def tell(row: int, so_far: Tensor, before: int = done, rows: list[int] = rows) -> None:
                shown((before + rows[row - 1]) / every, enlarged(so_far, height, width))

            made = draw(self.model, start, chances(start, rngs), request.temperature, tell)
            step = step_of(scale, scales)
            pixels[..., ::step, ::step] = made
            done += rows[-1]
        return pixels

    def _start(self, request: Request, scale: int) -> Start:
        scales = self.layout.scales
        known = known_at(~request.wanted[None], scale, scales)[0]
        condition = self.layout.condition(
            request.labels, scale, torch.zeros_like(request.labels, dtype=torch.bool)
        )
        pixels = at_scale(request.pixels, scale, scales)
        return Start(pixels.contiguous(), ~known, condition.to(self.model.dtype))
