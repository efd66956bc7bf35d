"""What a stopped job had made: the first tiles of a plain grid, in one shade."""

from __future__ import annotations

import itertools

import numpy as np

from imagetool.core.geometry import Rect
from imagetool.jobs.request import Partial, Request


def partial_of(request: Request, gray: int = 255, done: int = 2, total: int = 4) -> Partial:
    """Of as many upright strips as there were to be tiles, the first ones, opaque; the rest is nonsense."""
    assert request.source is not None
    size = request.target or request.source.size
    if request.mask:
        size = request.mask.content_rect().size
    pixels = np.full((size.height, size.width, 4), 77, request.source.dtype)
    edges = [size.width * index // total for index in range(total + 1)]
    strips = tuple(Rect(left, 0, right, size.height) for left, right in itertools.pairwise(edges))
    for strip in strips[:done]:
        pixels[strip.slices] = gray
        pixels[(*strip.slices, 3)] = np.iinfo(request.source.dtype).max
    return Partial(pixels, strips[:done], total)
