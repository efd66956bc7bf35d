"""What all networks of this plugin are: features of every place that know only the places before it."""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import Tensor, nn


class Walk(ABC):
    """Goes through B pictures row by row and place by place, while they are being drawn.

    It looks at an image (B, C, H, W) of floats from -1 to 1 that is filled meanwhile; it reads nothing at or
    behind the place that it is asked about.
    """

    @abstractmethod
    def begin_row(self, row: int) -> None:
        """All rows above are drawn now; rows come one after the other."""

    @abstractmethod
    def features(self, row: int, column: int) -> Tensor:
        """(B, F) of a place of the row that was begun; columns come one after the other."""


class Context(nn.Module, ABC):
    """A network whose features of a place depend on the rows above, and on what is at its left in its row.

    Attributes:
        features: How many there are.
        width: Channels of a guide.
    """

    features: int
    width: int

    @abstractmethod
    def forward(self, image: Tensor, condition: Tensor | None = None, guide: Tensor | None = None) -> Tensor:
        """Of all places at once.

        Args:
            image: (B, C, H, W) from -1 to 1.
            condition: (B, D), what else is known of the picture; None where the network takes none.
            guide: (B, width, H, W), what is known of each place beforehand; added to its first features.

        Returns:
            (B, F, H, W).
        """

    @abstractmethod
    def walk(self, image: Tensor, condition: Tensor | None = None, guide: Tensor | None = None) -> Walk:
        """The same place by place; `image` is filled by whoever asks for the walk."""


def guided(features: Tensor, guide: Tensor | None) -> Tensor:
    """With what the guide adds, where there is one."""
    return features if guide is None else features + guide


def at_place(guide: Tensor | None, row: int, column: int) -> Tensor | None:
    """What a guide says of one place, (B, width)."""
    return None if guide is None else guide[:, :, row, column]


def at_row(guide: Tensor | None, row: int) -> Tensor | None:
    """What a guide says of one row, (B, width, W)."""
    return None if guide is None else guide[:, :, row]
