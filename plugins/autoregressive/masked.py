"""PixelCNN as it was first: residual blocks of masked convolutions.

Van den Oord, Kalchbrenner and Kavukcuoglu 2016, Pixel Recurrent Neural Networks. Masks that are laid on top of one
another leave a blind spot at the right above; the gated form mends that.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional

from plugins.autoregressive.causal import CausalConv, Trail
from plugins.autoregressive.context import Context, Walk, at_place, guided


@dataclass(frozen=True, slots=True)
class MaskedLayout:
    """Channels of the image and inside, and how many blocks."""

    channels: int
    width: int
    blocks: int
    condition: int = 0


class _Block(nn.Module):
    """Narrow, look around, widen; added to what came in."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.narrow = nn.Conv2d(width, width // 2, 1)
        self.around = CausalConv(width // 2, width // 2, above=1, left=1, right=1, own=0)
        self.widen = nn.Conv2d(width // 2, width, 1)

    def forward(self, features: Tensor) -> Tensor:
        narrow = functional.relu(self.narrow(functional.relu(features)))
        changed: Tensor = features + self.widen(functional.relu(self.around(narrow)))
        return changed


class MaskedPixelCNN(Context):
    """Sees a 7 x 7 neighbourhood first, and one place more with each block."""

    def __init__(self, layout: MaskedLayout) -> None:
        super().__init__()
        self.features = self.width = layout.width
        self.layout = layout
        self.first = CausalConv(layout.channels, layout.width, above=3, left=3, right=3, own=1)
        self.condition = nn.Linear(layout.condition, layout.width) if layout.condition else None
        self.blocks = nn.ModuleList(_Block(layout.width) for _ in range(layout.blocks))

    def forward(self, image: Tensor, condition: Tensor | None = None, guide: Tensor | None = None) -> Tensor:
        """As `Context`."""
        features = guided(self.first(image), guide)
        if self.condition is not None:
            features = features + self.condition(condition)[:, :, None, None]
        for block in self.blocks:
            features = block(features)
        return functional.relu(features)

    def walk(self, image: Tensor, condition: Tensor | None = None, guide: Tensor | None = None) -> Walk:
        """As `Context`."""
        return _MaskedWalk(self, image, condition, guide)


class _MaskedWalk(Walk):
    def __init__(
        self, network: MaskedPixelCNN, image: Tensor, condition: Tensor | None, guide: Tensor | None
    ) -> None:
        batch, _, height, width = image.shape
        self._network, self._image, self._guide = network, image, guide
        self._told = 0.0 if network.condition is None else network.condition(condition)
        self._first = Trail(network.first, batch, height, width)
        blocks = list(network.blocks)
        self._around = [Trail(block.around, batch, height, width) for block in blocks]  # type: ignore[arg-type]
        self._blocks = blocks

    def begin_row(self, row: int) -> None:
        if row:  # what was drawn last has not been looked at
            self._first.put(row - 1, self._image.shape[3] - 1, self._image[:, :, row - 1, -1])

    def features(self, row: int, column: int) -> Tensor:
        if column:
            self._first.put(row, column - 1, self._image[:, :, row, column - 1])
        features = guided(self._first.at(row, column) + self._told, at_place(self._guide, row, column))
        for block, around in zip(self._blocks, self._around, strict=True):
            narrow = functional.relu(_by_place(block.narrow, functional.relu(features)))  # type: ignore[arg-type]
            seen = functional.relu(around.place(row, column, narrow))
            features = features + _by_place(block.widen, seen)  # type: ignore[arg-type]
        return functional.relu(features)


def _by_place(conv: nn.Conv2d, features: Tensor) -> Tensor:
    """A 1 x 1 convolution of (B, C)."""
    return functional.linear(features, conv.weight[:, :, 0, 0], conv.bias)
