"""What a model is shown in one step of its training: pictures of one size, and what it is told of them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from plugins.autoregressive.layout import Layout
from plugins.autoregressive.parts import blots
from plugins.autoregressive.scales import at_scale, known_at

PERTURBED = 0.06
"""Share of the pictures that are shown with noise, as background."""

CHANGED = 0.15
"""Share of a perturbed picture's values that are replaced by any other (Ren et al. 2019, Likelihood Ratios for
Out-of-Distribution Detection, find 0.1 to 0.2 best)."""


@dataclass(frozen=True, eq=False, slots=True)
class Lesson:
    """Pixels (B, C, h, w) int64, conditions (B, told), and which pixels are `known` (B, h, w) bool."""

    pixels: Tensor
    condition: Tensor
    known: Tensor


def scale_of(layout: Layout, rng: torch.Generator) -> int:
    """Which size a step is about: larger ones more often."""
    shares = torch.arange(1, layout.scales + 1, dtype=torch.float)
    return int(torch.multinomial(shares, 1, generator=rng))


def lesson(
    layout: Layout, pixels: Tensor, labels: Tensor, scale: int, erased: float, rng: torch.Generator
) -> Lesson:
    """A step's pictures.

    Args:
        layout: The model's.
        pixels: (B, C, H, W) int64, whole pictures.
        labels: (B,) int64, -1 for anything.
        scale: 0 for the smallest.
        erased: Share of the pictures that are known but for a part.
        rng: On the CPU.
    """
    count, _, height, width = pixels.shape
    chance = torch.rand(count, generator=rng)
    in_part, noisy = chance < erased, chance > 1 - PERTURBED
    known = known_parts(count, height, width, rng) & in_part[:, None, None]
    shown = at_scale(pixels, scale, layout.scales)
    shown = torch.where(noisy.to(pixels.device)[:, None, None, None], perturbed(shown, layout, rng), shown)
    condition = layout.condition(labels, scale, noisy.to(labels.device))
    return Lesson(shown, condition, known_at(known, scale, layout.scales).to(pixels.device))


def perturbed(pixels: Tensor, layout: Layout, rng: torch.Generator) -> Tensor:
    """With some of the values replaced by any other."""
    changed = (torch.rand(pixels.shape, generator=rng) < CHANGED).to(pixels.device)
    others = torch.randint(layout.levels.count, pixels.shape, generator=rng).to(pixels.device)
    return torch.where(changed, others, pixels)


def known_parts(count: int, height: int, width: int, rng: torch.Generator) -> Tensor:
    """(count, H, W) bool: all but what lies below a line, at one side of it, in a box, or in blots."""
    kinds = torch.randint(4, (count,), generator=rng)
    ways = (_below, _beside, _box, _blots)
    return torch.stack([ways[kind](height, width, rng) for kind in kinds.tolist()])


def _below(height: int, width: int, rng: torch.Generator) -> Tensor:
    rows = torch.arange(height)[:, None] < _whole(1, height, rng)
    return rows.expand(height, width)


def _beside(height: int, width: int, rng: torch.Generator) -> Tensor:
    """What is erased lies at the left, at the right or at the top."""
    side = _whole(0, 3, rng)
    if side == 2:
        return _below(height, width, rng).flip(0)
    columns = _below(width, height, rng).T
    return columns.flip(1) if side else columns


def _box(height: int, width: int, rng: torch.Generator) -> Tensor:
    known = torch.ones(height, width, dtype=torch.bool)
    tall, wide = (_whole(max(1, side // 8), max(2, side * 3 // 4), rng) for side in (height, width))
    top, left = _whole(0, height - tall + 1, rng), _whole(0, width - wide + 1, rng)
    known[top : top + tall, left : left + wide] = False
    return known


def _blots(height: int, width: int, rng: torch.Generator) -> Tensor:
    return ~blots(height, width, 0.2 + 0.6 * float(torch.rand((), generator=rng)), rng)


def _whole(least: int, below: int, rng: torch.Generator) -> int:
    """From `least`, below `below`."""
    return int(torch.randint(least, max(least + 1, below), (), generator=rng))
