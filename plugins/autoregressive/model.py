"""A whole model: a network that knows what comes before, and a head that says what comes next."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from plugins.autoregressive.context import Context
from plugins.autoregressive.guide import Guide
from plugins.autoregressive.heads import CHANCES, Head, Place

Drawn = Callable[[int, Tensor], None]
"""Told after each row: how many are drawn, and the pixels (B, C, H, W) so far."""


class Autoregressive(nn.Module):
    """The probability of a picture as a product over its pixels, row by row, after those that are known."""

    def __init__(self, context: Context, head: Head, guide: Guide | None = None) -> None:
        super().__init__()
        self.context, self.head, self.guide = context, head, guide

    def log_probability(
        self, pixels: Tensor, condition: Tensor | None = None, known: Tensor | None = None
    ) -> Tensor:
        """Of each value, given all before it; 0 where it is known.

        Args:
            pixels: (B, C, H, W) int64.
            condition: (B, D) where the network takes one.
            known: (B, H, W) bool, what is known before the first pixel. A model without a guide is told of it in
                its turn only.

        Returns:
            (B, C, H, W), in nats.
        """
        image = self.head.levels.to_floats(pixels, self.dtype)
        features = self.context(image, condition, self.guided(image, known))
        told = self.head.log_probability(features, pixels, self.told_beforehand(known))
        return told if known is None else told.masked_fill(known[:, None], 0)

    def bits_per_dim(self, pixels: Tensor, condition: Tensor | None = None) -> Tensor:
        """(B,): minus the base-2 logarithm of a picture's probability, for each of its values."""
        return -self.log_probability(pixels, condition).mean(dim=(1, 2, 3)) / math.log(2)

    def guided(self, image: Tensor, known: Tensor | None) -> Tensor | None:
        """What the guide says of an image (B, C, H, W) of which `known` (B, H, W) is known."""
        if self.guide is None:
            return None
        nothing = torch.zeros_like(image[:, 0], dtype=torch.bool)
        told: Tensor = self.guide(image, nothing if known is None else known)
        return told

    def told_beforehand(self, known: Tensor | None) -> Tensor | None:
        """What of it the head may look at before its turn."""
        return None if self.guide is None else known

    @property
    def dtype(self) -> torch.dtype:
        """Of its weights."""
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

    @property
    def known(self) -> Tensor:
        """(B, H, W), what is there for every picture."""
        return (~self.wanted).expand(len(self.pixels), -1, -1)


def chances(start: Start, rngs: Sequence[torch.Generator]) -> Tensor:
    """What decides each pixel of a drawing: (B, H, W, C, CHANCES) float64, of one generator for each picture."""
    _, channels, height, width = start.pixels.shape
    shape = (height, width, channels, CHANCES)
    drawn = [torch.rand(shape, generator=rng, dtype=torch.float64) for rng in rngs]
    return torch.stack(drawn).to(start.pixels.device)


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
    drawing = _Drawing(model, start, decided, temperature)
    walk = model.context.walk(drawing.image, start.condition, drawing.guide)
    needed = start.wanted.flip(0).cummax(0).values.flip(0).any(dim=1)  # rows at or above one that is wanted
    for row in range(len(needed)):
        if not bool(needed[row]):
            break
        walk.begin_row(row)
        for column in range(start.wanted.shape[1]):
            features = walk.features(row, column)
            if bool(start.wanted[row, column]):
                drawing.place(row, column, features)
        told(row + 1, drawing.pixels)
    return drawing.pixels


@torch.no_grad()
def draw_naively(model: Autoregressive, start: Start, decided: Tensor, temperature: float = 1.0) -> Tensor:
    """The same by running the whole network for every pixel: what `draw` is compared with."""
    drawing = _Drawing(model, start, decided, temperature)
    for row, column in start.wanted.nonzero().tolist():
        features = model.context(drawing.image, start.condition, drawing.guide)[:, :, row, column]
        drawing.place(row, column, features)
    return drawing.pixels


class _Drawing:
    """Pictures while they are drawn: `pixels` as numbers, `image` as the network sees them, and the guide."""

    def __init__(self, model: Autoregressive, start: Start, decided: Tensor, temperature: float) -> None:
        self._head, self._decided, self._temperature = model.head, decided, temperature
        self._known = None if model.guide is None else ~start.wanted
        self.pixels = start.pixels.clone()
        self.image = model.head.levels.to_floats(self.pixels, model.dtype)
        self.guide = model.guided(self.image, start.known)

    def place(self, row: int, column: int, features: Tensor) -> None:
        """Draws a pixel."""
        place = Place(self.pixels, row, column, self._known)
        made = self._head.drawn(features, self._decided[:, row, column], self._temperature, place)
        self.pixels[:, :, row, column] = made
        self.image[:, :, row, column] = self._head.levels.to_floats(made, self.image.dtype)
