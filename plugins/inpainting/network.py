"""The network that fills holes: a U-Net with dilated convolutions, asked again at each size of the picture.

Its blocks are residual ones without normalisation; those at the lowest resolution are dilated (Yu and Koltun 2016,
Multi-Scale Context Aggregation by Dilated Convolutions). What it cannot see it is told: the hole is filled with a
draft, which is the network's own answer at half the size, so that what it sees grows with the picture. Fourier
convolutions (Suvorov et al. 2022, Resolution-robust Large Mask Inpainting with Fourier Convolutions) see as far at
one size; ADR 13 says why these were taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

MIDDLE = 0.5
"""Subtracted from the colours: half floats are densest around zero."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The shape of a network.

    Attributes:
        fold: Side of the squares of pixels that become channels at the entrance, from 1 to 4.
        widths: Channels at each resolution, the highest first; each further one is half as high and wide.
        encoder: Blocks on the way down, at all resolutions but the lowest.
        dilations: Those of the blocks at the lowest resolution, one after the other.
        decoder: Blocks on the way up, in the order of `encoder`: at the highest resolution first.
    """

    fold: int
    widths: tuple[int, ...]
    encoder: tuple[int, ...]
    dilations: tuple[int, ...]
    decoder: tuple[int, ...]

    @classmethod
    def read(cls, table: Mapping[str, object]) -> Layout:
        """From a recipe or a file of weights.

        Raises:
            ValueError: naming the key that is missing, unknown or wrong.
        """
        if set(table) != set(cls.__slots__):
            raise ValueError(f"network has the keys {', '.join(sorted(table))}, not {', '.join(cls.__slots__)}")
        fold = table["fold"]
        if type(fold) is not int or not 1 <= fold <= 4:
            raise ValueError(f"fold is {fold!r}, not a whole number from 1 to 4")
        layout = cls(
            fold=fold,
            widths=_wholes(table, "widths", 1, 512),
            encoder=_wholes(table, "encoder", 0, 64),
            dilations=_wholes(table, "dilations", 1, 64),
            decoder=_wholes(table, "decoder", 0, 64),
        )
        if not 1 <= len(layout.widths) <= 6:
            raise ValueError(f"widths has {len(layout.widths)} numbers, not 1 to 6")
        if not len(layout.encoder) == len(layout.decoder) == len(layout.widths) - 1:
            raise ValueError("encoder and decoder must each have one number less than widths")
        return layout

    def table(self) -> dict[str, object]:
        """What `read` reads."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}

    @property
    def multiple_of(self) -> int:
        """Pixels of the input that one pixel of the lowest resolution stands for, along each side."""
        return self.fold << len(self.encoder)


class Network(nn.Module):
    """Says what is in a hole, given what is around it and a draft of what may be in it."""

    def __init__(self, layout: Layout) -> None:
        super().__init__()
        self.layout = layout
        widths, square = layout.widths, layout.fold**2
        steps = list(pairwise(widths))
        self.entrance = nn.Conv2d(4 * square, widths[0], 3, padding=1)
        self.encoder = nn.ModuleList(_blocks(width, n) for width, n in zip(widths, layout.encoder, strict=False))
        self.downs = nn.ModuleList(nn.Conv2d(fine, coarse, 2, stride=2) for fine, coarse in steps)
        self.middle = nn.Sequential(*(Block(widths[-1], dilation) for dilation in layout.dilations))
        self.ups = nn.ModuleList(nn.Conv2d(coarse, 4 * fine, 1, bias=False) for fine, coarse in steps)
        self.decoder = nn.ModuleList(_blocks(width, n) for width, n in zip(widths, layout.decoder, strict=False))
        self.exit = nn.Conv2d(widths[0], 3 * square, 3, padding=1)
        nn.init.zeros_(self.exit.weight)
        nn.init.zeros_(self.exit.bias)  # type: ignore[arg-type]

    def forward(self, draft: Tensor, hole: Tensor) -> Tensor:
        """Fills.

        Args:
            draft: (B, 3, H, W) float32 in [0, 1], of any size: the picture, and in its holes a guess.
            hole: (B, 1, H, W) float32, 1 in the holes, else 0.

        Returns:
            (B, 3, H, W) float32: the draft, in the holes with what the network changes; not cut to [0, 1]. An
            untrained network changes nothing.
        """
        height, width = draft.shape[-2:]
        below, right = (-side % self.layout.multiple_of for side in (height, width))
        seen = functional.pad(torch.cat([draft - MIDDLE, hole], 1), (0, right, 0, below), mode="replicate")
        features = self.entrance(functional.pixel_unshuffle(seen, self.layout.fold))  # (B, C, H/fold, W/fold)
        skips = []
        for blocks, down in zip(self.encoder, self.downs, strict=True):
            skips.append(blocks(features))
            features = down(skips[-1])  # (B, the next of widths, half as high, half as wide)
        features = self.middle(features)
        for blocks, up in zip(reversed(self.decoder), reversed(self.ups), strict=True):
            features = blocks(functional.pixel_shuffle(up(features), 2) + skips.pop())
        change = functional.pixel_shuffle(self.exit(features), self.layout.fold)  # (B, 3, H + ..., W + ...)
        return draft + hole * change[..., :height, :width].float()


class Block(nn.Module):
    """Two convolutions, the first dilated, whose result is added to what comes in."""

    def __init__(self, width: int, dilation: int = 1) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=dilation, dilation=dilation)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        nn.init.normal_(self.second.weight, std=0.1 / width)
        nn.init.zeros_(self.second.bias)  # type: ignore[arg-type]

    def forward(self, features: Tensor) -> Tensor:
        """Keeps the shape."""
        result: Tensor = features + self.second(functional.relu(self.first(features)))
        return result


def _blocks(width: int, count: int) -> nn.Sequential:
    return nn.Sequential(*(Block(width) for _ in range(count)))


def _wholes(table: Mapping[str, object], key: str, low: int, high: int) -> tuple[int, ...]:
    value = table[key]
    if not isinstance(value, list) or not all(type(item) is int and low <= item <= high for item in value):
        raise ValueError(f"{key} is {value!r}, not a list of whole numbers from {low} to {high}")
    return tuple(value)
