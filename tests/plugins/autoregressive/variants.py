"""Small models of every kind, with weights at random."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from plugins.autoregressive.context import Context
from plugins.autoregressive.copies import Copies
from plugins.autoregressive.diagonal_lstm import DiagonalLSTM
from plugins.autoregressive.gated import GatedLayout, GatedPixelCNN
from plugins.autoregressive.guide import Guide
from plugins.autoregressive.heads import Classes
from plugins.autoregressive.levels import Levels
from plugins.autoregressive.masked import MaskedLayout, MaskedPixelCNN
from plugins.autoregressive.mixture import LogisticMixture
from plugins.autoregressive.model import Autoregressive
from plugins.autoregressive.palette import Palette
from plugins.autoregressive.plus_plus import PixelCNNPlusPlus, PlusLayout
from plugins.autoregressive.recurrent import RecurrentLayout
from plugins.autoregressive.row_lstm import RowLSTM

CONTEXTS: Mapping[str, Callable[[int, int], Context]] = {
    "masked": lambda channels, told: MaskedPixelCNN(MaskedLayout(channels, 16, 2, told)),
    "gated": lambda channels, told: GatedPixelCNN(GatedLayout(channels, 12, 3, 1, told)),
    "plus_plus": lambda channels, told: PixelCNNPlusPlus(PlusLayout(channels, 12, 2, told)),
    "row_lstm": lambda channels, told: RowLSTM(RecurrentLayout(channels, 10, 2, told)),
    "diagonal_lstm": lambda channels, told: DiagonalLSTM(RecurrentLayout(channels, 10, 2, told)),
}
HEADS: Mapping[str, Callable[[Levels, int], nn.Module]] = {
    "classes": lambda levels, features: Classes(levels, features, 16),
    "mixture": lambda levels, features: LogisticMixture(levels, features, 5),
    "copies": lambda levels, features: Copies(
        [Classes(levels, features, 16), LogisticMixture(levels, features, 5), Palette(levels, features)],
        features,
        2,
    ),
}


def variant(
    context: str, head: str, levels: Levels, told: int = 0, spread: float = 0.3, *, guide: int = 0
) -> Autoregressive:
    """In float64, where the order of additions does not decide."""
    made = CONTEXTS[context](levels.channels, told)
    beforehand = Guide(levels.channels, made.width, guide) if guide else None
    model = Autoregressive(made, HEADS[head](levels, made.features), beforehand)  # type: ignore[arg-type]
    rng = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for value in model.parameters():
            value.copy_(torch.randn(value.shape, generator=rng) * spread)
    return model.double().eval()


def pixels(levels: Levels, batch: int = 2, height: int = 7, width: int = 6) -> Tensor:
    """Any picture."""
    return levels.random(batch, height, width, torch.Generator().manual_seed(2))


def condition(batch: int, size: int) -> Tensor:
    """Any condition."""
    return torch.randn(batch, size, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
