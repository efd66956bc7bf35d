"""Which parts of a picture a model must see to fill the holes of a mask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from imagetool.core.geometry import Rect
from imagetool.plugin.job import Job

Boxes: TypeAlias = NDArray[np.int64]


class CropJobs(Protocol):
    """Makes the job that a model sees while it fills one crop."""

    def __call__(self, crop: Rect, begin: float, end: float) -> Job:
        """The job whose previews cover `crop`, and whose 0…1 is `begin`…`end` of the whole."""


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
    reach = _Reach(bounds, context, context_min_px)
    boxes = _hole_boxes(mask, rect)
    merged = _merged(boxes, reach)
    while len(merged) < len(boxes):
        boxes, merged = merged, _merged(merged, reach)
    return [
        (Rect(*box), Rect(*crop)) for box, crop in zip(merged.tolist(), reach.crops(merged).tolist(), strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Reach:
    """How far crops reach beyond their boxes; boxes and crops are (n, 4): left, top, right, bottom."""

    bounds: Rect
    context: float
    context_min_px: int

    def crops(self, boxes: Boxes) -> Boxes:
        """The crop of each box, cut at the picture's edges."""
        sides = boxes[:, 2:] - boxes[:, :2]
        margins = np.maximum(self.context_min_px, np.rint(self.context * sides)).astype(np.int64)
        low = np.maximum(boxes[:, :2] - margins, (self.bounds.left, self.bounds.top))
        high = np.minimum(boxes[:, 2:] + margins, (self.bounds.right, self.bounds.bottom))
        return np.concatenate([low, high], axis=1)


def _hole_boxes(mask: NDArray[np.uint8], rect: Rect) -> Boxes:
    count, _, stats, _ = cv2.connectedComponentsWithStats((mask > 0).astype(np.uint8), connectivity=8)
    corners = stats[1:count, :2].astype(np.int64) + np.array([rect.left, rect.top])
    return np.concatenate([corners, corners + stats[1:count, 2:4]], axis=1)


def _merged(boxes: Boxes, reach: _Reach) -> Boxes:
    """Lets every box swallow those that touch its crop, or whose crop touches it."""
    left, crops, done = boxes, reach.crops(boxes), []
    while len(left):
        box, left, crops = left[-1:], left[:-1], crops[:-1]
        touching = _overlap(reach.crops(box), left) | _overlap(box, crops)
        while touching.any():
            group = np.concatenate([box, left[touching]])
            box = np.concatenate([group[:, :2].min(axis=0), group[:, 2:].max(axis=0)])[None]
            left, crops = left[~touching], crops[~touching]
            touching = _overlap(reach.crops(box), left) | _overlap(box, crops)
        done.append(box)
    return np.concatenate(done) if done else boxes


def _overlap(one: Boxes, others: Boxes) -> NDArray[np.bool_]:
    """Which of `others` (n, 4) share a pixel with `one` (1, 4)."""
    left, top, right, bottom = one[0].tolist()
    in_x = (others[:, 0] < right) & (others[:, 2] > left)
    in_y = (others[:, 1] < bottom) & (others[:, 3] > top)
    shared: NDArray[np.bool_] = in_x & in_y
    return shared
