"""What both PixelRNNs are: a first look around, then layers of LSTMs, each added to what came in.

Van den Oord, Kalchbrenner and Kavukcuoglu 2016, Pixel Recurrent Neural Networks.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from plugins.autoregressive.causal import CausalConv, Trail
from plugins.autoregressive.context import Context, Walk, at_place, guided


@dataclass(frozen=True, slots=True)
class RecurrentLayout:
    """Channels of the image and inside, and how many layers."""

    channels: int
    width: int
    layers: int
    condition: int = 0


class RecurrentLayer(nn.Module, ABC):
    """Changes features (B, width, H, W), of the condition (B, D) that it is told."""

    @abstractmethod
    def forward(self, features: Tensor, condition: Tensor | None) -> Tensor:
        """Of all places at once, of the same shape."""

    @abstractmethod
    def walk(self, batch: int, height: int, width: int, condition: Tensor | None) -> LayerWalk:
        """The same place by place."""


class LayerWalk(ABC):
    """A layer, while pictures are drawn."""

    @abstractmethod
    def begin_row(self) -> None:
        """The states of the row above are all there."""

    @abstractmethod
    def place(self, row: int, column: int, features: Tensor) -> Tensor:
        """(B, width) of (B, width)."""


class Recurrent(Context):
    """Sees 7 x 7 places first, and then what its layers see."""

    def __init__(self, layout: RecurrentLayout, layer: Callable[[RecurrentLayout], RecurrentLayer]) -> None:
        super().__init__()
        self.features = self.width = layout.width
        self.layout = layout
        self.first = CausalConv(layout.channels, layout.width, above=3, left=3, right=3, own=1)
        self.layers = nn.ModuleList(layer(layout) for _ in range(layout.layers))

    def forward(self, image: Tensor, condition: Tensor | None = None, guide: Tensor | None = None) -> Tensor:
        """As `Context`."""
        features = guided(self.first(image), guide)
        for layer in self.layers:
            features = layer(features, condition)
        return functional.relu(features)

    def walk(self, image: Tensor, condition: Tensor | None = None, guide: Tensor | None = None) -> Walk:
        """As `Context`."""
        return _RecurrentWalk(self, image, condition, guide)


class _RecurrentWalk(Walk):
    def __init__(self, network: Recurrent, image: Tensor, condition: Tensor | None, guide: Tensor | None) -> None:
        batch, _, height, width = image.shape
        self._image, self._guide = image, guide
        self._first = Trail(network.first, batch, height, width)
        layers = [cast(RecurrentLayer, layer) for layer in network.layers]
        self._layers = [layer.walk(batch, height, width, condition) for layer in layers]

    def begin_row(self, row: int) -> None:
        if row:
            self._first.put(row - 1, self._image.shape[3] - 1, self._image[:, :, row - 1, -1])
        for layer in self._layers:
            layer.begin_row()

    def features(self, row: int, column: int) -> Tensor:
        if column:
            self._first.put(row, column - 1, self._image[:, :, row, column - 1])
        features = guided(self._first.at(row, column), at_place(self._guide, row, column))
        for layer in self._layers:
            features = layer.place(row, column, features)
        return functional.relu(features)


def stepped(given: Tensor, cells: Tensor) -> tuple[Tensor, Tensor]:
    """A step of an LSTM: hidden state and cells, of what it is given (B, 4·width, …) and cells (B, width, …)."""
    out, keep, take, content = given.chunk(4, dim=1)
    cells = torch.sigmoid(keep) * cells + torch.sigmoid(take) * torch.tanh(content)
    return torch.sigmoid(out) * torch.tanh(cells), cells
