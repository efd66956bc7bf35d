"""Filling a large picture through windows over its holes, which overlap and fade into each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from imagetool.core.geometry import Rect
from plugins.inpainting.coarse_to_fine import Fill

SIDE_PX = 320
"""A window is not larger than this; multiples of the network's squares stay those."""

OVERLAP_PX = 64
"""By how much two windows overlap, at least."""

MARGIN_PX = 64
"""How far a window reaches beyond the holes it is there for."""

SNAP_PX = 32
"""Windows begin at multiples of this, which is one of the network's squares."""


def through_windows(fill: Fill, on_window: Callable[[], None]) -> Fill:
    """The same filling for pictures of any size, in bounded memory; `on_window` is called before each window.

    A picture (1, C, H, W) is filled where its hole is; each pixel comes from the windows over it, the more from
    one the further inside it lies.
    """

    def filled(draft: Tensor, hole: Tensor) -> Tensor:
        total = torch.zeros_like(draft)
        weight = torch.zeros_like(hole)
        for window in windows(hole[0, 0] > 0):
            on_window()
            inside = (slice(None), slice(None), *window.slices)
            share = _share(window, hole)
            total[inside] += share * fill(draft[inside].contiguous(), hole[inside].contiguous())
            weight[inside] += share
        return torch.where((hole > 0) & (weight > 0), total / weight.clamp_min(1e-6), draft)

    return filled


def windows(hole: Tensor) -> Iterator[Rect]:
    """Windows that cover a hole (H, W) bool, each with some of its surroundings; none without a pixel of it."""
    height, width = hole.shape
    rows, columns = (hole.any(dim=axis).nonzero()[:, 0] for axis in (1, 0))
    if not len(rows):
        return
    for top, bottom in _spans(int(rows[0]), int(rows[-1]) + 1, height):
        for left, right in _spans(int(columns[0]), int(columns[-1]) + 1, width):
            if bool(hole[top:bottom, left:right].any()):
                yield Rect(left, top, right, bottom)


def _spans(first: int, end: int, size: int) -> list[tuple[int, int]]:
    """Cuts the way from `first` to `end`, with the margins, into overlapping pieces inside of [0, size)."""
    begin = max(0, first - MARGIN_PX) // SNAP_PX * SNAP_PX
    stop = min(size, end + MARGIN_PX)
    starts = [begin]
    while starts[-1] + SIDE_PX < stop:
        starts.append(starts[-1] + SIDE_PX - OVERLAP_PX)
    return [(start, min(start + SIDE_PX, stop)) for start in starts]


def _share(window: Rect, hole: Tensor) -> Tensor:
    """How much a window counts at each of its pixels, (1, 1, h, w): less towards its edges inside the picture."""
    height, width = hole.shape[-2:]
    down = _ramp(window.height, window.top > 0, window.bottom < height, hole)
    across = _ramp(window.width, window.left > 0, window.right < width, hole)
    return (down[:, None] * across)[None, None]


def _ramp(length: int, rises: bool, falls: bool, like: Tensor) -> Tensor:
    """From 0 to 1 within the overlap at those ends where the picture goes on; (length,), above 0 everywhere."""
    steps = torch.arange(length, device=like.device, dtype=like.dtype) + 0.5
    ramp = torch.ones_like(steps)
    if rises:
        ramp = torch.minimum(ramp, steps / OVERLAP_PX)
    if falls:
        ramp = torch.minimum(ramp, (length - steps) / OVERLAP_PX)
    return ramp
