"""The network: a U-Net that says of every pixel how certain it is that there is damage.

Its form is that of Ronneberger et al. 2015 (U-Net: Convolutional Networks for Biomedical Image Segmentation), with
which Wan et al. 2020 (Bringing Old Photos Back to Life) find scratches, too; with residual blocks (He et al. 2016,
Deep Residual Learning for Image Recognition), sums at the skips, and squares of pixels folded into channels at the
entrance, which makes it small and fast. Nothing pools over the whole input, so that a pixel does not depend on how
the picture is cut into tiles: batch normalisation learns its numbers while it is trained, and keeps them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from imagetool.kit.u_net import MIDDLE, UNet, UNetLayout, Whole

MOMENTUM, LEAST_VARIANCE = 0.03, 1e-4
"""Of batch normalisation: what a step adds to the means, and what keeps it from dividing by nothing."""

RARE = 0.03
"""How likely damage is to an untrained network, anywhere."""


class _Wholes(Whole):
    """A list that is refused by the first number in it that is wrong."""

    def read(self, key: str, value: object) -> int | tuple[int, ...]:
        for item in value if isinstance(value, list) else ():
            Whole(self.low, self.high).read(key, item)
        return Whole.read(self, key, value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout(UNetLayout):
    """The shape of a network.

    Attributes:
        middle: Blocks at the lowest resolution.
    """

    NUMBERS: ClassVar[Mapping[str, Whole]] = {
        **{key: _Wholes(n.low, n.high, many=True) if n.many else n for key, n in UNetLayout.NUMBERS.items()},
        "middle": Whole(0, 64),
    }

    middle: int

    @property
    def middle_dilations(self) -> tuple[int, ...]:
        """None is dilated."""
        return (1,) * self.middle


class Network(UNet):
    """Tells damage from what belongs to the photo."""

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout, given=3, told=1, block=lambda width, _: _Block(width))
        nn.init.constant_(self.exit.bias, math.log(RARE / (1 - RARE)))  # type: ignore[arg-type]

    def fold_norms(self) -> None:
        """Makes it faster where it is not trained any more: what it says does not change."""
        for block in [module for module in self.modules() if isinstance(module, _Block)]:
            block.fold_norms()

    def forward(self, image: Tensor) -> Tensor:
        """Looks for damage.

        Args:
            image: (B, 3, H, W) float32 in [0, 1], of any size.

        Returns:
            (B, 1, H, W) float32: the logarithm of the odds that the pixel is damaged.
        """
        return self.through(image - MIDDLE)


class _Norm(nn.Module):
    """Batch normalisation; torch's own counts its steps in a whole number that half floats cannot hold."""

    mean: Tensor
    variance: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(width)), nn.Parameter(torch.zeros(width))
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("variance", torch.ones(width))

    def forward(self, features: Tensor) -> Tensor:
        own = (self.mean, self.variance, self.weight, self.bias)
        return functional.batch_norm(features, *own, self.training, MOMENTUM, LEAST_VARIANCE)

    def folded_into(self, convolution: nn.Conv2d) -> nn.Conv2d:
        """A convolution that does what the given one, without bias, and this do one after the other."""
        both = nn.Conv2d(convolution.in_channels, convolution.out_channels, 3, padding=1)
        with torch.no_grad():
            gain = self.weight / torch.sqrt(self.variance + LEAST_VARIANCE)
            both.weight = nn.Parameter(convolution.weight * gain[:, None, None, None])
            both.bias = nn.Parameter(self.bias - self.mean * gain)
        return both


class _Block(nn.Module):
    """Two convolutions whose result is added to what comes in."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first: nn.Module = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.first_norm: nn.Module = _Norm(width)
        self.second: nn.Module = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.second_norm: nn.Module = _Norm(width)

    def forward(self, features: Tensor) -> Tensor:
        change = functional.relu(self.first_norm(self.first(features)))
        return functional.relu(features + self.second_norm(self.second(change)))

    def fold_norms(self) -> None:
        """Leaves the convolutions alone, which then do the same as before."""
        for convolution, norm in (("first", "first_norm"), ("second", "second_norm")):
            both = getattr(self, norm).folded_into(getattr(self, convolution))
            setattr(self, convolution, both)
            setattr(self, norm, nn.Identity())
