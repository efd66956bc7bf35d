"""Which parts of a picture a model must see to fill the holes of a mask."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from imagetool.core.geometry import Rect


def plan_crops(
    mask: NDArray[np.uint8], rect: Rect, bounds: Rect, context: float, context_min_px: int
) -> list[tuple[Rect, Rect]]:
    """Groups the holes of a mask, so that far-apart ones can be filled one by one.

    Args:
        mask: (h, w), not 0 inside the holes; covers `rect` of the picture.
        rect: Where the mask lies.
        bounds: The whole picture.
        context: How far a crop reaches beyond its holes, in sides of their bounding box.
        context_min_px: How far it reaches at least.

    Returns:
        Pairs of the rectangle around some holes and the larger one that shows their surroundings. No crop
        contains a hole of another group.
    """
    boxes = _hole_boxes(mask, rect)
    merged = True
    while merged:
        boxes, merged = _merge_once(boxes, bounds, context, context_min_px)
    return [(box, _around(box, bounds, context, context_min_px)) for box in boxes]


def _hole_boxes(mask: NDArray[np.uint8], rect: Rect) -> list[Rect]:
    count, _, stats, _ = cv2.connectedComponentsWithStats((mask > 0).astype(np.uint8), connectivity=8)
    corners = stats[1:count, :4].tolist()
    return [Rect(x, y, x + w, y + h).moved(rect.left, rect.top) for x, y, w, h in corners]


def _merge_once(boxes: list[Rect], bounds: Rect, context: float, context_min_px: int) -> tuple[list[Rect], bool]:
    """Lets every box swallow those that its crop would touch; says whether there were any."""
    left, done = list(boxes), []
    merged = False
    while left:
        box = left.pop()
        crop = _around(box, bounds, context, context_min_px)
        for other in [other for other in left if other.overlaps(crop)]:
            left.remove(other)
            box = box.union(other)
            merged = True
        done.append(box)
    return done, merged


def _around(box: Rect, bounds: Rect, context: float, context_min_px: int) -> Rect:
    margin_x = max(context_min_px, round(context * box.width))
    margin_y = max(context_min_px, round(context * box.height))
    return box.grown(margin_x, margin_y).restrict(bounds)
