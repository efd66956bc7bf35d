"""Convolutions that see only what comes before, over a whole picture at once or place by place.

Rows above and columns to the left are seen by padding there and nowhere else (Salimans et al. 2017, PixelCNN++),
which needs no masks; a mask is there for kernels that see more to the right in earlier rows than in their own.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class CausalConv(nn.Module):
    """Sees `above` rows above a place, and from `left` columns at its left to `right` columns at its right.

    Where `own` is given, of its own row it sees only the columns up to so many at its left: 1 leaves out the place
    itself, 0 does not.
    """

    def __init__(
        self, inputs: int, outputs: int, *, above: int, left: int, right: int = 0, own: int | None = None
    ) -> None:
        super().__init__()
        self.above, self.left, self.right = above, left, right
        self.conv = nn.Conv2d(inputs, outputs, (above + 1, left + right + 1))
        seen = torch.ones(above + 1, left + right + 1)
        if own is not None:
            seen[above, left + 1 - own :] = 0
        self.register_buffer("seen", seen, persistent=False)

    @property
    def kernel(self) -> Tensor:
        """(outputs, inputs, above + 1, left + right + 1)."""
        return self.conv.weight * self.seen  # type: ignore[operator]

    def forward(self, features: Tensor) -> Tensor:
        """(B, outputs, H, W) of (B, inputs, H, W)."""
        padded = functional.pad(features, (self.left, self.right, self.above, 0))
        return functional.conv2d(padded, self.kernel, self.conv.bias)


class Trail:
    """What a convolution has been given so far of B pictures, so that one place costs one place's work."""

    def __init__(self, conv: CausalConv, batch: int, height: int, width: int) -> None:
        weight = conv.conv.weight
        self._conv, self._width = conv, width
        self._kernel, self._bias = conv.kernel, conv.conv.bias
        self._flat = self._kernel.flatten(1).T.contiguous()  # (inputs · places, outputs)
        shape = (batch, weight.shape[1], height + conv.above, width + conv.left + conv.right)
        self._map = torch.zeros(shape, dtype=weight.dtype, device=weight.device)

    def row(self, row: int, features: Tensor) -> Tensor:
        """The convolution's row (B, outputs, W), given the features (B, inputs, W) of that row."""
        conv = self._conv
        self._map[:, :, row + conv.above, conv.left : conv.left + self._width] = features
        return functional.conv2d(self._map[:, :, row : row + conv.above + 1], self._kernel, self._bias)[:, :, 0]

    def place(self, row: int, column: int, features: Tensor) -> Tensor:
        """The convolution at a place (B, outputs), given the features (B, inputs) there."""
        self.put(row, column, features)
        return self.at(row, column)

    def put(self, row: int, column: int, features: Tensor) -> None:
        """Takes the features (B, inputs) of a place."""
        self._map[:, :, row + self._conv.above, column + self._conv.left] = features

    def at(self, row: int, column: int) -> Tensor:
        """The convolution at a place (B, outputs), of what has been put there."""
        conv = self._conv
        seen = self._map[:, :, row : row + conv.above + 1, column : column + conv.left + conv.right + 1]
        return torch.addmm(self._bias, seen.flatten(1), self._flat)  # type: ignore[arg-type]


def shifted_down(features: Tensor) -> Tensor:
    """Each row has what the row above it had."""
    return functional.pad(features, (0, 0, 1, 0))[:, :, :-1]


def shifted_right(features: Tensor) -> Tensor:
    """Each column has what the column at its left had."""
    return functional.pad(features, (1, 0, 0, 0))[..., :-1]


def gated(features: Tensor) -> Tensor:
    """Half as many channels: one half, as far as the other lets it through (Gated PixelCNN)."""
    content, gate = features.chunk(2, dim=1)
    return torch.tanh(content) * torch.sigmoid(gate)
