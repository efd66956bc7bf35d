"""A whole model: a network that knows what comes before, and a head that says what comes next."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from plugins.autoregressive.context import Context
from plugins.autoregressive.heads import Head

Drawn = Callable[[int, Tensor], None]
"""Told after each row: how many are drawn, and the pixels (B, C, H, W) so far."""


class Autoregressive(nn.Module):
    """The probability of a picture as a product over its pixels, row by row."""

    def __init__(self, context: Context, head: Head) -> None:
        super().__init__()
        self.context, self.head = context, head

    def log_probability(self, pixels: Tensor, condition: Tensor | None = None) -> Tensor:
        """Of each value, given all before it.

        Args:
            pixels: (B, C, H, W) int64.
            condition: (B, D) where the network takes one.

        Returns:
            (B, C, H, W), in nats.
        """
        image = self.head.levels.to_floats(pixels, self._dtype)
        return self.head.log_probability(self.context(image, condition), pixels)

    def bits_per_dim(self, pixels: Tensor, condition: Tensor | None = None) -> Tensor:
        """(B,): minus the base-2 logarithm of a picture's probability, for each of its values."""
        return -self.log_probability(pixels, condition).mean(dim=(1, 2, 3)) / math.log(2)

    @property
    def _dtype(self) -> torch.dtype:
        return next(self.parameters()).dtype


@dataclass(frozen=True, eq=False, slots=True)
class Start:
    """What a drawing begins with.

    Attributes:
        pixels: (B, C, H, W) int64; what is not `wanted` stays.
        wanted: (H, W) bool, True where pixels are to be drawn.
        condition: (B, D) where the network takes one.
    """

    pixels: Tensor
    wanted: Tensor
    condition: Tensor | None = None


def chances(start: Start, rng: torch.Generator) -> Tensor:
    """What decides each pixel of a drawing: (B, H, W, C, 2) float64, the same for the same generator."""
    batch, channels, height, width = start.pixels.shape
    return torch.rand(batch, height, width, channels, 2, generator=rng, dtype=torch.float64, device=rng.device)


@torch.no_grad()
def draw(
    model: Autoregressive, start: Start, decided: Tensor, temperature: float = 1.0, told: Drawn = lambda *_: None
) -> Tensor:
    """Draws pictures pixel by pixel; every feature is computed once.

    Ramachandran et al. 2017, Fast Generation for Convolutional Autoregressive Models. In a model of float64 the
    result is that of `draw_naively`, pixel for pixel; in narrower floats rounding may turn a chance that is closer
    to the border of two values than their precision.

    Args:
        model: In evaluation mode.
        start: What is there already.
        decided: As `chances` makes them.
        temperature: As for `Head.drawn`.
        told: Called after each row; may raise to stop.

    Returns:
        (B, C, H, W) int64.
    """
    levels = model.head.levels
    pixels = start.pixels.clone()
    image = levels.to_floats(pixels, next(model.parameters()).dtype)
    walk = model.context.walk(image, start.condition)
    needed = start.wanted.flip(0).cummax(0).values.flip(0).any(dim=1)  # rows at or above one that is wanted
    for row in range(pixels.shape[2]):
        if not bool(needed[row]):
            break
        walk.begin_row(row)
        for column in range(pixels.shape[3]):
            features = walk.features(row, column)
            if bool(start.wanted[row, column]):
                made = model.head.drawn(features, decided[:, row, column], temperature)
                pixels[:, :, row, column] = made
                image[:, :, row, column] = levels.to_floats(made, image.dtype)
        told(row + 1, pixels)
    return pixels


@torch.no_grad()
def draw_naively(model: Autoregressive, start: Start, decided: Tensor, temperature: float = 1.0) -> Tensor:
    """The same by running the whole network for every pixel: what `draw` is compared with."""
    levels = model.head.levels
    pixels = start.pixels.clone()
    for row, column in start.wanted.nonzero().tolist():
        image = levels.to_floats(pixels, next(model.parameters()).dtype)
        features = model.context(image, start.condition)[:, :, row, column]
        pixels[:, :, row, column] = model.head.drawn(features, decided[:, row, column], temperature)
    return pixels
