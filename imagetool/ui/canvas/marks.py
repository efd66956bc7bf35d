"""Lines that show on any picture."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QColor, QPainter, QPen

_DARK = QPen(QColor(0, 0, 0, 170), 3)
_LIGHT = QPen(QColor(255, 255, 255, 235), 1)


def draw_twice(painter: QPainter, draw: Callable[[QPainter], None]) -> None:
    """Draws with a dark pen and over it with a light one, both in device pixels."""
    for pen in (_DARK, _LIGHT):
        painter.setPen(pen)
        draw(painter)
