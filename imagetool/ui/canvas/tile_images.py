"""A document's pixels as images for the screen: eight bits, the screen's colours, at halved sizes."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColorSpace, QImage, QPainter

from imagetool.core.compositing import composite
from imagetool.core.document import State
from imagetool.core.geometry import Rect, Size
from imagetool.core.picture import Pixels

DISPLAY_TILE_PX = 512


def level_rect(state: State, level: int, row: int, column: int) -> Rect:
    """The image pixels behind a tile of 512 × 512 pixels that shows them at 1 / 2**level."""
    side = DISPLAY_TILE_PX << level
    rect = Rect(column * side, row * side, (column + 1) * side, (row + 1) * side)
    return rect.restrict(state.bounds)


def rendered(state: State, rect: Rect, colours: QColorSpace | None) -> QImage:
    """The composite of `rect` as RGB32, or as premultiplied ARGB32 where it is partly transparent.

    `colours` is the space of the pixels where it differs from the screen's sRGB. Runs on any thread.
    """
    return as_image(composite(state, rect), colours)


def as_image(pixels: Pixels, colours: QColorSpace | None) -> QImage:
    """Pixels (h, w, 4) as `rendered` gives them. Runs on any thread."""
    pixels = _eight_bit(pixels)
    height, width = pixels.shape[:2]
    opaque = bool((pixels[..., 3] == 255).all())
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
    if colours is not None:
        image.setColorSpace(colours)
        image = image.convertedToColorSpace(QColorSpace(QColorSpace.NamedColorSpace.SRgb))
    wanted = QImage.Format.Format_RGB32 if opaque else QImage.Format.Format_ARGB32_Premultiplied
    return image.convertToFormat(wanted)  # a deep copy: the array may go


def halved(image: QImage) -> QImage:
    """Half the size, odd sides rounded up, each pixel the mean of those it stands for."""
    width, height = (image.width() + 1) // 2, (image.height() + 1) // 2
    return image.scaled(
        width, height, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    )


def joined(children: list[tuple[int, int, QImage]], width: int, height: int) -> QImage:
    """Images put together at their places (x, y) in one of the given size."""
    opaque = all(image.format() == QImage.Format.Format_RGB32 for _, _, image in children)
    whole = QImage(
        width, height, QImage.Format.Format_RGB32 if opaque else QImage.Format.Format_ARGB32_Premultiplied
    )
    painter = QPainter(whole)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
    for x, y, image in children:
        painter.drawImage(x, y, image)
    painter.end()
    return whole


def matched(image: QImage, old: tuple[Size, Rect], new: tuple[Size, Rect]) -> QImage:
    """An image of a whole picture, moved to stand for another one; both have a size and a part that they share."""
    (old_size, here), (size, there) = old, new
    if here == Rect.of_size(old_size) and there == Rect.of_size(size):
        return image
    stretch = there.width / here.width  # from pixels of the old picture to those of the new
    shown = image.width() / old_size.width / stretch  # from those to pixels of the image
    whole = QImage(
        max(1, round(size.width * shown)),
        max(1, round(size.height * shown)),
        QImage.Format.Format_ARGB32_Premultiplied,
    )
    whole.fill(Qt.GlobalColor.transparent)
    left, top = there.left - here.left * stretch, there.top - here.top * stretch
    painter = QPainter(whole)
    painter.drawImage(QPointF(left * shown, top * shown), image)
    painter.end()
    return whole


def colour_space(profile: bytes | None) -> QColorSpace | None:
    """The space that an ICC profile describes; None where it is sRGB, absent, or not understood."""
    if profile is None:
        return None
    space = QColorSpace.fromIccProfile(profile)
    srgb = QColorSpace(QColorSpace.NamedColorSpace.SRgb)
    if not space.isValid() or space == srgb or space.colorModel() != QColorSpace.ColorModel.Rgb:
        return None
    return space


def _eight_bit(pixels: Pixels) -> Pixels:
    if pixels.dtype == np.uint8:
        return np.ascontiguousarray(pixels)
    eight: Pixels = ((pixels.astype(np.uint32) * 255 + 32895) >> 16).astype(np.uint8)
    return eight
