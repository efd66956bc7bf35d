"""The shape of a model, as recipes and files of weights write it down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from plugins.autoregressive.context import Context
from plugins.autoregressive.copies import Copies
from plugins.autoregressive.diagonal_lstm import DiagonalLSTM
from plugins.autoregressive.gated import GatedLayout, GatedPixelCNN
from plugins.autoregressive.guide import Guide
from plugins.autoregressive.heads import Classes, Head
from plugins.autoregressive.levels import Levels
from plugins.autoregressive.masked import MaskedLayout, MaskedPixelCNN
from plugins.autoregressive.mixture import LogisticMixture
from plugins.autoregressive.model import Autoregressive
from plugins.autoregressive.palette import Palette
from plugins.autoregressive.plus_plus import PixelCNNPlusPlus, PlusLayout
from plugins.autoregressive.recurrent import RecurrentLayout
from plugins.autoregressive.row_lstm import RowLSTM

KINDS = ("masked", "gated", "plus-plus", "row-lstm", "diagonal-lstm")
HEADS = ("classes", "mixture", "both")
_MOST = 4096


@dataclass(frozen=True, slots=True)
class Layout:
    """A model.

    Attributes:
        kind: Which network, one of `KINDS`.
        width: Its channels.
        depth: Its layers, or blocks; of PixelCNN++ those of one half.
        head: How a new pixel's distribution is told, one of `HEADS`; both only where pixels are copied, too.
        parts: Components of a mixture.
        channels: Of a pixel: 1 gray, 3 RGB, 4 with opacity.
        labels: What a picture can be told to be; one more, “anything”, is always there.
        copies: How many rows and columns away a pixel may be copied from; 0 for never.
        guide: Blocks of the network that sees what is known beforehand; 0 for none.
        scales: Sizes that the model works at, each half as wide and high as the next.
        palette: Whether a new pixel may have any colour that was used before; only where pixels are copied, too.
        usual: Bits for each value that 1 in 20 pictures need less than, and 1 in 20 more; 0 where it is not known.
    """

    kind: str
    width: int
    depth: int
    head: str
    parts: int
    channels: int
    labels: tuple[str, ...] = ()
    copies: int = 0
    guide: int = 0
    scales: int = 1
    palette: bool = False
    usual: tuple[float, float] = (0.0, 0.0)

    @classmethod
    def read(cls, table: Mapping[str, object]) -> Layout:
        """From a recipe or a file of weights.

        Raises:
            ValueError: naming the key that is missing, unknown or wrong.
        """
        given = {
            "labels": [],
            "copies": 0,
            "guide": 0,
            "scales": 1,
            "palette": False,
            "usual": [0.0, 0.0],
            **table,
        }
        if set(given) != set(cls.__slots__):
            raise ValueError(f"network has the keys {', '.join(sorted(given))}, not {', '.join(cls.__slots__)}")
        labels = given["labels"]
        if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
            raise ValueError(f"labels is {labels!r}, not a list of texts")
        if (given["head"] == "both" or given["palette"]) and not given["copies"]:
            raise ValueError("copies is 0, but only what copies can choose between several heads")
        return cls(
            kind=_one_of(given, "kind", KINDS),
            width=_whole(given, "width"),
            depth=_whole(given, "depth"),
            head=_one_of(given, "head", HEADS),
            parts=_whole(given, "parts"),
            channels=_whole(given, "channels"),
            labels=tuple(labels),
            copies=_whole(given, "copies", 0, 4),
            guide=_whole(given, "guide", 0, 8),
            scales=_whole(given, "scales", 1, 4),
            palette=given["palette"] is True,
            usual=_range(given, "usual"),
        )

    def table(self) -> dict[str, object]:
        """What `read` reads."""
        lists = {"labels": list(self.labels), "usual": list(self.usual)}
        return {name: getattr(self, name) for name in self.__slots__} | lists

    @property
    def levels(self) -> Levels:
        """Of its pixels."""
        return Levels(self.channels)

    @property
    def told(self) -> int:
        """Numbers in a condition: labels, whether pixels are perturbed, and the scale where there are several."""
        return len(self.labels) + 1 + (self.scales if self.scales > 1 else 0)

    def model(self) -> Autoregressive:
        """The model with weights at random."""
        context = _CONTEXTS[self.kind](self)
        heads = [_HEADS[name](self, context.features) for name in _HEADS if self.head in (name, "both")]
        if self.palette:
            heads.append(Palette(self.levels, context.features))
        head = Copies(heads, context.features, self.copies) if self.copies else heads[0]
        guide = Guide(self.channels, context.width, self.guide) if self.guide else None
        return Autoregressive(context, head, guide)

    def condition(self, labels: Tensor, scale: int, perturbed: Tensor) -> Tensor:
        """What the network is told, (B, told).

        Args:
            labels: (B,) int64, numbers of labels, -1 for anything.
            scale: 0 for the smallest.
            perturbed: (B,) bool, whether pixels were changed at random: such pictures are the background that a
                picture's probability is compared with.
        """
        every = torch.arange(len(self.labels), device=labels.device)
        told = [(labels[:, None] == every).float(), perturbed[:, None].float()]
        if self.scales > 1:
            told.append(
                torch.eq(torch.arange(self.scales, device=labels.device), scale).float().expand(len(labels), -1)
            )
        return torch.cat(told, dim=1)


_CONTEXTS: Mapping[str, Callable[[Layout], Context]] = {
    "masked": lambda of: MaskedPixelCNN(MaskedLayout(of.channels, of.width, of.depth, of.told)),
    "gated": lambda of: GatedPixelCNN(GatedLayout(of.channels, of.width, of.depth, 1, of.told)),
    "plus-plus": lambda of: PixelCNNPlusPlus(PlusLayout(of.channels, of.width, of.depth, of.told)),
    "row-lstm": lambda of: RowLSTM(RecurrentLayout(of.channels, of.width, of.depth, of.told)),
    "diagonal-lstm": lambda of: DiagonalLSTM(RecurrentLayout(of.channels, of.width, of.depth, of.told)),
}


_HEADS: Mapping[str, Callable[[Layout, int], Head]] = {
    "classes": lambda of, features: Classes(of.levels, features, of.width),
    "mixture": lambda of, features: LogisticMixture(of.levels, features, of.parts),
}


def _one_of(table: Mapping[str, object], key: str, known: tuple[str, ...]) -> str:
    value = table[key]
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"{key} is {value!r}, not {' or '.join(known)}")
    return value


def _whole(table: Mapping[str, object], key: str, least: int = 1, most: int = _MOST) -> int:
    value = table[key]
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"{key} is {value!r}, not a whole number from {least} to {most}")
    return value


def _range(table: Mapping[str, object], key: str) -> tuple[float, float]:
    value = table[key]
    if isinstance(value, list) and len(value) == 2 and all(isinstance(end, int | float) for end in value):
        return float(value[0]), float(value[1])
    raise ValueError(f"{key} is {value!r}, not two numbers")
