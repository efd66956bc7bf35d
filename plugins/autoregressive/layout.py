"""The shape of a model, as recipes and files of weights write it down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from plugins.autoregressive.context import Context
from plugins.autoregressive.diagonal_lstm import DiagonalLSTM
from plugins.autoregressive.gated import GatedLayout, GatedPixelCNN
from plugins.autoregressive.heads import Classes, Head
from plugins.autoregressive.levels import Levels
from plugins.autoregressive.masked import MaskedLayout, MaskedPixelCNN
from plugins.autoregressive.mixture import LogisticMixture
from plugins.autoregressive.model import Autoregressive
from plugins.autoregressive.plus_plus import PixelCNNPlusPlus, PlusLayout
from plugins.autoregressive.row_lstm import RecurrentLayout, RowLSTM

KINDS = ("masked", "gated", "plus-plus", "row-lstm", "diagonal-lstm")
HEADS = ("classes", "mixture")
_MOST = 4096


@dataclass(frozen=True, slots=True)
class Layout:
    """A model.

    Attributes:
        kind: Which network, one of `KINDS`.
        width: Its channels.
        depth: Its layers, or blocks; of PixelCNN++ those of one half.
        head: How a pixel's distribution is told, one of `HEADS`.
        parts: Components of a mixture, or hidden channels of classes.
        channels: Of a pixel: 1 gray, 3 RGB, 4 with opacity.
        labels: What a picture can be told to be; one more, “anything”, is always there.
    """

    kind: str
    width: int
    depth: int
    head: str
    parts: int
    channels: int
    labels: tuple[str, ...] = ()

    @classmethod
    def read(cls, table: Mapping[str, object]) -> Layout:
        """From a recipe or a file of weights.

        Raises:
            ValueError: naming the key that is missing, unknown or wrong.
        """
        given = {"labels": [], **table}
        if set(given) != set(cls.__slots__):
            raise ValueError(f"network has the keys {', '.join(sorted(given))}, not {', '.join(cls.__slots__)}")
        labels = given["labels"]
        if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
            raise ValueError(f"labels is {labels!r}, not a list of texts")
        return cls(
            kind=_one_of(given, "kind", KINDS),
            width=_whole(given, "width"),
            depth=_whole(given, "depth"),
            head=_one_of(given, "head", HEADS),
            parts=_whole(given, "parts"),
            channels=_whole(given, "channels"),
            labels=tuple(labels),
        )

    def table(self) -> dict[str, object]:
        """What `read` reads."""
        return {name: getattr(self, name) for name in self.__slots__} | {"labels": list(self.labels)}

    @property
    def levels(self) -> Levels:
        """Of its pixels."""
        return Levels(self.channels)

    def model(self) -> Autoregressive:
        """The model with weights at random."""
        context = _CONTEXTS[self.kind](self, len(self.labels))
        head: nn.Module = (
            Classes(self.levels, context.features, self.parts)
            if self.head == "classes"
            else LogisticMixture(self.levels, context.features, self.parts)
        )
        return Autoregressive(context, _as_head(head))

    def condition(self, labels: Tensor) -> Tensor | None:
        """What the network is told, (B, labels), of labels (B,), -1 for anything; None where it has none."""
        if not self.labels:
            return None
        every = torch.arange(len(self.labels), device=labels.device)
        return (labels[:, None] == every).float()


def _as_head(head: nn.Module) -> Head:
    return head  # type: ignore[return-value]


_CONTEXTS: Mapping[str, Callable[[Layout, int], Context]] = {
    "masked": lambda of, told: MaskedPixelCNN(MaskedLayout(of.channels, of.width, of.depth, told)),
    "gated": lambda of, told: GatedPixelCNN(GatedLayout(of.channels, of.width, of.depth, 1, told)),
    "plus-plus": lambda of, told: PixelCNNPlusPlus(PlusLayout(of.channels, of.width, of.depth, told)),
    "row-lstm": lambda of, told: RowLSTM(RecurrentLayout(of.channels, of.width, of.depth, told)),
    "diagonal-lstm": lambda of, told: DiagonalLSTM(RecurrentLayout(of.channels, of.width, of.depth, told)),
}


def _one_of(table: Mapping[str, object], key: str, known: tuple[str, ...]) -> str:
    value = table[key]
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"{key} is {value!r}, not {' or '.join(known)}")
    return value


def _whole(table: Mapping[str, object], key: str) -> int:
    value = table[key]
    if type(value) is not int or not 1 <= value <= _MOST:
        raise ValueError(f"{key} is {value!r}, not a whole number from 1 to {_MOST}")
    return value
