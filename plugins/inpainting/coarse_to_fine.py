"""Filling a picture at growing sizes: each answer, made twice as large, is the draft of the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from torch import Tensor

from plugins.inpainting.drafts import doubled, halved, smooth_draft

Fill: TypeAlias = Callable[[Tensor, Tensor], Tensor]
"""From a draft (B, 3, H, W) and a hole (B, 1, H, W) to the filled picture."""


def sizes(image: Tensor, hole: Tensor, smallest_px: int, most: int) -> list[tuple[Tensor, Tensor]]:
    """The picture and its hole at halved sizes, the largest first.

    Args:
        image: (B, 3, H, W) float32; what lies in the hole is ignored.
        hole: (B, 1, H, W) float32, 1 in the hole, else 0.
        smallest_px: No side of the smallest size is shorter than this, but the first is always there.
        most: At most as many sizes.

    Returns:
        Pairs as `halved` makes them; all but the first end where no hole is left.
    """
    found = [(image, hole)]
    while len(found) < most and min(found[-1][1].shape[-2:]) >= 2 * smallest_px:
        smaller = halved(*found[-1])
        if not bool(smaller[1].any()):
            break
        found.append(smaller)
    return found


def filled(
    levels: list[tuple[Tensor, Tensor]], fill: Fill, draft: Tensor | None = None
) -> Iterator[tuple[Tensor, Tensor]]:
    """Fills what `sizes` has made, the smallest first; gives each answer and its hole.

    `draft` is what the smallest begins with, by default its smooth draft. Nothing of a smaller size is learned
    from through a larger one: drafts are detached.
    """
    draft = smooth_draft(*levels[-1]) if draft is None else draft
    for depth in reversed(range(len(levels))):
        _, hole = levels[depth]
        answer = fill(draft, hole)
        yield answer, hole
        if depth:
            finer, finer_hole = levels[depth - 1]
            guess = doubled(answer.detach(), *finer.shape[-2:])
            draft = finer * (1 - finer_hole) + guess * finer_hole
