"""The pattern behind what can be seen through."""

from __future__ import annotations

from PySide6.QtGui import QBrush, QColor, QImage, QPainter

_SQUARE_PX = 8
_DARK, _LIGHT = QColor(204, 204, 204), QColor(255, 255, 255)


def checkerboard() -> QBrush:
    """Light squares on gray ones, 8 pixels wide; the same in dark and light, as it belongs to the picture."""
    tile = QImage(2 * _SQUARE_PX, 2 * _SQUARE_PX, QImage.Format.Format_RGB32)
    tile.fill(_DARK)
    painter = QPainter(tile)
    for x, y in ((0, 0), (_SQUARE_PX, _SQUARE_PX)):
        painter.fillRect(x, y, _SQUARE_PX, _SQUARE_PX, _LIGHT)
    painter.end()
    return QBrush(tile)
