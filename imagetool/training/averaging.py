"""The mean of a network's weights over its last steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import torch
from torch import Tensor

_Update: TypeAlias = Callable[[Sequence[Tensor], Sequence[Tensor], Tensor | int], None]

_FIRST_STEPS = 10


def moving_mean(keep: float) -> _Update:
    """Keeps the share `keep` of the mean at each step, and less of it in the first steps.

    After n steps it keeps at most (1 + n) / (10 + n): a mean that began with the weights of the first step would
    hold on to them for thousands of steps, which short trainings do not have.
    """

    @torch.no_grad()
    def update(means: Sequence[Tensor], values: Sequence[Tensor], steps: Tensor | int) -> None:
        kept = min(keep, (1 + float(steps)) / (_FIRST_STEPS + float(steps)))
        floats = [pair for pair in zip(means, values, strict=True) if pair[0].is_floating_point()]
        if floats:
            torch._foreach_lerp_([mean for mean, _ in floats], [value for _, value in floats], 1 - kept)
        for mean, value in zip(means, values, strict=True):
            if not mean.is_floating_point():
                mean.copy_(value)

    return update
