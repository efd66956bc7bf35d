"""How large small pictures are shown: by whole factors, so that each of their pixels is a sharp square."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF
from PySide6.QtGui import QImage, QPainter

from imagetool.core.geometry import Size
from imagetool.ui.widgets.checkerboard import checkerboard

_LEAST_SIDE_PX = 64
_MOST_SIDE_PX = 288


def whole_factor(scale: float) -> float:
    """The largest whole factor up to `scale`; below 1, where pictures are made smaller, any factor will do."""
    return float(math.floor(scale)) if scale >= 1 else scale


def scale_to_fit(picture: Size, room: QSize, most: float = math.inf) -> float:
    """How much a picture can be magnified in that room, at most `most`."""
    return whole_factor(min(room.width() / picture.width, room.height() / picture.height, most))


def scale_in_grid(picture: Size, count: int, room: QSize, frame_px: int) -> float:
    """How much `count` pictures can be magnified so that all are in sight, each with a frame around it.

    They are never shown so small that nothing can be made out; then the grid scrolls.
    """
    side = max(picture.width, picture.height)
    most = whole_factor(_MOST_SIDE_PX / side)
    scale = whole_factor(_LEAST_SIDE_PX / side)
    for columns in range(1, count + 1):
        rows = -(-count // columns)
        cell = QSize(room.width() // columns - frame_px, room.height() // rows - frame_px)
        if cell.width() > 0 and cell.height() > 0:
            scale = max(scale, scale_to_fit(picture, cell, most))
    return scale


def columns_in_grid(count: int, cell: QSize, room: QSize) -> int:
    """Into how many columns cells of that size go, so that the last row has no gaps if it can be helped."""
    most = max(1, min(count, room.width() // cell.width()))
    least = next(
        (columns for columns in range(1, most) if -(-count // columns) * cell.height() <= room.height()), most
    )
    return min(range(least, most + 1), key=lambda columns: (-count % columns, -columns))


def shown_size(picture: Size, scale: float) -> QSize:
    """How large it then is on the screen."""
    return QSize(max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))


def draw(painter: QPainter, image: QImage, target: QRectF) -> None:
    """Draws a picture into `target`; what can be seen through stands on a checkerboard."""
    if image.hasAlphaChannel():
        painter.setBrushOrigin(target.topLeft())
        painter.fillRect(target, checkerboard())
    smaller = target.width() < image.width() or target.height() < image.height()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smaller)
    painter.drawImage(target, image)


def in_the_middle(size: QSize, room: QRectF) -> QRectF:
    """A rectangle of that size in the middle of another one, on whole pixels."""
    left = room.left() + (room.width() - size.width()) // 2
    top = room.top() + (room.height() - size.height()) // 2
    return QRectF(QPointF(left, top), QSizeF(size))
