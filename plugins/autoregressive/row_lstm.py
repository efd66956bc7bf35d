"""PixelRNN with Row LSTMs: each row is computed at once, from the row above and from what is at the left.

Van den Oord, Kalchbrenner and Kavukcuoglu 2016, Pixel Recurrent Neural Networks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from plugins.autoregressive.causal import CausalConv, Trail
from plugins.autoregressive.context import Context, Walk


@dataclass(frozen=True, slots=True)
class RecurrentLayout:
    """Channels of the image and inside, and how many layers."""

    channels: int
    width: int
    layers: int
    condition: int = 0


class _Layer(nn.Module):
    """A row of cells, one for each column; a cell sees its own and its neighbours' states of the row above."""

    def __init__(self, layout: RecurrentLayout) -> None:
        super().__init__()
        width = layout.width
        self.input = CausalConv(width, 4 * width, above=0, left=2)
        self.state = nn.Conv1d(width, 4 * width, 3, padding=1, bias=False)
        self.out = nn.Conv2d(width, width, 1)
        self.condition = nn.Linear(layout.condition, 4 * width) if layout.condition else None

    def forward(self, features: Tensor, condition: Tensor | None) -> Tensor:
        given = self.input(features)  # (B, 4·width, H, W)
        if self.condition is not None:
            given = given + self.condition(condition)[:, :, None, None]
        hidden = cells = features.new_zeros(features[:, :, 0].shape)  # (B, width, W)
        rows = []
        for row in given.unbind(dim=2):
            hidden, cells = stepped(row + self.state(hidden), cells)
            rows.append(hidden)
        changed: Tensor = features + self.out(torch.stack(rows, dim=2))
        return changed


class RowLSTM(Context):
    """Sees 7 x 7 places first, then a triangle of all rows above, and to the left more with each layer."""

    def __init__(self, layout: RecurrentLayout) -> None:
        super().__init__()
        self.features, self.layout = layout.width, layout
        self.first = CausalConv(layout.channels, layout.width, above=3, left=3, right=3, own=1)
        self.layers = nn.ModuleList(_Layer(layout) for _ in range(layout.layers))

    def forward(self, image: Tensor, condition: Tensor | None = None) -> Tensor:
        """As `Context`."""
        features = self.first(image)
        for layer in self.layers:
            features = layer(features, condition)
        return functional.relu(features)

    def walk(self, image: Tensor, condition: Tensor | None = None) -> Walk:
        """As `Context`."""
        return _RowWalk(self, image, condition)


class _RowWalk(Walk):
    def __init__(self, network: RowLSTM, image: Tensor, condition: Tensor | None) -> None:
        batch, _, height, width = image.shape
        self._image = image
        self._first = Trail(network.first, batch, height, width)
        layers = [cast(_Layer, layer) for layer in network.layers]
        self._layers = [_LayerWalk(layer, batch, height, width, condition) for layer in layers]

    def begin_row(self, row: int) -> None:
        """The states of the row above are all there."""
        if row:
            self._first.put(row - 1, self._image.shape[3] - 1, self._image[:, :, row - 1, -1])
        for layer in self._layers:
            layer.begin_row()

    def features(self, row: int, column: int) -> Tensor:
        if column:
            self._first.put(row, column - 1, self._image[:, :, row, column - 1])
        features = self._first.at(row, column)
        for layer in self._layers:
            features = layer.place(row, column, features)
        return functional.relu(features)


class _LayerWalk:
    def __init__(self, layer: _Layer, batch: int, height: int, width: int, condition: Tensor | None) -> None:
        self._layer = layer
        self._input = Trail(layer.input, batch, height, width)
        self._told = None if layer.condition is None else layer.condition(condition)
        self._hidden = layer.out.weight.new_zeros(batch, layer.out.in_channels, width)
        self._cells = torch.zeros_like(self._hidden)
        self._before = torch.zeros_like(self._cells)
        self._state: Tensor = self._hidden

    def begin_row(self) -> None:
        self._state = self._layer.state(self._hidden)  # (B, 4·width, W)
        self._before = self._cells.clone()

    def place(self, row: int, column: int, features: Tensor) -> Tensor:
        given = self._input.place(row, column, features)
        if self._told is not None:
            given = given + self._told
        hidden, cells = stepped(given + self._state[:, :, column], self._before[:, :, column])
        self._hidden[:, :, column], self._cells[:, :, column] = hidden, cells
        return features + functional.linear(hidden, self._layer.out.weight[:, :, 0, 0], self._layer.out.bias)


def stepped(given: Tensor, cells: Tensor) -> tuple[Tensor, Tensor]:
    """A step of an LSTM: hidden state and cells, of what it is given (B, 4·width, …) and cells (B, width, …)."""
    out, keep, take, content = given.chunk(4, dim=1)
    cells = torch.sigmoid(keep) * cells + torch.sigmoid(take) * torch.tanh(content)
    return torch.sigmoid(out) * torch.tanh(cells), cells
