"""The learning rate, by the share of the time that is over."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Schedule:
    """Rises in a straight line during `warm_up`, then falls from `highest` to `lowest` along half a cosine."""

    highest: float
    lowest: float
    warm_up: float

    def rate(self, share: float) -> float:
        """The learning rate when `share` of the time, from 0 to 1, is over; never 0."""
        share = min(1.0, max(0.0, share))
        if share < self.warm_up:
            return max(self.lowest, self.highest * share / self.warm_up)
        fallen = (share - self.warm_up) / (1 - self.warm_up)
        return self.lowest + (self.highest - self.lowest) * (1 + math.cos(math.pi * fallen)) / 2
