"""The body that U-Nets for pictures have in common, and the table that says what shape it has.

Its form is that of Ronneberger et al. 2015 (U-Net: Convolutional Networks for Biomedical Image Segmentation), with
sums at the skips. Squares of pixels are folded into channels at the entrance, which makes it cheap; nothing pools
over the whole input, so that a pixel does not depend on how the picture is cut into tiles.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from itertools import pairwise
from typing import Any, ClassVar, Self, TypeAlias

from torch import Tensor, nn
from torch.nn import functional

MIDDLE = 0.5
"""What is subtracted from colours before they go in: half floats are densest around zero."""

MakeBlock: TypeAlias = Callable[[int, int], nn.Module]
"""Makes a block of that many channels, which sees as far as a `Block` of that dilation."""


@dataclass(frozen=True, slots=True)
class Whole:
    """What a layout may hold: a whole number from `low` to `high`, or a list of them where there are `many`."""

    low: int
    high: int
    many: bool = False

    def read(self, key: str, value: object) -> int | tuple[int, ...]:
        """The value of `key`, or ValueError."""
        items = value if self.many else [value]
        if not isinstance(items, list) or not all(type(n) is int and self.low <= n <= self.high for n in items):
            kind = "list of whole numbers" if self.many else "whole number"
            raise ValueError(f"{key} is {value!r}, not a {kind} from {self.low} to {self.high}")
        return tuple(items) if self.many else items[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class UNetLayout(ABC):
    """The shape of a U-Net; a plugin adds fields of its own, and to `NUMBERS` what they may hold.

    Attributes:
        fold: Side of the squares of pixels that become channels at the entrance, from 1 to 4.
        widths: Channels at each resolution, the highest first; each further one is half as high and wide.
        encoder: Blocks on the way down, at all resolutions but the lowest.
        decoder: Blocks on the way up, in the order of `encoder`: at the highest resolution first.
    """

    NUMBERS: ClassVar[Mapping[str, Whole]] = {
        "fold": Whole(1, 4),
        "widths": Whole(1, 512, many=True),
        "encoder": Whole(0, 64, many=True),
        "decoder": Whole(0, 64, many=True),
    }

    fold: int
    widths: tuple[int, ...]
    encoder: tuple[int, ...]
    decoder: tuple[int, ...]

    @property
    @abstractmethod
    def middle_dilations(self) -> tuple[int, ...]:
        """The dilation of each block at the lowest resolution."""

    @classmethod
    def read(cls, table: Mapping[str, object]) -> Self:
        """From a recipe or a file of weights.

        Raises:
            ValueError: naming the key that is missing, unknown or wrong.
        """
        names = [field.name for field in fields(cls)]
        table = {field.name: field.default for field in fields(cls) if field.default is not MISSING} | dict(table)
        if set(table) != set(names):
            raise ValueError(f"network has the keys {', '.join(sorted(table))}, not {', '.join(names)}")
        values: dict[str, Any] = {name: cls.NUMBERS[name].read(name, table[name]) for name in names}
        layout = cls(**values)
        if not 1 <= len(layout.widths) <= 6:
            raise ValueError(f"widths has {len(layout.widths)} numbers, not 1 to 6")
        if not len(layout.encoder) == len(layout.decoder) == len(layout.widths) - 1:
            raise ValueError("encoder and decoder must each have one number less than widths")
        return layout

    def table(self) -> dict[str, object]:
        """What `read` reads."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}

    @property
    def multiple_of(self) -> int:
        """Pixels of the input that one pixel of the lowest resolution stands for, along each side."""
        return self.fold << len(self.encoder)

    @property
    def reach_px(self) -> int:
        """How many pixels of the input around a pixel its output depends on, at most."""
        reach = 2 * self.fold  # the entrance and the exit
        for level, (down, up) in enumerate(zip(self.encoder, self.decoder, strict=True)):
            reach += (
                (down + up) * 2 * (self.fold << level)
            )  # each convolution of a block sees its dilation further
        reach += sum(dilation + 1 for dilation in self.middle_dilations) * self.multiple_of
        return reach + self.multiple_of - 1  # all pixels that are folded together reach as far as the farthest


class Block(nn.Module):
    """Two convolutions, the first dilated, whose result is added to what comes in; without normalisation."""

    def __init__(self, width: int, dilation: int = 1) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=dilation, dilation=dilation)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        nn.init.normal_(self.second.weight, std=0.1 / width)
        nn.init.zeros_(self.second.bias)  # type: ignore[arg-type]

    def forward(self, features: Tensor) -> Tensor:
        """Keeps the shape."""
        result: Tensor = features + self.second(functional.relu(self.first(features)))
        return result


class UNet(nn.Module):
    """The body of a network, whose `forward` says what goes `through` it; untrained it tells 0.

    Files of weights hold the names of its parts, and what a seed makes depends on the order of making them.
    """

    def __init__(self, layout: UNetLayout, given: int, told: int, block: MakeBlock = Block) -> None:
        """Takes `given` values of each pixel and gives `told`."""
        super().__init__()
        self.layout = layout
        widths, square = layout.widths, layout.fold**2
        steps = list(pairwise(widths))

        def blocks(width: int, dilations: Iterable[int]) -> nn.Sequential:
            return nn.Sequential(*(block(width, dilation) for dilation in dilations))

        def way(counts: tuple[int, ...]) -> nn.ModuleList:
            return nn.ModuleList(blocks(width, [1] * n) for width, n in zip(widths, counts, strict=False))

        self.entrance = nn.Conv2d(given * square, widths[0], 3, padding=1)
        self.encoder = way(layout.encoder)
        self.downs = nn.ModuleList(nn.Conv2d(fine, coarse, 2, stride=2) for fine, coarse in steps)
        self.middle = blocks(widths[-1], layout.middle_dilations)
        self.ups = nn.ModuleList(nn.Conv2d(coarse, 4 * fine, 1, bias=False) for fine, coarse in steps)
        self.decoder = way(layout.decoder)
        self.exit = nn.Conv2d(widths[0], told * square, 3, padding=1)
        nn.init.zeros_(self.exit.weight)
        nn.init.zeros_(self.exit.bias)  # type: ignore[arg-type]

    def through(self, values: Tensor) -> Tensor:
        """(B, given, H, W) float32 of any size, colours less `MIDDLE`, to (B, told, H, W) float32."""
        height, width = values.shape[-2:]
        below, right = (-side % self.layout.multiple_of for side in (height, width))
        framed = functional.pad(values, (0, right, 0, below), mode="replicate")
        features = self.entrance(functional.pixel_unshuffle(framed, self.layout.fold))  # (B, C, H/fold, W/fold)
        skips = []
        for blocks, down in zip(self.encoder, self.downs, strict=True):
            skips.append(blocks(features))
            features = down(skips[-1])  # (B, the next of widths, half as high, half as wide)
        features = self.middle(features)
        for blocks, up in zip(reversed(self.decoder), reversed(self.ups), strict=True):
            features = blocks(functional.pixel_shuffle(up(features), 2) + skips.pop())
        told = functional.pixel_shuffle(self.exit(features), self.layout.fold)  # (B, told, H + ..., W + ...)
        return told[..., :height, :width].float()
