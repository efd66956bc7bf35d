"""A pixel as a mixture of logistic distributions, cut into as many steps as there are levels.

Salimans et al. 2017, PixelCNN++: Improving the PixelCNN with Discretized Logistic Mixture Likelihood and Other
Modifications. All channels of a pixel come from the same component; the mean of a later channel moves with the
values of the earlier ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from plugins.autoregressive.heads import Place, chosen, widened
from plugins.autoregressive.levels import Levels

LEAST_LOG_SCALE = -7.0
"""Narrower than a step in any picture: it keeps the gradients finite."""


class LogisticMixture(nn.Module):
    """The mixture: for photos, where neighbouring values mean nearly the same."""

    def __init__(self, levels: Levels, features: int, components: int) -> None:
        super().__init__()
        self.levels, self.components = levels, components
        self.pairs = levels.channels * (levels.channels - 1) // 2
        self.out = nn.Conv2d(features, components * (1 + 2 * levels.channels + self.pairs), 1)

    def log_probability(self, features: Tensor, pixels: Tensor, known: Tensor | None = None) -> Tensor:  # noqa: ARG002 - it looks at features only
        """As `Head`: a channel's share is what it adds, given the channels before it."""
        told = self._told(features)
        values = self.levels.to_floats(pixels, told.means.dtype)[:, None]  # (B, 1, C, H, W)
        means = torch.stack([told.mean(channel, values) for channel in range(self.levels.channels)], dim=2)
        inner = _log_step(values, means, told.log_scales, self.levels.count)  # (B, K, C, H, W)
        weights = functional.log_softmax(told.weights, dim=1)[:, :, None]
        joint = torch.logsumexp(weights + inner.cumsum(dim=2), dim=1)
        return torch.diff(joint, dim=1, prepend=torch.zeros_like(joint[:, :1]))  # (B, C, H, W)

    def drawn(self, features: Tensor, chances: Tensor, temperature: float, place: Place) -> Tensor:  # noqa: ARG002
        """As `Head`: the first chance of the first channel chooses the component, the second ones the values."""
        told = self._told(features[:, :, None, None])
        one = told.component(chosen(told.weights[..., 0, 0], chances[:, 0, 0], temperature))
        spread = logistic(chances[..., 1]) * temperature  # (B, C)
        values = features.new_zeros(len(features), 1, self.levels.channels, 1, 1, dtype=told.means.dtype)
        pixels = torch.zeros(len(features), self.levels.channels, dtype=torch.int64, device=features.device)
        for channel in range(self.levels.channels):
            mean, scale = one.mean(channel, values).flatten(), one.log_scales[:, 0, channel].flatten().exp()
            value = mean.double() + spread[:, channel] * scale.double()
            level = ((value + 1) * ((self.levels.count - 1) / 2)).round().clamp(0, self.levels.count - 1)
            pixels[:, channel] = level.long()
            values[:, 0, channel, 0, 0] = self.levels.to_floats(pixels[:, channel], values.dtype)
        return pixels

    def _told(self, features: Tensor) -> _Components:
        told = widened(self.out(features))
        batch, _, height, width = told.shape
        channels, count = self.levels.channels, self.components
        weights, rest = told[:, :count], told[:, count:].reshape(batch, count, -1, height, width)
        means, log_scales, moves = torch.split(rest, [channels, channels, self.pairs], dim=2)
        return _Components(weights, means, log_scales.clamp_min(LEAST_LOG_SCALE), torch.tanh(moves))


@dataclass(frozen=True, eq=False, slots=True)
class _Components:
    """Weights (B, K, H, W), and (B, K, C, H, W) means and logarithms of scales; `moves` (B, K, pairs, H, W)."""

    weights: Tensor
    means: Tensor
    log_scales: Tensor
    moves: Tensor

    def mean(self, channel: int, values: Tensor) -> Tensor:
        """Of a channel, (B, K, H, W), given the values (B, 1, C, H, W) of the channels before it."""
        first = channel * (channel - 1) // 2
        moved = self.moves[:, :, first : first + channel] * values[:, :, :channel]
        return self.means[:, :, channel] + moved.sum(dim=2)

    def component(self, which: Tensor) -> _Components:
        """Only the one that is chosen for each picture, by `which` (B,)."""
        rows = torch.arange(len(which), device=which.device)
        parts = (self.weights, self.means, self.log_scales, self.moves)
        return _Components(*(part[rows, which][:, None] for part in parts))


def logistic(chances: Tensor) -> Tensor:
    """Values of the standard logistic distribution, of chances from 0 to 1."""
    inside = chances.double().clamp(1e-9, 1 - 1e-9)
    return inside.log() - (-inside).log1p()


def _log_step(values: Tensor, means: Tensor, log_scales: Tensor, count: int) -> Tensor:
    """The logarithm of the probability of the step around each value; the outermost steps reach to infinity.

    The difference of two sigmoids is taken as sigmoid(a) sigmoid(-b) (1 - exp(b - a)): exact far from the mean.
    """
    half = 1 / (count - 1)
    inverse = torch.exp(-log_scales)
    above, below = inverse * (values - means + half), inverse * (values - means - half)
    lowest, highest = -functional.softplus(-above), -functional.softplus(below)
    between = lowest + highest + torch.log(-torch.expm1(-2 * half * inverse))
    return torch.where(values < -1 + half, lowest, torch.where(values > 1 - half, highest, between))
