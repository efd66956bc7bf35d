"""Draws random masks for inpainting, to train and to measure with.

Strokes and boxes after Suvorov et al. 2022, Resolution-robust Large Mask Inpainting with Fourier Convolutions;
strokes after Yu et al. 2019, Free-Form Image Inpainting with Gated Convolution.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from imagetool.core.geometry import Size

MOST_DRAWS = 200
"""A mask is drawn again until its share of the picture fits; after this many times the last one is taken."""

SHARPEST_TURN_RAD = 2 * np.pi / 5
"""A stroke turns by a random angle up to this at each corner, to alternating sides."""


FRAME_SHARE = (0.08, 0.3)
"""What a canvas may be enlarged by on a side, as shares of its new length."""


@dataclass(frozen=True)
class MaskKind:
    """What a kind of mask is made of. Lengths are shares of the picture's shorter side.

    Attributes:
        strokes: Fewest and most strokes.
        corners: Fewest and most straight pieces of a stroke.
        length: Shortest and longest piece.
        width: Thinnest and thickest stroke.
        boxes: Fewest and most upright boxes.
        box: Shortest and longest side of a box.
        coverage: Least and largest share of the picture that a mask covers.
    """

    strokes: tuple[int, int]
    corners: tuple[int, int]
    length: tuple[float, float]
    width: tuple[float, float]
    boxes: tuple[int, int]
    box: tuple[float, float]
    coverage: tuple[float, float]


KINDS: dict[str, MaskKind] = {
    "narrow": MaskKind((2, 8), (2, 6), (0.05, 0.2), (0.007, 0.022), (0, 0), (0.0, 0.0), (0.01, 0.08)),
    "medium": MaskKind((1, 4), (2, 5), (0.08, 0.3), (0.04, 0.12), (0, 2), (0.06, 0.2), (0.04, 0.18)),
    "wide": MaskKind((0, 3), (1, 4), (0.15, 0.5), (0.15, 0.35), (0, 2), (0.2, 0.5), (0.1, 0.35)),
}
"""Scratches and wires (4 to 12 px wide at 576 px); small things; people and large things."""


def random_mask(kind: str, size: Size, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Draws one mask.

    Args:
        kind: A key of `KINDS`.
        size: Of the mask in pixels.
        rng: The only source of randomness; the same state gives the same mask.

    Returns:
        (H, W) uint8, 255 where to paint and 0 elsewhere; both occur unless the picture has a single pixel.

    Raises:
        ValueError: If the kind is unknown.
    """
    if kind not in KINDS:
        raise ValueError(f"There are masks of the kinds {', '.join(KINDS)}, not {kind!r}.")
    least, most = KINDS[kind].coverage
    mask = np.zeros((size.height, size.width), np.uint8)
    for _ in range(MOST_DRAWS):
        mask = _drawn(KINDS[kind], size, rng)
        if least <= np.count_nonzero(mask) / mask.size <= most:
            break
    return mask


def beyond_a_frame(size: Size, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """A mask (H, W) uint8 of what lies outside a frame, on one to three sides: a canvas that was enlarged."""
    mask = np.zeros((size.height, size.width), np.uint8)
    for side in rng.permutation(4)[: rng.integers(1, 3, endpoint=True)]:
        turned = np.rot90(mask, side)  # a view
        turned[: max(1, round(rng.uniform(*FRAME_SHARE) * len(turned)))] = 255
    return mask


def _drawn(kind: MaskKind, size: Size, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    mask = np.zeros((size.height, size.width), np.uint8)
    for _ in range(rng.integers(*kind.strokes, endpoint=True)):
        _stroke(mask, kind, rng)
    for _ in range(rng.integers(*kind.boxes, endpoint=True)):
        _box(mask, kind, rng)
    return mask


def _stroke(mask: npt.NDArray[np.uint8], kind: MaskKind, rng: np.random.Generator) -> None:
    """Draws a line of straight pieces with round joints, all of one width, that may run out of the picture."""
    unit = min(mask.shape)
    width = max(1, round(rng.uniform(*kind.width) * unit))
    point = rng.uniform((0.0, 0.0), (mask.shape[1], mask.shape[0]))
    heading_rad = rng.uniform(0, 2 * np.pi)
    for corner in range(rng.integers(*kind.corners, endpoint=True)):
        turn_rad = rng.uniform(0, SHARPEST_TURN_RAD)
        heading_rad += turn_rad if corner % 2 else -turn_rad
        reach = rng.uniform(*kind.length) * unit
        end = point + reach * np.array([np.cos(heading_rad), np.sin(heading_rad)])
        cv2.line(mask, _rounded(point), _rounded(end), 255, width)
        point = end


def _box(mask: npt.NDArray[np.uint8], kind: MaskKind, rng: np.random.Generator) -> None:
    """Draws an upright box that lies wholly inside the picture."""
    height, width = (max(1, round(side)) for side in rng.uniform(*kind.box, size=2) * min(mask.shape))
    top = rng.integers(0, mask.shape[0] - height, endpoint=True)
    left = rng.integers(0, mask.shape[1] - width, endpoint=True)
    mask[top : top + height, left : left + width] = 255


def _rounded(point: npt.NDArray[np.float64]) -> tuple[int, int]:
    return round(point[0]), round(point[1])
