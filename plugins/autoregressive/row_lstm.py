"""PixelRNN with Row LSTMs: each row is computed at once, from the row above and from what is at the left.

Van den Oord, Kalchbrenner and Kavukcuoglu 2016, Pixel Recurrent Neural Networks.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from plugins.autoregressive.causal import CausalConv, Trail
from plugins.autoregressive.recurrent import LayerWalk, Recurrent, RecurrentLayer, RecurrentLayout, stepped


class RowLSTM(Recurrent):
    """Sees a triangle of all rows above, and to the left more with each layer."""

    def __init__(self, layout: RecurrentLayout) -> None:
        super().__init__(layout, _Layer)


class _Layer(RecurrentLayer):
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

    def walk(self, batch: int, height: int, width: int, condition: Tensor | None) -> LayerWalk:
        return _RowWalk(self, batch, height, width, condition)


class _RowWalk(LayerWalk):
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
