"""The critic: says of each part of a picture whether it is a photo or was painted, and what it looked at.

Patches as in Isola et al. 2017, Image-to-Image Translation with Conditional Adversarial Networks; which of them
are painted is known (Suvorov et al. 2022, Resolution-robust Large Mask Inpainting with Fourier Convolutions). Held
in check by spectral normalisation (Miyato et al. 2018) and by the R1 penalty on photos (Mescheder et al. 2018,
Which Training Methods for GANs do actually Converge?), the latter only in some steps (Karras et al. 2020,
Analyzing and Improving the Image Quality of StyleGAN).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import parametrizations

WIDTHS = (32, 64, 128, 128)
"""Channels at a half, a quarter, an eighth and again an eighth of the size."""

STRIDES = (2, 2, 2, 1)

PATCH_PX = 8
"""Pixels of the picture, along each side, between the parts that are judged."""

SLOPE = 0.2
"""Of the leaky rectifiers."""


class Critic(nn.Module):
    """A stack of convolutions."""

    def __init__(self) -> None:
        super().__init__()
        before = (3, *WIDTHS[:-1])
        self.layers = nn.ModuleList(
            parametrizations.spectral_norm(nn.Conv2d(wide, width, 2 + stride, stride, padding=1))
            for wide, width, stride in zip(before, WIDTHS, STRIDES, strict=True)
        )
        self.verdict = parametrizations.spectral_norm(nn.Conv2d(WIDTHS[-1], 1, 3, padding=1))

    def forward(self, image: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Judges.

        Args:
            image: (B, 3, H, W) in [0, 1], H and W multiples of `PATCH_PX`.

        Returns:
            (B, 1, H/8, W/8), above 0 where it takes the part for a photo; and the features of each layer.
        """
        features, found = image - 0.5, []
        for layer in self.layers:
            features = functional.leaky_relu(layer(features), SLOPE)
            found.append(features)
        return self.verdict(features), found


def painted_parts(hole: Tensor) -> Tensor:
    """Which parts (B, 1, H/8, W/8) the critic shall know as painted: all that have a painted pixel; 1 or 0."""
    return functional.max_pool2d(hole, PATCH_PX)


def mean_over(values: Tensor, weights: Tensor) -> Tensor:
    """The mean of `values`, weighted, a scalar; 0 where all weights are."""
    mean: Tensor = (values.float() * weights).sum() / weights.sum().clamp_min(1)
    return mean


def critic_loss(critic: nn.Module, truth: Tensor, made: Tensor, hole: Tensor) -> Tensor:
    """Low where photos are taken for photos and painted parts for painted; logistic. `made` is not changed."""
    verdicts, _ = critic(torch.cat([truth, made.detach()]))
    of_truth, of_made = verdicts.chunk(2)
    parts = painted_parts(hole)
    true_loss = functional.softplus(-of_truth.float()).mean()
    return true_loss + mean_over(functional.softplus(of_made.float()), parts)


def gradient_penalty(critic: nn.Module, truth: Tensor) -> Tensor:
    """R1: the mean squared gradient of the verdicts on photos by their pixels, summed over a photo."""
    seen = truth.detach().requires_grad_()
    verdicts, _ = critic(seen)
    (gradient,) = torch.autograd.grad(verdicts.float().mean(dim=(1, 2, 3)).sum(), seen, create_graph=True)
    penalty: Tensor = gradient.square().sum(dim=(1, 2, 3)).mean()
    return penalty


def fooling_loss(critic: nn.Module, truth: Tensor, made: Tensor, hole: Tensor) -> tuple[Tensor, Tensor]:
    """What the painter is told.

    Returns:
        How little the critic is fooled in the painted parts (non-saturating), and how far the features of what was
        painted are from those of the photo, each layer measured by the size of the photo's features (feature
        matching: Wang et al. 2018, High-Resolution Image Synthesis and Semantic Manipulation with Conditional
        GANs).
    """
    with torch.no_grad():
        _, wanted = critic(truth)
    verdicts, found = critic(made)
    fooled = mean_over(functional.softplus(-verdicts.float()), painted_parts(hole))
    matched = made.new_zeros(())
    for ours, theirs in zip(found, wanted, strict=True):
        weights = functional.adaptive_max_pool2d(hole, ours.shape[-2:]).expand_as(ours)
        distance = mean_over((ours.float() - theirs.float()).abs(), weights)
        matched = matched + distance / theirs.float().abs().mean().clamp_min(1e-6)
    return fooled, matched / len(found)
