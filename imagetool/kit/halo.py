"""Does not compute again for a tile what its network has computed for the tile above.

Tiles overlap, because what a network says of a pixel depends on the pixels around it. Below a row that the tile
above knows all about, each convolution goes on where it has stopped there: of the rows before it needs the few
that its kernel reaches, and these it has kept. What is above that row is not computed a second time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from imagetool.core.geometry import Rect
from imagetool.kit.convolutions import LEAST_VALUES, GoingOn, Kept, Key, smallest, watched
from imagetool.kit.network_reach import Reach, measure
from imagetool.kit.places import Place, take_place

MOST_PICTURES = 4
"""Of so many pictures that are computed in turns the tile above is remembered."""

_SPARE_PX = 64  # rows that are remembered beyond twice the overlap: tiles are blended, and begin at multiples


@dataclass(frozen=True, slots=True)
class _Kind:
    """What must be the same for two runs of a network to go together; `reduced` is the format within autocast."""

    dtype: torch.dtype
    reduced: torch.dtype | None
    layout: torch.memory_format
    channels: int
    arguments: tuple[Hashable, ...]

    @classmethod
    def of(cls, image: Tensor, arguments: tuple[Hashable, ...]) -> _Kind:
        """Of a run that is about to be made."""
        reduced = torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else None
        is_last = image.is_contiguous(memory_format=torch.channels_last)
        layout = torch.channels_last if is_last else torch.contiguous_format
        return cls(image.dtype, reduced, layout, image.shape[1], arguments)


class HaloReuse:
    """A network of convolutions that goes on where it has stopped in the tile above.

    Give it the loaded network, and call it instead of that::

        self._reuse = HaloReuse(network.eval())
        made = self._reuse(image, scale)  # as network(image, scale)

    The first argument is the image (1, C, H, W), the others are plain values. What counts of the result is bit for
    bit what the network alone makes; rows near the upper border, which nobody keeps, may be nearer to the truth.
    The network alone is called, at its usual price, where that cannot be promised: for a tile that does not go on
    below the last one; where tiles overlap by less than the network reaches; where the network looks at the whole
    image, or looks around with something else than `nn.Conv2d` in its depth; where the processor computes rows
    differently in images of another height, as graphics cards do.
    """

    def __init__(self, network: nn.Module) -> None:
        self._network = network
        self._reaches: dict[_Kind, Reach | None] = {}
        self._above: OrderedDict[Hashable, _Above] = OrderedDict()

    def __call__(self, image: Tensor, *arguments: Hashable) -> Tensor:
        """What the network makes of an image."""
        place = take_place()
        if place is None or not _is_upright(image, place.crop):
            return self._run(image, arguments)
        kind = _Kind.of(image, arguments)
        reach = self._reach(kind)
        if reach is None:
            return self._run(image, arguments)
        above = self._above.pop(place.picture, None)
        tile = _Tile(image, place, kind, reach)
        begin_px = above.begin_px(tile) if above else 0
        going = GoingOn(above.rows if above and begin_px else None, tile.height_px - begin_px, None)
        going.keep_at_px = tile.keep_at_px(begin_px)
        with watched(self._network, going):
            result = self._run(image[:, :, begin_px:], arguments)
        if above and begin_px:
            result = above.completed(tile, result)
        if going.keep_at_px is not None and tile.is_large_enough(going.kept, going.height_px):
            self._above[place.picture] = _Above.of(tile, begin_px + going.keep_at_px, result, going.kept)
        if len(self._above) > MOST_PICTURES:
            self._above.popitem(last=False)
        return result

    def _run(self, image: Tensor, arguments: tuple[Hashable, ...]) -> Tensor:
        result: Tensor = self._network(image, *arguments)
        return result

    def _reach(self, kind: _Kind) -> Reach | None:
        if kind not in self._reaches:

            def run(probe: Tensor) -> Tensor:
                return self._run(probe.contiguous(memory_format=kind.layout), kind.arguments)

            self._reaches[kind] = measure(self._network, run, kind.channels, kind.dtype)
        return self._reaches[kind]


@dataclass(frozen=True, eq=False, slots=True)
class _Tile:
    """An image, where it lies, and what is known about the network that sees it."""

    image: Tensor
    place: Place
    kind: _Kind
    reach: Reach

    @property
    def height_px(self) -> int:
        """Of the image."""
        return self.image.shape[2]

    def is_large_enough(self, kept: dict[Key, Kept], height_px: int) -> bool:
        """Whether so many rows of it are computed as all of it would be."""
        return self.kind.reduced is not None or smallest(kept, height_px) >= LEAST_VALUES

    def keep_at_px(self, begin_px: int) -> int | None:
        """Where a run below can go on, in rows from that one on; None where it cannot."""
        if self.place.kept.bottom == self.place.crop.bottom:
            return None  # there is nothing below
        at = self.reach.stop_px(self.height_px)
        clean = begin_px if begin_px or self.place.crop.top == 0 else self.reach.rows_px
        return at - begin_px if at - self.reach.context_px >= clean and at > begin_px else None


@dataclass(frozen=True, eq=False, slots=True)
class _Above:
    """What is remembered of a tile; rows count from the picture's top.

    Attributes:
        tile: Without the first rows of its image, up to `first_px`.
        first_px: The first row that is remembered.
        go_on_px: Where to go on.
        result: From the first row on, as far as it is right; its rows are its last axis but one.
        rows: What each convolution needs to go on.
    """

    kind: _Kind
    crop: Rect
    image: Tensor
    first_px: int
    go_on_px: int
    result: Tensor
    rows: dict[Key, Kept]

    @classmethod
    def of(cls, tile: _Tile, at_px: int, result: Tensor, rows: dict[Key, Kept]) -> _Above:
        """What to remember of a tile whose network can go on at a row of its image."""
        crop, kept, reach = tile.place.crop, tile.place.kept, tile.reach
        first = max(0, tile.height_px - 2 * (crop.bottom - kept.bottom) - _SPARE_PX)
        first = min(first, at_px)
        right = result[..., first * reach.scale : (at_px + reach.margin_px) * reach.scale, :].clone()
        image = tile.image[:, :, first:].clone()
        return cls(tile.kind, crop, image, crop.top + first, crop.top + at_px, right, rows)

    def begin_px(self, tile: _Tile) -> int:
        """The row of a tile's image at which it can go on; 0 where it cannot."""
        crop, reach = tile.place.crop, tile.reach
        at = self.go_on_px - crop.top
        columns = (crop.left, crop.right, tile.image.shape[3])
        fits = (
            self.kind == tile.kind
            and columns == (self.crop.left, self.crop.right, self.image.shape[3])
            and self.first_px <= crop.top
            and 0 < at < tile.height_px - reach.margin_px
            and at % reach.block_px == 0
            and tile.place.kept.top - crop.top >= reach.rows_px
            and tile.is_large_enough(self.rows, tile.height_px - at)
        )
        return at if fits and self._shows_the_same(tile) else 0

    def _shows_the_same(self, tile: _Tile) -> bool:
        known = self.image[:, :, tile.place.crop.top - self.first_px :]
        shared = min(known.shape[2], tile.height_px)
        return torch.equal(known[:, :, :shared], tile.image[:, :, :shared])

    def completed(self, tile: _Tile, result: Tensor) -> Tensor:
        """The result for the whole image, of which a part from a row on was computed."""
        scale, margin = tile.reach.scale, tile.reach.margin_px
        known = self.result[..., (tile.place.crop.top - self.first_px) * scale :, :]
        return torch.cat([known, result[..., margin * scale :, :]], dim=-2)


def _is_upright(image: Tensor, crop: Rect) -> bool:
    """Whether it can be the crop itself, made longer to the right and below at most; and this is a processor."""
    tall, wide = image.shape[-2] - crop.height, image.shape[-1] - crop.width
    return image.device.type == "cpu" and image.dim() == 4 and len(image) == 1 and tall >= 0 and wide >= 0
