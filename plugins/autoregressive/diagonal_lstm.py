"""PixelRNN with Diagonal BiLSTMs: every place knows all that comes before it, over both diagonals.

Van den Oord, Kalchbrenner and Kavukcuoglu 2016, Pixel Recurrent Neural Networks. Rows are moved against one
another until a diagonal is a column; one LSTM goes through the columns from the left, another from the right. What
the second one knows of a row is told to the row below only, so that nobody sees what is still to come.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from plugins.autoregressive.causal import shifted_down
from plugins.autoregressive.recurrent import LayerWalk, Recurrent, RecurrentLayer, RecurrentLayout, stepped


class _Direction(nn.Module):
    """One of the two LSTMs; the right one works on mirrored features."""

    def __init__(self, layout: RecurrentLayout) -> None:
        super().__init__()
        width = layout.width
        self.input = nn.Conv2d(width, 4 * width, 1)
        self.state = nn.Conv1d(width, 4 * width, 2, bias=False)  # of the place above, and of the one at the side
        self.condition = nn.Linear(layout.condition, 4 * width) if layout.condition else None

    def forward(self, features: Tensor, condition: Tensor | None) -> Tensor:
        given = self.input(features)
        if self.condition is not None:
            given = given + self.condition(condition)[:, :, None, None]
        columns = _skewed(given).unbind(dim=3)  # H + W - 1 of (B, 4·width, H)
        hidden = cells = features.new_zeros(features[..., 0].shape)  # (B, width, H)
        states = []
        for column in columns:
            hidden, cells = stepped(column + self.state(functional.pad(hidden, (1, 0))), cells)
            states.append(hidden)
        return _straight(torch.stack(states, dim=3), features.shape[3])


class DiagonalLSTM(Recurrent):
    """Sees everything."""

    def __init__(self, layout: RecurrentLayout) -> None:
        super().__init__(layout, _Layer)


class _Layer(RecurrentLayer):
    def __init__(self, layout: RecurrentLayout) -> None:
        super().__init__()
        self.left, self.right = _Direction(layout), _Direction(layout)
        self.out = nn.Conv2d(layout.width, layout.width, 1)

    def forward(self, features: Tensor, condition: Tensor | None) -> Tensor:
        right = self.right(features.flip(3), condition).flip(3)
        changed: Tensor = features + self.out(self.left(features, condition) + shifted_down(right))
        return changed

    def walk(self, batch: int, height: int, width: int, condition: Tensor | None) -> LayerWalk:  # noqa: ARG002 - two rows do
        return _DiagonalWalk(self, batch, width, condition)


class _DiagonalWalk(LayerWalk):
    """What a layer has been given of the row under way, and the states of the row above."""

    def __init__(self, layer: _Layer, batch: int, width: int, condition: Tensor | None) -> None:
        self._layer = layer
        self._left, self._right = (_Line(side, batch, width, condition) for side in (layer.left, layer.right))
        self._row = layer.out.weight.new_zeros(batch, layer.out.in_channels, width)
        self._told = torch.zeros_like(self._row)
        self._begun = False

    def begin_row(self) -> None:
        if self._begun:
            for column in reversed(range(self._row.shape[2])):
                self._told[:, :, column] = self._right.place(column, column + 1, self._row[:, :, column])
            self._right.end_row()
            self._left.end_row()
        self._begun = True

    def place(self, row: int, column: int, features: Tensor) -> Tensor:  # noqa: ARG002 - rows come in turn
        self._row[:, :, column] = features
        known = self._left.place(column, column - 1, features) + self._told[:, :, column]
        return features + functional.linear(known, self._layer.out.weight[:, :, 0, 0], self._layer.out.bias)


class _Line:
    """One LSTM along a row: the hidden states of the row above, and those so far of its own."""

    def __init__(self, side: _Direction, batch: int, width: int, condition: Tensor | None) -> None:
        self._side, self._width = side, width
        self._told = None if side.condition is None else side.condition(condition)
        kernel = side.state.weight  # (4·width, width, 2)
        self._of_above, self._of_beside = kernel[..., 0], kernel[..., 1]
        self._above = kernel.new_zeros(batch, kernel.shape[1], width)
        self._hidden, self._cells = torch.zeros_like(self._above), torch.zeros_like(self._above)

    def place(self, column: int, beside: int, features: Tensor) -> Tensor:
        """The hidden state (B, width) of a column, after that of the column `beside` it."""
        given = functional.linear(features, self._side.input.weight[:, :, 0, 0], self._side.input.bias)
        if self._told is not None:
            given = given + self._told
        given = given + functional.linear(self._above[:, :, column], self._of_above)
        inside = 0 <= beside < self._width
        cells = self._cells[:, :, beside] if inside else torch.zeros_like(self._cells[:, :, 0])
        if inside:
            given = given + functional.linear(self._hidden[:, :, beside], self._of_beside)
        self._hidden[:, :, column], self._cells[:, :, column] = stepped(given, cells)
        return self._hidden[:, :, column]

    def end_row(self) -> None:
        """The row's states become those of the row above."""
        self._above = self._hidden.clone()


def _skewed(features: Tensor) -> Tensor:
    """(B, C, H, H + W - 1) of (B, C, H, W): each row begins one place later than the one above it."""
    height, width = features.shape[2:]
    padded = functional.pad(features, (0, height))  # (B, C, H, W + H)
    flat = padded.flatten(2)[..., : height * (width + height - 1)]
    return flat.reshape(*features.shape[:2], height, width + height - 1)


def _straight(skewed: Tensor, width: int) -> Tensor:
    """The reverse of `_skewed`."""
    height = skewed.shape[2]
    flat = functional.pad(skewed.flatten(2), (0, height))
    return flat.reshape(*skewed.shape[:2], height, width + height)[..., :width]
