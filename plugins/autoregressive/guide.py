"""What is known of a picture before anything is drawn, told to every place.

Van den Oord, Kalchbrenner and Kavukcuoglu 2016, Pixel Recurrent Neural Networks, whose multi-scale network draws a
small picture first and then a larger one around it; Dupont and Suresha 2018, Probabilistic Semantic Inpainting
with Pixel Constrained CNNs, where the known pixels lie anywhere.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class _Block(nn.Module):
    """Looks around, `apart` places from one tap to the next; added to what came in."""

    def __init__(self, width: int, apart: int) -> None:
        super().__init__()
        self.around = nn.Conv2d(width, width, 3, padding=apart, dilation=apart)
        self.out = nn.Conv2d(width, width, 1)

    def forward(self, features: Tensor) -> Tensor:
        changed: Tensor = features + self.out(functional.relu(self.around(functional.relu(features))))
        return changed


class Guide(nn.Module):
    """Sees the known pixels in all directions; each block twice as far as the one before it."""

    def __init__(self, channels: int, width: int, blocks: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels + 1, width, 3, padding=1)
        self.blocks = nn.Sequential(*(_Block(width, 2**number) for number in range(blocks)))
        self.out = nn.Conv2d(width, width, 1)

    def forward(self, image: Tensor, known: Tensor) -> Tensor:
        """What each place is told.

        Args:
            image: (B, C, H, W) from -1 to 1; what it shows where nothing is known does not matter.
            known: (B, H, W) bool.

        Returns:
            (B, width, H, W).
        """
        seen = known[:, None].to(image.dtype)
        told: Tensor = self.out(functional.relu(self.blocks(self.first(torch.cat([image * seen, seen], dim=1)))))
        return told
