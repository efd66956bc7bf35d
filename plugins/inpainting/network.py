"""The network that fills holes: a U-Net with dilated convolutions, asked again at each size of the picture.

Its blocks are residual ones without normalisation; those at the lowest resolution are dilated (Yu and Koltun 2016,
Multi-Scale Context Aggregation by Dilated Convolutions). What it cannot see it is told: the hole is filled with a
draft, which is the network's own answer at half the size, so that what it sees grows with the picture. Fourier
convolutions (Suvorov et al. 2022, Resolution-robust Large Mask Inpainting with Fourier Convolutions) see as far at
one size; ADR 13 says why these were taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from imagetool.kit.u_net import MIDDLE, UNet, UNetLayout, Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout(UNetLayout):
    """The shape of a network.

    Attributes:
        dilations: Those of the blocks at the lowest resolution, one after the other.
    """

    NUMBERS: ClassVar[Mapping[str, Whole]] = {**UNetLayout.NUMBERS, "dilations": Whole(1, 64, many=True)}

    dilations: tuple[int, ...]

    @property
    def middle_dilations(self) -> tuple[int, ...]:
        """As they are given."""
        return self.dilations


class Network(UNet):
    """Says what is in a hole, given what is around it and a draft of what may be in it."""

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout, given=4, told=3)

    def forward(self, draft: Tensor, hole: Tensor) -> Tensor:
        """Fills.

        Args:
            draft: (B, 3, H, W) float32 in [0, 1], of any size: the picture, and in its holes a guess.
            hole: (B, 1, H, W) float32, 1 in the holes, else 0.

        Returns:
            (B, 3, H, W) float32: the draft, in the holes with what the network changes; not cut to [0, 1]. An
            untrained network changes nothing.
        """
        return draft + hole * self.through(torch.cat([draft - MIDDLE, hole], 1))
