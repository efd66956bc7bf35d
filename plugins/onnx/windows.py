"""Pictures of any size through a graph that takes only some: padding, windows of one size, shrinking."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor
from torch.nn import functional

from imagetool.core.geometry import Size
from imagetool.kit.resampling import resize
from plugins.onnx.facts import Facts

Compute: TypeAlias = Callable[[Tensor], Tensor]
Paint: TypeAlias = Callable[[Tensor, Tensor], Tensor]

MOST_PAINTED_PX = 1536
"""Side of the largest crop that is filled at its own size; there are no tiles around a hole."""


@dataclass(frozen=True, slots=True)
class Span:
    """A window along one axis: where it begins, and which part of its result is kept, in pixels of the picture."""

    begin: int
    keep_from: int
    keep_to: int


def through(image: Tensor, facts: Facts, compute: Compute) -> Tensor:
    """The result for an image of any size.

    Where the graph takes one size only, what is larger is cut into windows that overlap; what is kept of a window
    lies at least `overlap_px` inside it.

    Args:
        image: (1, C, h, w).
        facts: Of the graph.
        compute: Takes (1, C, h', w') of a size that the graph takes; returns (1, C', scale·h', scale·w').

    Returns:
        (1, C', scale·h, scale·w).
    """
    height, width = image.shape[-2:]
    padded = grown(image, *fitting(height, width, facts))
    if facts.fixed is None:
        made = compute(padded)
    else:
        made = _in_windows(padded, facts.fixed, facts.overlap_px, facts.scale, compute)
    return made[..., : height * facts.scale, : width * facts.scale]


def fitting(height: int, width: int, facts: Facts) -> tuple[int, int]:
    """The smallest height and width, not below those given, that can be computed."""
    if facts.fixed is not None:
        return max(height, facts.fixed[0]), max(width, facts.fixed[1])
    tall, wide = (
        -(-max(side, facts.least_px) // facts.multiple_of) * facts.multiple_of for side in (height, width)
    )
    return tall, wide


def grown(image: Tensor, height: int, width: int) -> Tensor:
    """Continued to the right and below: mirrored where there is enough to mirror, else by its last pixels."""
    below, right = height - image.shape[-2], width - image.shape[-1]
    if not (below or right):
        return image
    mirrored = below < image.shape[-2] and right < image.shape[-1]
    return functional.pad(image, (0, right, 0, below), mode="reflect" if mirrored else "replicate")


def painted(image: Tensor, hole: Tensor, facts: Facts, paint: Paint) -> Tensor:
    """The filled crop (1, 3, h, w): at its own size where the graph takes that, else shrunk to what it takes.

    `paint` takes (1, 3, h', w') and (1, 1, h', w') bool of a size that the graph takes.
    """
    height, width = image.shape[-2:]
    most = facts.fixed or (MOST_PAINTED_PX, MOST_PAINTED_PX)
    share = min(1.0, most[0] / height, most[1] / width)
    small = Size(max(1, int(width * share)), max(1, int(height * share)))
    seen = resize(image, small)
    where = functional.adaptive_max_pool2d(hole.to(image.dtype), (small.height, small.width))
    size = fitting(small.height, small.width, facts)
    below, right = size[0] - small.height, size[1] - small.width
    made = paint(grown(seen, *size), functional.pad(where, (0, right, 0, below)) > 0)
    return resize(made[..., : small.height, : small.width], Size(width, height))


def spans(length: int, window: int, overlap_px: int) -> list[Span]:
    """Windows that cover `length`, at least `window`, about equally far apart."""
    step = max(1, window - 2 * overlap_px)
    count = 1 + -(-(length - window) // step)
    begins = [(length - window) * index // max(1, count - 1) for index in range(count)]
    seams = [(one + window + other) // 2 for one, other in itertools.pairwise(begins)]
    edges = [0, *seams, length]
    return [Span(*parts) for parts in zip(begins, edges, edges[1:], strict=False)]


def _in_windows(image: Tensor, window: tuple[int, int], overlap_px: int, scale: int, compute: Compute) -> Tensor:
    rows = spans(image.shape[-2], window[0], overlap_px)
    columns = spans(image.shape[-1], window[1], overlap_px)
    made = [[_window(image, row, column, window, scale, compute) for column in columns] for row in rows]
    return torch.cat([torch.cat(parts, dim=-1) for parts in made], dim=-2)


def _window(
    image: Tensor, row: Span, column: Span, window: tuple[int, int], scale: int, compute: Compute
) -> Tensor:
    seen = image[..., row.begin : row.begin + window[0], column.begin : column.begin + window[1]]
    rows, columns = (
        slice((span.keep_from - span.begin) * scale, (span.keep_to - span.begin) * scale) for span in (row, column)
    )
    return compute(seen)[..., rows, columns]
