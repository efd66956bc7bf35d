"""A pixel that is the same as one nearby, or a new one.

Drawn pictures have few colours, and a colour that was used is used again. Following the pointers of language
models (Vinyals et al. 2015, Pointer Networks; Merity et al. 2016, Pointer Sentinel Mixture Models), a pixel is
taken as a whole from one of the places around it that are known already, or it is new, as another head says. Which
of them is told by a softmax over the places, so that the probability stays exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from plugins.autoregressive.heads import Head, Place, chosen, widened

_NOTHING = -1


def around(reach: int) -> list[tuple[int, int]]:
    """Rows and columns from a place to those around it: first the ones that come before it, then the others."""
    every = [(row, column) for row in range(-reach, reach + 1) for column in range(-reach, reach + 1)]
    before, behind = [way for way in every if way < (0, 0)], [way for way in every if way > (0, 0)]
    return before + behind


class Copies(nn.Module):
    """Copies from up to `reach` rows and columns away; places behind are seen where they are known beforehand.

    What is new is drawn by one of the `others`, heads that may differ in what they are good at.
    """

    def __init__(self, others: Sequence[Head], features: int, reach: int) -> None:
        super().__init__()
        self.levels, self.reach = others[0].levels, reach
        self.others = nn.ModuleList(cast(Iterable[nn.Module], others))
        self.ways = around(reach)
        self.choice = nn.Conv2d(features, len(others) + len(self.ways), 1)

    def log_probability(self, features: Tensor, pixels: Tensor, known: Tensor | None = None) -> Tensor:
        """As `Head`: a channel's share is what it adds, given the channels before it."""
        near = self._near(pixels, known)  # (B, ways, C, H, W)
        weights = functional.log_softmax(self._possible(self.choice(features), near[:, :, 0] != _NOTHING), dim=1)
        new, ways = weights[:, : len(self.others)], weights[:, len(self.others) :]
        same = (near == pixels[:, None]).to(weights.dtype).cumprod(dim=2)
        copied = (ways[:, :, None].exp() * same).sum(dim=1)  # (B, C, H, W)
        told = [head.log_probability(features, pixels, known).cumsum(dim=1) for head in self._heads]
        drawn = torch.logsumexp(new[:, :, None] + torch.stack(told, dim=1), dim=1)  # (B, C, H, W)
        some = copied > 0
        joint = torch.where(some, torch.logaddexp(torch.where(some, copied, 1).log(), drawn), drawn)
        return torch.diff(joint, dim=1, prepend=torch.zeros_like(joint[:, :1]))

    def drawn(self, features: Tensor, chances: Tensor, temperature: float, place: Place) -> Tensor:
        """As `Head`: the third chance of the first channel chooses where the pixel is taken from."""
        near = self._near_place(place)  # (B, ways, C)
        told = self.choice(features[:, :, None, None])[..., 0, 0]
        taken = chosen(self._possible(told, near[:, :, 0] != _NOTHING), chances[:, 0, 2], temperature)
        pixels = near[torch.arange(len(near), device=near.device), (taken - len(self.others)).clamp_min(0)]
        for number, head in enumerate(self._heads):
            which = (taken == number).nonzero()[:, 0]  # only these are asked for: most pixels are copied
            if len(which):
                pixels[which] = head.drawn(features[which], chances[which], temperature, place.of(which))
        return pixels

    @property
    def _heads(self) -> list[Head]:
        return [cast(Head, head) for head in self.others]

    def _possible(self, told: Tensor, there: Tensor) -> Tensor:
        """What is told of each choice, (B, others + ways, …); nothing is taken from nowhere."""
        always = torch.ones_like(there[:, :1]).expand(-1, len(self.others), *there.shape[2:])
        return widened(told).masked_fill(~torch.cat([always, there], dim=1), -torch.inf)

    def _near(self, pixels: Tensor, known: Tensor | None) -> Tensor:
        """The pixels around every place, (B, ways, C, H, W) int16; `_NOTHING` where there is none to take."""
        reach, (height, width) = self.reach, pixels.shape[2:]
        framed = functional.pad(pixels.to(torch.int16), (reach,) * 4, value=_NOTHING)
        if known is not None:
            surely = functional.pad(known, (reach,) * 4)[:, None]
            beforehand = torch.where(surely, framed, _NOTHING)
        found = []
        for row, column in self.ways:
            source = framed if (row, column) < (0, 0) else None if known is None else beforehand
            rows, columns = slice(reach + row, reach + row + height), slice(reach + column, reach + column + width)
            found.append(
                torch.full_like(framed[:, :, reach:-reach, reach:-reach], _NOTHING)
                if source is None
                else source[:, :, rows, columns]
            )
        return torch.stack(found, dim=1)

    def _near_place(self, place: Place) -> Tensor:
        """The same of one place, (B, ways, C)."""
        window = _window(place.pixels, place.row, place.column, self.reach)  # (B, C, side · side)
        middle = window.shape[2] // 2
        near = torch.cat([window[..., :middle], window[..., middle + 1 :]], dim=2)
        if place.known is None:
            near[..., middle:] = _NOTHING
        else:
            surely = _window(place.known[None, None].long(), place.row, place.column, self.reach)[0, 0] > 0
            near[..., middle:] = torch.where(surely[middle + 1 :], near[..., middle:], _NOTHING)
        return near.movedim(1, 2)


def _window(values: Tensor, row: int, column: int, reach: int) -> Tensor:
    """What lies around a place of (B, C, H, W), row by row: (B, C, side · side); `_NOTHING` outside."""
    height, width = values.shape[2:]
    top, left = max(0, row - reach), max(0, column - reach)
    bottom, right = min(height, row + reach + 1), min(width, column + reach + 1)
    missing = (left - column + reach, column + reach + 1 - right, top - row + reach, row + reach + 1 - bottom)
    inside = values[:, :, top:bottom, left:right]
    return (functional.pad(inside, missing, value=_NOTHING) if any(missing) else inside).flatten(2)
