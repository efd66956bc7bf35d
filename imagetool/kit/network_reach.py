"""How far a network sees, found out by running it: NaN in its first or last row spreads to what depends on it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TypeAlias

import torch
from torch import Tensor, nn

from imagetool.kit.convolutions import Convolve, GoingOn, Kernel, Key, watched

Run: TypeAlias = Callable[[Tensor], Tensor]
"""Runs a network on an image (1, C, H, W); rows are the last axis but one of its result, too."""

_HEIGHTS_PX = (256, 512, 1024)
_WIDTH_PX = 32
_PROOF_WIDTH_PX, _PROOF_BLOCKS = 128, 24  # all inputs are then large enough to be convolved as those of tiles are
_MOST_BLOCK_PX = 128
_MOST_MARGIN_PX = 16


@dataclass(frozen=True, slots=True)
class Reach:
    """What must be known of a network to let it go on below a row; all in rows of its image.

    Attributes:
        rows_px: So many rows of the result, and of all within, depend on what is beyond a border of the image.
        block_px: It can go on at multiples of this.
        context_px: What is kept for it reaches so far above the row.
        margin_px: The first rows after going on that are not right, because something else than a convolution
            looks at what is around a pixel.
        scale: Rows of the result for one of the image.
    """

    rows_px: int
    block_px: int
    context_px: int
    margin_px: int
    scale: int

    def stop_px(self, height_px: int) -> int:
        """The last row at which a run below an image of that height can go on; not above 0 where there is none."""
        return (height_px - self.rows_px - self.margin_px) // self.block_px * self.block_px


def measure(network: nn.Module, run: Run, channels: int, dtype: torch.dtype) -> Reach | None:
    """None where the network cannot go on below a row with exactly the result that it has otherwise."""
    for height_px in _HEIGHTS_PX:
        reach = _measured(network, run, torch.zeros(1, channels, height_px, _WIDTH_PX, dtype=dtype))
        if reach is None:
            return None
        if 4 * (reach.rows_px + reach.block_px) + reach.context_px < height_px:
            return _proved(network, run, reach, channels, dtype)
    return None


@dataclass(eq=False, slots=True)
class _Notes:
    """What is seen of convolutions: how many rows they take and give, and which of them are no numbers."""

    rows: dict[Key, tuple[int, int]] = field(default_factory=dict)
    spoilt: list[tuple[int, Tensor]] = field(default_factory=list)
    kernels: dict[Key, Kernel] = field(default_factory=dict)

    def convolved(self, key: Key, kernel: Kernel, rows: Tensor, convolve: Convolve) -> Tensor:
        """What the convolution makes of its input, which is looked at."""
        result = convolve(rows)
        self.kernels[key] = kernel
        self.rows[key] = rows.shape[2], result.shape[2]
        self.spoilt.append((rows.shape[2], _no_numbers(rows)))
        return result


def _measured(network: nn.Module, run: Run, image: Tensor) -> Reach | None:
    height, clean = image.shape[2], _Notes()
    with watched(network, clean):
        result = run(image)
    if result.dim() < 4 or result.shape[-2] % height or not clean.rows:
        return None
    shares = [Fraction(count, height) for pair in clean.rows.values() for count in pair]
    block = math.lcm(*(share.denominator for share in shares))
    strided = all(before == after * clean.kernels[key].stride for key, (before, after) in clean.rows.items())
    if not strided or block > _MOST_BLOCK_PX:
        return None
    reach = max(_reach_px(network, run, image, block, row) for row in (block - 1, height - block))
    contexts = [clean.kernels[key].context / Fraction(rows, height) for key, (rows, _) in clean.rows.items()]
    return Reach(reach, block, math.ceil(max(contexts)), _MOST_MARGIN_PX, result.shape[-2] // height)


def _reach_px(network: nn.Module, run: Run, image: Tensor, block: int, row: int) -> int:
    """How many rows of the image on this side of a border depend on the first row beyond it.

    Beyond the border is the first block, of which `row` is the last row, or the last block and its first row.
    """
    height, notes = image.shape[2], _Notes()
    spoilt = image.clone()
    spoilt[:, :, row] = torch.nan
    with watched(network, notes):
        result = run(spoilt)
    farthest = 0
    for count, marked in (*notes.spoilt, (result.shape[-2], _no_numbers(result))):
        at = marked.nonzero()
        if len(at):
            below = (int(at.max()) + 1) * height / Fraction(count) - block
            above = height - block - int(at.min()) * height / Fraction(count)
            farthest = max(farthest, math.ceil(below if row < block else above))
    return farthest


def _no_numbers(rows: Tensor) -> Tensor:
    """(H,) bool: which rows of (…, H, W) hold what is no number."""
    return torch.isnan(rows).any(dim=-1).flatten(0, -2).any(dim=0)


def _proved(network: nn.Module, run: Run, reach: Reach, channels: int, dtype: torch.dtype) -> Reach | None:
    """With the margin that is needed; None where even then the rows are not the same."""
    block, scale = reach.block_px, reach.scale
    stop = -(-(reach.rows_px + reach.context_px) // block) * block
    below = max(-(-(reach.rows_px + reach.margin_px) // block), _PROOF_BLOCKS) * block
    rng = torch.Generator().manual_seed(0)
    image = torch.rand(1, channels, stop + below, _PROOF_WIDTH_PX, generator=rng).to(dtype)
    first = GoingOn(None, stop + below, stop)
    with watched(network, first):
        whole = run(image)
    with watched(network, GoingOn(first.kept, below, None)):
        again = run(image[:, :, stop:])
    same = (again == whole[..., stop * scale :, :]).movedim(-2, 0).flatten(1).all(dim=1)  # (rows,)
    wrong = (~same).nonzero()
    margin = math.ceil((int(wrong.max()) + 1) / scale) if len(wrong) else 0
    return replace(reach, margin_px=margin) if margin <= reach.margin_px else None
