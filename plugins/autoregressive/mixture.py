"""A pixel as a mixture of logistic distributions, cut into as many steps as there are levels.

Salimans et al. 2017, PixelCNN++: Improving the PixelCNN with Discretized Logistic Mixture Likelihood and Other
Modifications. All channels of a pixel come from the same component; the mean of a later channel moves with the
values of the earlier ones.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

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

    def log_probability(self, features: Tensor, pixels: Tensor) -> Tensor:
        """As `Head`: a channel's share is what it adds, given the channels before it."""
        dtype = torch.float64 if features.dtype == torch.float64 else torch.float32
        values = self.levels.to_floats(pixels, dtype)
        weights, means, log_scales = self._components_of(features, values)
        inner = _log_step(values[:, None], means, log_scales, self.levels.count)  # (B, K, C, H, W)
        joint = torch.logsumexp(functional.log_softmax(weights, dim=1)[:, :, None] + inner.cumsum(dim=2), dim=1)
        return torch.diff(joint, dim=1, prepend=torch.zeros_like(joint[:, :1]))  # (B, C, H, W)

    def drawn(self, features: Tensor, chances: Tensor, temperature: float) -> Tensor:
        """As `Head`: the first chance of the first channel chooses the component, the second ones the values."""
        place = features[:, :, None, None]
        values = torch.zeros(len(features), self.levels.channels, 1, 1, dtype=features.dtype, device=place.device)
        pixels = torch.zeros_like(values, dtype=torch.int64)
        chosen = None
        for channel in range(self.levels.channels):
            weights, means, log_scales = self._components_of(place, values)
            if chosen is None:
                below = torch.softmax(weights[..., 0, 0].double() / max(temperature, 1e-6), dim=1).cumsum(dim=1)
                chosen = (below < chances[:, 0, :1].double() * below[:, -1:]).sum(dim=1)
                chosen = chosen.clamp_max(self.components - 1)
            rows = torch.arange(len(features), device=place.device)
            mean, scale = means[rows, chosen, channel, 0, 0], log_scales[rows, chosen, channel, 0, 0].exp()
            chance = chances[:, channel, 1].double().clamp(1e-9, 1 - 1e-9)
            value = mean.double() + temperature * scale.double() * (chance.log() - (-chance).log1p())
            level = ((value + 1) * ((self.levels.count - 1) / 2)).round().clamp(0, self.levels.count - 1)
            pixels[:, channel, 0, 0] = level.long()
            values = self.levels.to_floats(pixels, values.dtype)
        return pixels[..., 0, 0]

    def _components_of(self, features: Tensor, values: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Weights (B, K, H, W), and means and logarithms of scales (B, K, C, H, W), given the channels before."""
        told = self.out(features)
        if told.dtype in (torch.float16, torch.bfloat16):
            told = told.float()
        batch, _, height, width = told.shape
        channels, count = self.levels.channels, self.components
        weights, rest = told[:, :count], told[:, count:].reshape(batch, count, -1, height, width)
        means, log_scales, moves = rest.split([channels, channels, self.pairs], dim=2)
        moved, first = [], 0
        for channel in range(channels):
            by = torch.tanh(moves[:, :, first : first + channel])  # (B, K, channel, H, W)
            moved.append(means[:, :, channel] + (by * values[:, None, :channel].to(told.dtype)).sum(dim=2))
            first += channel
        return weights, torch.stack(moved, dim=2), log_scales.clamp_min(LEAST_LOG_SCALE)


def _log_step(values: Tensor, means: Tensor, log_scales: Tensor, count: int) -> Tensor:
    """The logarithm of the probability of the step around each value; the outermost steps reach to infinity."""
    half = 1 / (count - 1)
    inverse = torch.exp(-log_scales)
    above, below = inverse * (values - means + half), inverse * (values - means - half)
    lowest, highest = -functional.softplus(-above), -functional.softplus(below)
    step = torch.sigmoid(above) - torch.sigmoid(below)
    middle = inverse * (values - means)
    narrow = middle - log_scales - 2 * functional.softplus(middle) + torch.log(torch.as_tensor(2 * half))
    between = torch.where(step > 1e-5, torch.log(step.clamp_min(1e-12)), narrow)
    return torch.where(values < -1 + half, lowest, torch.where(values > 1 - half, highest, between))
