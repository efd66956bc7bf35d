"""What the network makes of a hole in a picture of any size, with or without strokes that guide it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from plugins.inpainting.coarse_to_fine import Fill, filled, sizes
from plugins.inpainting.drafts import smooth_draft
from plugins.inpainting.windows import through_windows

SMALLEST_PX = 32
"""The network begins where the picture's shorter side is at least this and less than twice this."""

BLOTCH_PX = 4
"""Side of the blotches of other colours in a first draft that strays."""

MOST_SIZES = 12
"""Enough for any picture."""

OnSize = Callable[[float, Tensor], None]
"""Told the share done and the picture (1, 3, h, w) so far."""


@dataclass(frozen=True, eq=False, slots=True)
class Strokes:
    """Colours (1, 3, H, W) float32 in [0, 1] that are wanted where `known` (1, 1, H, W) is 1, else 0."""

    colours: Tensor
    known: Tensor


@dataclass(frozen=True, eq=False, slots=True)
class Chance:
    """How far the first draft of a hole strays from its surroundings: 0, not at all, to 1; and where to."""

    variety: float
    generator: torch.Generator


def structure(
    fill: Fill, image: Tensor, hole: Tensor, strokes: Strokes | None, chance: Chance, on_size: OnSize
) -> Tensor:
    """Fills a hole from the coarse to the fine.

    Args:
        fill: The network.
        image: (1, 3, H, W) float32 in [0, 1]; what lies in the hole is not looked at.
        hole: (1, 1, H, W) float32, 1 in the hole, else 0; not all 1.
        strokes: Taken for known at half the size and below; at full size they are painted over, with the grain
            and the edges of the picture.
        chance: Of the first draft.
        on_size: Called after each size, and may raise to give up; with the last share before each window.

    Returns:
        (1, 3, H, W) in [0, 1], outside the hole as it was.
    """
    levels, draft = _levels(image, hole, strokes)
    draft = _strayed(draft, levels[-1][1], chance)
    costs = [float(level_hole.sum()) + 1 for _, level_hole in levels]
    total, done, latest = sum(costs), 0.0, levels[-1][0]

    def on_window() -> None:
        on_size(done / total, latest)

    answers = filled(levels, through_windows(fill, on_window), draft)
    for depth, (answer, _) in zip(reversed(range(len(levels))), answers, strict=True):
        done, latest = done + costs[depth], answer.clamp(0, 1)
        on_size(done / total, latest)
    return torch.where(hole > 0, latest, image)


def _levels(image: Tensor, hole: Tensor, strokes: Strokes | None) -> tuple[list[tuple[Tensor, Tensor]], Tensor]:
    """As `sizes`, but below the first what was stroked is known; and the draft of the smallest."""
    if strokes is None:
        levels = sizes(image, hole, SMALLEST_PX, MOST_SIZES)
        return levels, smooth_draft(*levels[-1])
    drawn = torch.where(strokes.known > 0, strokes.colours, image)
    guided = sizes(drawn, hole * (1 - strokes.known), SMALLEST_PX, MOST_SIZES)
    return [(image, hole), *guided[1:]], smooth_draft(*guided[-1])


def _strayed(draft: Tensor, hole: Tensor, chance: Chance) -> Tensor:
    """Mixes colours from elsewhere in the smallest picture into its hole, in blotches of a few pixels."""
    if chance.variety == 0:
        return draft
    known = (hole[0, 0] == 0).nonzero()  # (n, 2)
    if not len(known):
        return draft
    rows, columns = (-(-side // BLOTCH_PX) for side in draft.shape[-2:])
    choice = torch.rand(rows * columns, generator=chance.generator, device=chance.generator.device)
    y, x = known[(choice.to(known.device) * len(known)).long()].unbind(1)
    blotches = draft[0, :, y, x].reshape(1, 3, rows, columns)
    elsewhere = functional.interpolate(blotches, draft.shape[-2:], mode="bilinear")
    return draft + chance.variety * hole * (elsewhere - draft)
