"""From the features of a place to the probability of its pixel: channel after channel, each value a class.

A pixel's channels depend on one another: green is told what red is, blue what red and green are (van den Oord et
al. 2016, Pixel Recurrent Neural Networks, which masks channels inside the network; here it is done at its end, so
that every network can be the same for any number of channels).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from plugins.autoregressive.levels import Levels

CHANCES = 3
"""Numbers that decide each channel of a pixel that is drawn."""


@dataclass(frozen=True, eq=False, slots=True)
class Place:
    """A place that is drawn: the pixels (B, C, H, W) so far, and which of them were `known` (H, W) beforehand."""

    pixels: Tensor
    row: int
    column: int
    known: Tensor | None

    @property
    def known_in_all(self) -> Tensor | None:
        """(B, H, W)."""
        return None if self.known is None else self.known.expand(len(self.pixels), -1, -1)

    def of(self, which: Tensor) -> Place:
        """Of some of the pictures only."""
        return Place(self.pixels[which], self.row, self.column, self.known)


class Head(Protocol):
    """The end of a network: what is known of a place, as a distribution of its pixel."""

    levels: Levels

    def log_probability(self, features: Tensor, pixels: Tensor, known: Tensor | None = None) -> Tensor:
        """Of every value of a picture.

        Args:
            features: (B, F, H, W), of which those of a place know nothing of it or of later places.
            pixels: (B, C, H, W) int64.
            known: (B, H, W) bool, pixels that were known before all others; what is said of them means nothing.

        Returns:
            (B, C, H, W), in nats.
        """
        ...

    def drawn(self, features: Tensor, chances: Tensor, temperature: float, place: Place) -> Tensor:
        """The pixels of one place.

        Args:
            features: (B, F).
            chances: (B, C, CHANCES) from 0 to 1, that decide.
            temperature: 1 for the model's own probabilities, less for likelier pixels.
            place: Which one, and what is there already.

        Returns:
            (B, C) int64.
        """
        ...


class Classes(nn.Module):
    """A softmax over all values of a channel: for pixel art, whose colours do not lie close together."""

    def __init__(self, levels: Levels, features: int, width: int) -> None:
        super().__init__()
        self.levels = levels
        self.hidden = nn.ModuleList(nn.Conv2d(features, width, 1) for _ in range(levels.channels))
        self.earlier = nn.ModuleList(
            nn.ModuleList(nn.Embedding(levels.count, width) for _ in range(channel))
            for channel in range(levels.channels)
        )
        self.out = nn.ModuleList(nn.Conv2d(width, levels.count, 1) for _ in range(levels.channels))

    def log_probability(self, features: Tensor, pixels: Tensor, known: Tensor | None = None) -> Tensor:  # noqa: ARG002 - it looks at features only
        """As `Head`."""
        told = []
        for channel in range(self.levels.channels):
            logits = self._logits(channel, features, pixels)  # (B, levels, H, W)
            told.append(-functional.cross_entropy(widened(logits), pixels[:, channel], reduction="none"))
        return torch.stack(told, dim=1)

    def drawn(self, features: Tensor, chances: Tensor, temperature: float, place: Place) -> Tensor:  # noqa: ARG002
        """As `Head`: the value at which the cumulative probability passes the first of the chances."""
        told = features[:, :, None, None]
        pixels = torch.zeros(len(features), self.levels.channels, 1, 1, dtype=torch.int64, device=features.device)
        for channel in range(self.levels.channels):
            logits = self._logits(channel, told, pixels)[..., 0, 0]  # (B, levels)
            pixels[:, channel, 0, 0] = chosen(logits, chances[:, channel, 0], temperature)
        return pixels[..., 0, 0]

    def _logits(self, channel: int, features: Tensor, pixels: Tensor) -> Tensor:
        hidden = self.hidden[channel](features)  # (B, width, H, W)
        for before, embedding in enumerate(cast(nn.ModuleList, self.earlier[channel])):
            hidden = hidden + embedding(pixels[:, before]).movedim(-1, 1)
        logits: Tensor = self.out[channel](functional.relu(hidden))
        return logits


def widened(told: Tensor) -> Tensor:
    """In at least 32 bits."""
    return told.float() if told.dtype in (torch.float16, torch.bfloat16) else told


def chosen(logits: Tensor, chances: Tensor, temperature: float) -> Tensor:
    """The number (B,) at which the cumulative softmax of logits (B, N) passes chances (B,) from 0 to 1."""
    below = torch.softmax(logits.double() / max(temperature, 1e-6), dim=1).cumsum(dim=1)
    return (below < chances[:, None].double() * below[:, -1:]).sum(dim=1).clamp_max(logits.shape[1] - 1)
