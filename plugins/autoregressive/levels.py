"""What pixels of a small picture are: whole numbers, one for each channel, and the floats that networks see."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Levels:
    """How many channels a pixel has, and how many values each of them takes."""

    channels: int
    count: int = 256

    def to_floats(self, pixels: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
        """(…) int64 from 0 to `count` - 1, as floats from -1 to 1."""
        return pixels.to(dtype) * (2 / (self.count - 1)) - 1

    def random(self, batch: int, height: int, width: int, rng: torch.Generator) -> Tensor:
        """Pixels (B, C, H, W) int64, each value as likely as any other."""
        return torch.randint(self.count, (batch, self.channels, height, width), generator=rng)
