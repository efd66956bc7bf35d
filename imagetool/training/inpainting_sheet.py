"""Shows what inpainting methods make of holes: a row of named pictures for each hole, row below row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from imagetool.core.geometry import Rect, Size
from imagetool.core.masks import bounding_rect
from imagetool.training.inpainting_evaluation import Trial

Picture: TypeAlias = npt.NDArray[np.uint8]

HOLE_COLOUR = (255, 0, 255)
"""RGB of a hole."""

GAP_PX = 8
"""White space between pictures."""

WORDS_PX = 16
"""Height of a line of words."""

LEAST_AROUND_PX = 48
"""At least so much of the photo is shown around a hole, in every direction."""

_PAPER, _INK = "white", "black"


def shown_rect(mask: Picture) -> Rect:
    """What is shown of a photo where only the place of its hole (H, W) is to be looked at."""
    hole = bounding_rect(mask)
    around_px = max(LEAST_AROUND_PX, max(hole.width, hole.height) // 2)
    return hole.grown(around_px).restrict(Rect(0, 0, mask.shape[1], mask.shape[0]))


def sheet_row(done: Trial, title: str = "", rect: Rect | None = None) -> Picture:
    """The photo, its hole in a colour, and what each method made of it, under their names.

    Args:
        done: What the methods made.
        title: A line above; the photo and the kind of the mask otherwise.
        rect: The part that is shown, at its full size; the whole otherwise.

    Returns:
        (H, W, 3) uint8 RGB, on white.
    """
    part = (rect or Rect(0, 0, done.mask.shape[1], done.mask.shape[0])).slices
    marked = np.where(done.mask[..., None] > 0, np.array(HOLE_COLOUR, np.uint8), done.image)
    pictures = {"photo": done.image, "hole": marked, **done.filled}
    height, width = done.mask[part].shape
    step = width + GAP_PX
    paper = Image.new("RGB", (len(pictures) * step - GAP_PX, height + 2 * WORDS_PX + GAP_PX), _PAPER)
    pen = ImageDraw.Draw(paper)
    pen.text((0, 0), title or f"{done.photo}, {done.kind}", _INK)
    for number, (name, picture) in enumerate(pictures.items()):
        pen.text((number * step, WORDS_PX), name, _INK)
        paper.paste(Image.fromarray(np.ascontiguousarray(picture[part])), (number * step, 2 * WORDS_PX))
    return np.asarray(paper, np.uint8)


def stacked(rows: Sequence[Picture]) -> Picture:
    """Rows (H, W, 3) uint8 below each other, on white."""
    size = Size(max(row.shape[1] for row in rows), sum(row.shape[0] for row in rows))
    paper = np.full((size.height, size.width, 3), 255, np.uint8)
    top = 0
    for row in rows:
        paper[top : top + row.shape[0], : row.shape[1]] = row
        top += row.shape[0]
    return paper
