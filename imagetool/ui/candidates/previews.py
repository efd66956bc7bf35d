"""Cuts the preview of several pictures that are being made into one image for each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from imagetool.core.geometry import Size
from imagetool.core.grids import columns_for


def preview_images(pixels: NDArray[np.uint8], picture: Size, count: int) -> list[QImage]:
    """The first of `count` pictures as far as they are made: one where the preview shows one, else a grid's.

    Args:
        pixels: (h, w, 3), one picture or a grid of several; coarser than they will be where that is large.
        picture: The size of each.
        count: How many there will be, at least 1.
    """
    height, width = pixels.shape[:2]
    if width % picture.width == 0 and height % picture.height == 0:
        columns, rows = width // picture.width, height // picture.height
    else:
        columns = columns_for(count)
        rows = -(-count // columns)
    images = []
    for place in range(min(count, columns * rows)):
        row, column = divmod(place, columns)
        top, bottom = row * height // rows, (row + 1) * height // rows
        left, right = column * width // columns, (column + 1) * width // columns
        images.append(_image(pixels[top:bottom, left:right]))
    return images


def _image(pixels: NDArray[np.uint8]) -> QImage:
    height, width = pixels.shape[:2]
    colours = np.ascontiguousarray(pixels)
    return QImage(colours.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
