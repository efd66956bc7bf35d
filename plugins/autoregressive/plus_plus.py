"""PixelCNN++: two streams of residual blocks, with shortcuts from the first half of them to the second.

Salimans et al. 2017. The upper stream knows the rows above; the other one knows also what is at the left, and is
told by the upper one at every block. Of the paper's network this is the form without changes of resolution, with
which the paper compares: on small pictures its reach is enough, and one place stays one place's work.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from plugins.autoregressive.causal import CausalConv, Trail, shifted_down, shifted_right
from plugins.autoregressive.context import Context, Walk, at_row, guided


@dataclass(frozen=True, slots=True)
class PlusLayout:
    """Channels of the image and inside, how many blocks in each half, and what share of features is dropped."""

    channels: int
    width: int
    blocks: int
    condition: int = 0
    dropout: float = 0.0


class _Block(nn.Module):
    """A gated residual block of one stream; `told` channels come from the other stream and the first half."""

    def __init__(self, layout: PlusLayout, told: int, *, right: int) -> None:
        super().__init__()
        width = layout.width
        self.first = CausalConv(2 * width, width, above=1, left=1, right=right)
        self.more = nn.Conv2d(2 * told, width, 1) if told else None
        self.second = CausalConv(2 * width, 2 * width, above=1, left=1, right=right)
        self.condition = nn.Linear(layout.condition, 2 * width) if layout.condition else None
        self.dropout = nn.Dropout(layout.dropout)
        nn.init.normal_(self.second.conv.weight, std=0.1 / width)

    def forward(self, features: Tensor, more: Tensor | None, condition: Tensor | None) -> Tensor:
        inner = self.first(_both_signs(features))
        if self.more is not None and more is not None:
            inner = inner + self.more(_both_signs(more))
        content = self.second(self.dropout(_both_signs(inner)))
        if self.condition is not None:
            content = content + self.condition(condition)[:, :, None, None]
        return features + _passed(content)

    def told_by(self, condition: Tensor | None) -> Tensor | None:
        """What the condition adds, (B, 2·width)."""
        return None if self.condition is None else self.condition(condition)


class PixelCNNPlusPlus(Context):
    """As many blocks on the way in as on the way out; each of the latter is told by one of the former."""

    def __init__(self, layout: PlusLayout) -> None:
        super().__init__()
        self.features = self.width = layout.width
        self.layout = layout
        channels, width, count = layout.channels + 1, layout.width, layout.blocks
        self.first_upper = CausalConv(
            channels, width, above=1, left=2, right=2
        )  # a channel of ones marks the border
        self.first_left = CausalConv(channels, width, above=0, left=1)
        self.upper = nn.ModuleList(_Block(layout, 0 if k < count else width, right=1) for k in range(2 * count))
        self.other = nn.ModuleList(
            _Block(layout, width if k < count else 2 * width, right=0) for k in range(2 * count)
        )

    def forward(self, image: Tensor, condition: Tensor | None = None, guide: Tensor | None = None) -> Tensor:
        """As `Context`."""
        framed = torch.cat([image, torch.ones_like(image[:, :1])], dim=1)
        upper = guided(self.first_upper(shifted_down(framed)), guide)
        other = upper + self.first_left(shifted_right(framed))
        seen: list[tuple[Tensor, Tensor]] = []
        for number, (block, beside) in enumerate(zip(self.upper, self.other, strict=True)):
            if number < self.layout.blocks:
                seen.append((upper, other))
                upper = block(upper, None, condition)
                other = beside(other, upper, condition)
            else:
                upper_seen, other_seen = seen.pop()
                upper = block(upper, upper_seen, condition)
                other = beside(other, torch.cat([upper, other_seen], dim=1), condition)
        return functional.elu(other)

    def walk(self, image: Tensor, condition: Tensor | None = None, guide: Tensor | None = None) -> Walk:
        """As `Context`."""
        return _PlusWalk(self, image, condition, guide)


class _BlockWalk:
    """A block, row by row or place by place."""

    def __init__(self, block: _Block, batch: int, height: int, width: int, condition: Tensor | None) -> None:
        self.block, self._told = block, block.told_by(condition)
        self._first = Trail(block.first, batch, height, width)
        self._second = Trail(block.second, batch, height, width)

    def row(self, row: int, features: Tensor, more: Tensor | None) -> Tensor:
        """(B, width, W) of (B, width, W)."""
        inner = self._first.row(row, _both_signs(features))
        if self.block.more is not None and more is not None:
            inner = inner + functional.conv1d(
                _both_signs(more), self.block.more.weight[..., 0], self.block.more.bias
            )
        content = self._second.row(row, _both_signs(inner))
        if self._told is not None:
            content = content + self._told[:, :, None]
        return features + _passed(content)

    def place(self, row: int, column: int, features: Tensor, more: Tensor) -> Tensor:
        """(B, width) of (B, width)."""
        inner = self._first.place(row, column, _both_signs(features))
        if self.block.more is not None:
            weight = self.block.more.weight[:, :, 0, 0]
            inner = inner + functional.linear(_both_signs(more), weight, self.block.more.bias)
        content = self._second.place(row, column, _both_signs(inner))
        return features + _passed(content if self._told is None else content + self._told)


class _PlusWalk(Walk):
    def __init__(
        self, network: PixelCNNPlusPlus, image: Tensor, condition: Tensor | None, guide: Tensor | None
    ) -> None:
        batch, _, height, width = image.shape
        self._network, self._image, self._guide = network, image, guide
        self._half = network.layout.blocks
        self._first_upper = Trail(network.first_upper, batch, height, width)
        self._first_left = Trail(network.first_left, batch, height, width)
        form = (batch, height, width, condition)
        self._upper = [_BlockWalk(block, *form) for block in network.upper]  # type: ignore[arg-type]
        self._other = [_BlockWalk(block, *form) for block in network.other]  # type: ignore[arg-type]
        self._first: Tensor = image.new_zeros(0)
        self._told: list[Tensor] = []  # the upper stream after each block, (B, width, W)

    def begin_row(self, row: int) -> None:
        """The upper stream is computed for the whole row."""
        above = self._framed(self._image[:, :, row - 1]) if row else self._image.new_zeros(self._row_shape())
        upper = self._first = guided(self._first_upper.row(row, above), at_row(self._guide, row))
        seen: list[Tensor] = []
        self._told = []
        for number, walk in enumerate(self._upper):
            if number < self._half:
                seen.append(upper)
                upper = walk.row(row, upper, None)
            else:
                upper = walk.row(row, upper, seen.pop())
            self._told.append(upper)

    def features(self, row: int, column: int) -> Tensor:
        left = (
            self._framed(self._image[:, :, row, column - 1])
            if column
            else self._first.new_zeros(self._row_shape()[:2])
        )
        other = self._first[:, :, column] + self._first_left.place(row, column, left)
        seen: list[Tensor] = []
        for number, (walk, told) in enumerate(zip(self._other, self._told, strict=True)):
            if number < self._half:
                seen.append(other)
                other = walk.place(row, column, other, told[:, :, column])
            else:
                other = walk.place(row, column, other, torch.cat([told[:, :, column], seen.pop()], dim=1))
        return functional.elu(other)

    def _framed(self, pixels: Tensor) -> Tensor:
        return torch.cat([pixels, torch.ones_like(pixels[:, :1])], dim=1)

    def _row_shape(self) -> tuple[int, int, int]:
        batch, channels, _, width = self._image.shape
        return batch, channels + 1, width


def _both_signs(features: Tensor) -> Tensor:
    """Twice as many channels: what is positive and what is negative, each through an ELU."""
    return functional.elu(torch.cat([features, -features], dim=1))


def _passed(content: Tensor) -> Tensor:
    """Half as many channels: one half, as far as the other lets it through."""
    change, gate = content.chunk(2, dim=1)
    return change * torch.sigmoid(gate)
