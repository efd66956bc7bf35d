"""Gated PixelCNN: one stack for the rows above, one for the row itself, and no blind spot.

Van den Oord et al. 2016, Conditional Image Generation with PixelCNN Decoders.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from plugins.autoregressive.causal import CausalConv, Trail, gated, shifted_down, shifted_right
from plugins.autoregressive.context import Context, Walk, at_row, guided


@dataclass(frozen=True, slots=True)
class GatedLayout:
    """Channels of the image and inside, how many layers, and how far each of them sees."""

    channels: int
    width: int
    layers: int
    reach: int = 1
    condition: int = 0


class _Layer(nn.Module):
    """Both stacks; what the rows above say goes into the row's."""

    def __init__(self, layout: GatedLayout) -> None:
        super().__init__()
        width, reach = layout.width, layout.reach
        self.above = CausalConv(width, 2 * width, above=reach, left=reach, right=reach)
        self.beside = CausalConv(width, 2 * width, above=0, left=reach)
        self.link = nn.Conv2d(2 * width, 2 * width, 1)
        self.out = nn.Conv2d(width, width, 1)
        self.condition = nn.Linear(layout.condition, 4 * width) if layout.condition else None

    def told(self, condition: Tensor | None, batch: int) -> tuple[Tensor, Tensor]:
        """What the condition adds to either stack, (B, 2·width)."""
        if self.condition is None:
            nothing = self.out.weight.new_zeros(batch, self.link.out_channels)
            return nothing, nothing
        above, beside = self.condition(condition).chunk(2, dim=1)
        return above, beside


class GatedPixelCNN(Context):
    """Every layer adds to the row's stack; the first looks three places far."""

    def __init__(self, layout: GatedLayout) -> None:
        super().__init__()
        self.features = self.width = layout.width
        self.layout = layout
        self.first_above = CausalConv(layout.channels, layout.width, above=2, left=3, right=3)
        self.first_beside = CausalConv(layout.channels, layout.width, above=0, left=2)
        self.layers = nn.ModuleList(_Layer(layout) for _ in range(layout.layers))

    def forward(self, image: Tensor, condition: Tensor | None = None, guide: Tensor | None = None) -> Tensor:
        """As `Context`."""
        above = guided(self.first_above(shifted_down(image)), guide)
        beside = self.first_beside(shifted_right(image)) + above
        for layer in self.layers:
            told_above, told_beside = layer.told(condition, len(image))  # type: ignore[operator]
            seen = layer.above(above) + told_above[:, :, None, None]  # type: ignore[operator]
            content = layer.beside(beside) + layer.link(seen) + told_beside[:, :, None, None]  # type: ignore[operator]
            above, beside = gated(seen), beside + layer.out(gated(content))  # type: ignore[operator]
        return functional.relu(beside)

    def walk(self, image: Tensor, condition: Tensor | None = None, guide: Tensor | None = None) -> Walk:
        """As `Context`."""
        return _GatedWalk(self, image, condition, guide)


class _GatedWalk(Walk):
    def __init__(
        self, network: GatedPixelCNN, image: Tensor, condition: Tensor | None, guide: Tensor | None
    ) -> None:
        batch, channels, height, width = image.shape
        self._network, self._image, self._guide = network, image, guide
        self._nothing = image.new_zeros(batch, channels)
        self._first_above = Trail(network.first_above, batch, height, width)
        self._first_beside = Trail(network.first_beside, batch, height, width)
        self._layers: list[tuple[_Layer, Trail, Trail, Tensor, Tensor]] = [
            (
                layer,
                Trail(layer.above, batch, height, width),  # type: ignore[arg-type]
                Trail(layer.beside, batch, height, width),  # type: ignore[arg-type]
                *layer.told(condition, batch),  # type: ignore[operator]
            )
            for layer in network.layers
        ]
        self._above_first = image.new_zeros(0)
        self._links: list[Tensor] = []

    def begin_row(self, row: int) -> None:
        """The stack of the rows above is computed for the whole row."""
        before = self._image[:, :, row - 1] if row else torch.zeros_like(self._image[:, :, 0])
        above = guided(self._first_above.row(row, before), at_row(self._guide, row))  # (B, width, W)
        self._above_first, self._links = above, []
        for layer, trail, _, told_above, told_beside in self._layers:
            seen = trail.row(row, above) + told_above[:, :, None]
            linked = functional.conv1d(seen, layer.link.weight[..., 0], layer.link.bias)
            self._links.append(linked + told_beside[:, :, None])
            above = gated(seen)

    def features(self, row: int, column: int) -> Tensor:
        before = self._image[:, :, row, column - 1] if column else self._nothing
        beside = self._first_beside.place(row, column, before) + self._above_first[:, :, column]
        for (layer, _, trail, _, _), linked in zip(self._layers, self._links, strict=True):
            content = trail.place(row, column, beside) + linked[:, :, column]
            step = functional.linear(gated(content), layer.out.weight[:, :, 0, 0], layer.out.bias)
            beside = beside + step
        return functional.relu(beside)
