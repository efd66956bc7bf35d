"""A mask of where a picture is least likely, from the gray layer that a score has made of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from imagetool.core.errors import ImagetoolError
from imagetool.core.picture import Pixels

DEFAULT_SHARE = 0.05

_SMOOTH_PX, _SIDES = 1.0, 256  # the softening, at least, and how often it goes into the picture's shorter side


class NothingStandsOut(ImagetoolError):
    """A map that is the same everywhere."""

    def __init__(self) -> None:
        super().__init__("Nothing stands out: the map is the same everywhere. Score another picture.")


def brightest(gray: Pixels, share: float) -> NDArray[np.uint8]:
    """Where a gray layer is brightest, softened a little so that no single pixels are picked.

    Args:
        gray: (H, W, 4) uint8 or uint16, opaque, R, G and B alike, as `maps.as_gray` makes it; brighter is less
            likely.
        share: How much of the picture is wanted, above 0 and below 1. Where many pixels are equal there may be
            more, or less.

    Returns:
        (H, W, 1), 255 where it is brightest, else 0; somewhere it is 255.

    Raises:
        NothingStandsOut: where all pixels are alike.
    """
    import cv2

    height, width = gray.shape[:2]
    sigma_px = max(_SMOOTH_PX, min(height, width) / _SIDES)
    soft = cv2.GaussianBlur(gray[..., 0].astype(np.float32), (0, 0), sigma_px, borderType=cv2.BORDER_REFLECT)
    soft = np.rint(np.asarray(soft, np.float32) * 64) / 64  # what differs by rounding alone is alike
    rank = min(int((1 - share) * soft.size), soft.size - 1)
    border = np.partition(soft, rank, axis=None)[rank]
    least = soft.min()
    chosen = soft > least if border == least else soft >= border
    if not chosen.any():
        raise NothingStandsOut
    return np.where(chosen, np.uint8(255), np.uint8(0))[..., None]
