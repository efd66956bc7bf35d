"""A pixel that has a colour which was used before, anywhere in the picture.

Like the pointers of `copies`, but at colours instead of places: a query made from a place's features is compared
with keys made from the colours that are there already (attention, as in Vinyals et al. 2015, Pointer Networks).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from plugins.autoregressive.heads import Place, chosen, widened
from plugins.autoregressive.levels import Levels

MOST_COLOURS = 256
"""Those that come first are remembered."""

_WIDTH = 32
_NEVER = 2**30
_NOTHING = -1


class Palette(nn.Module):
    """A softmax over the colours so far; one more choice is any colour at all, so that there is always one."""

    def __init__(self, levels: Levels, features: int) -> None:
        super().__init__()
        self.levels = levels
        self.query = nn.Conv2d(features, _WIDTH, 1)
        self.key = nn.Sequential(nn.Linear(levels.channels, _WIDTH), nn.ReLU(), nn.Linear(_WIDTH, _WIDTH))
        self.any = nn.Conv2d(features, 1, 1)

    def log_probability(self, features: Tensor, pixels: Tensor, known: Tensor | None = None) -> Tensor:
        """As `Head`: a channel's share is what it adds, given the channels before it."""
        batch, channels, height, width = pixels.shape
        colours, moments = palettes(pixels, known)  # (B, K, C), (B, K)
        there = moments[:, None] < torch.arange(height * width, device=pixels.device)[:, None]  # (B, N, K)
        weights = functional.log_softmax(self._told(features, colours, there), dim=2)
        seen = pixels.flatten(2).movedim(1, 2)[:, :, None]  # (B, N, 1, C)
        same = torch.ones_like(there)
        told = []
        for channel in range(channels):
            same = same & (colours[:, None, :, channel] == seen[..., channel])
            used = (weights[..., 1:].exp() * same).sum(dim=2)  # (B, N)
            anything = weights[..., 0] - (channel + 1) * torch.log(weights.new_tensor(self.levels.count))
            some = used > 0
            both = torch.logaddexp(torch.where(some, used, 1).log(), anything)
            told.append(torch.where(some, both, anything))
        joint = torch.stack(told, dim=1).reshape(batch, channels, height, width)
        return torch.diff(joint, dim=1, prepend=torch.zeros_like(joint[:, :1]))

    def drawn(self, features: Tensor, chances: Tensor, temperature: float, place: Place) -> Tensor:
        """As `Head`: the first chance of the first channel chooses the colour, those of the channels any other."""
        width = place.pixels.shape[3]
        colours, moments = palettes(place.pixels, place.known_in_all, before=place.row * width + place.column)
        told = self._told(features[:, :, None, None], colours, (moments < _NEVER)[:, None])[:, 0]  # (B, 1 + K)
        taken = chosen(told, chances[:, 0, 0], temperature)
        anything = (chances[..., 1] * self.levels.count).long().clamp_max(self.levels.count - 1)
        every = torch.cat([anything[:, None], colours], dim=1)
        return every[torch.arange(len(every), device=every.device), taken]

    def _told(self, features: Tensor, colours: Tensor, there: Tensor) -> Tensor:
        """What is told of each choice, (B, N, 1 + K): any colour first; `there` is (B, N, K)."""
        query = self.query(features).flatten(2).movedim(1, 2)  # (B, N, width)
        keys = self.key(self.levels.to_floats(colours, features.dtype))
        match = widened(query @ keys.movedim(1, 2)) / _WIDTH**0.5
        anything = widened(self.any(features)).flatten(2).movedim(1, 2)
        return torch.cat([anything, match.masked_fill(~there, -torch.inf)], dim=2)


def palettes(pixels: Tensor, known: Tensor | None, before: int = _NEVER) -> tuple[Tensor, Tensor]:
    """The colours of pictures, in the order in which they come, at most `MOST_COLOURS`.

    Args:
        pixels: (B, C, H, W) int64.
        known: (B, H, W) bool, pixels that are there before all others.
        before: Only what is known or comes before this place is looked at.

    Returns:
        Colours (B, K, C) int64, -1 where a picture has fewer; and when each is there first (B, K), -1 for at once.
    """
    found = [
        _palette(picture, None if known is None else known[number], before)
        for number, picture in enumerate(pixels.flatten(2))
    ]
    most = max(len(moments) for _, moments in found)
    colours = [functional.pad(of, (0, 0, 0, most - len(of)), value=_NOTHING) for of, _ in found]
    moments = [functional.pad(of, (0, most - len(of)), value=_NEVER) for _, of in found]
    return torch.stack(colours), torch.stack(moments)


def _palette(pixels: Tensor, known: Tensor | None, before: int) -> tuple[Tensor, Tensor]:
    """Of one picture, (C, N)."""
    moment = torch.arange(pixels.shape[1], device=pixels.device)
    if known is not None:
        moment = moment.masked_fill(known.flatten(), -1)
    moment = moment.masked_fill(moment >= before, _NEVER)
    codes = pixels[0]
    for channel in pixels[1:]:
        codes = codes * 256 + channel
    distinct, which = torch.unique(codes, return_inverse=True)
    first = torch.full_like(distinct, _NEVER).scatter_reduce(0, which, moment, "amin")
    place = torch.full_like(distinct, _NEVER).scatter_reduce(
        0, which, torch.arange(len(codes), device=codes.device).masked_fill(moment == _NEVER, _NEVER), "amin"
    )
    order = (first * 2**31 + place).argsort()[:MOST_COLOURS]
    order = order[first[order] < _NEVER]
    return pixels[:, place[order]].movedim(0, 1), first[order]
