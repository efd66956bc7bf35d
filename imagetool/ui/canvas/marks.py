"""Lines that show on any picture."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from imagetool.core.geometry import Rect
from imagetool.ui.canvas.viewport import Viewport

LABEL_MARGIN_PX = 12.0
"""How far from the edges of the view words stand."""

_DARK = QPen(QColor(0, 0, 0, 170), 3)
_LIGHT = QPen(QColor(255, 255, 255, 235), 1)


def draw_twice(painter: QPainter, draw: Callable[[QPainter], None]) -> None:
    """Draws with a dark pen and over it with a light one, both in device pixels."""
    for pen in (_DARK, _LIGHT):
        painter.setPen(pen)
        draw(painter)


def draw_label(painter: QPainter, text: str, x: float, *, left: bool) -> None:
    """Words in a dark box at the top of the view; `x` is where it begins, or ends where it is not `left`."""
    ratio = painter.device().devicePixelRatioF()
    font = QFont(painter.font())
    font.setPixelSize(round(12 * ratio))
    painter.setFont(font)
    width, height = painter.fontMetrics().horizontalAdvance(text) + 16 * ratio, 22 * ratio
    box = QRectF(x if left else x - width, LABEL_MARGIN_PX, width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 170))
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(QColor(255, 255, 255))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def draw_frame(painter: QPainter, viewport: Viewport, rect: Rect) -> None:
    """A frame around a part of the picture, half a pixel outside it so that the lines are sharp."""
    first, last = viewport.to_view(rect.left, rect.top), viewport.to_view(rect.right, rect.bottom)
    left, top, right, bottom = (round(side) for side in (*first, *last))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    frame = QRectF(left - 0.5, top - 0.5, right - left + 1, bottom - top + 1)
    draw_twice(painter, lambda painter: painter.drawRect(frame))
