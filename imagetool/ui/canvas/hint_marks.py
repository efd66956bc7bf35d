"""Hints on the canvas: each in its colour with a light and a dark rim, so that it shows on any picture."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QColorSpace, QPainter, QPen

from imagetool.core.geometry import Rect
from imagetool.core.hints import Colour, Hint
from imagetool.ui.canvas.viewport import Viewport

RIM_PX = 4.0
"""How far the rims reach beyond the hint itself, in device pixels."""

_DARK, _LIGHT = QColor(0, 0, 0, 190), QColor(255, 255, 255, 235)
_LEAST_WIDTH_PX = 2.0


def draw_hints(
    painter: QPainter, viewport: Viewport, exposed: Rect, hints: Iterable[Hint], colours: QColorSpace | None
) -> None:
    """Draws them over the picture in `exposed`, a rectangle of the view; `colours` as for `shown_colour`."""
    painter.save()
    painter.setClipRect(exposed.left, exposed.top, exposed.width, exposed.height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    seen = viewport.image_rect(exposed.left, exposed.top, exposed.right, exposed.bottom)
    margin = int(RIM_PX / viewport.scale) + 1
    for hint in hints:
        if hint.rect.grown(margin).overlaps(seen):
            _draw_hint(painter, viewport, hint, shown_colour(hint.colour, colours))
    painter.restore()


def _draw_hint(painter: QPainter, viewport: Viewport, hint: Hint, colour: QColor) -> None:
    spots = [viewport.to_view(point.x, point.y) for point in hint.points]
    places = [QPointF(spot.x, spot.y) for spot in spots]
    width = max(_LEAST_WIDTH_PX, 2 * hint.radius_px * viewport.scale)
    for shade, wider in ((_DARK, RIM_PX), (_LIGHT, RIM_PX / 2), (colour, 0.0)):
        painter.setPen(QPen(shade, width + wider, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
        if len(places) == 1:
            painter.drawPoint(places[0])
        else:
            painter.drawPolyline(places)


def shown_colour(colour: Colour, colours: QColorSpace | None) -> QColor:
    """A colour of the picture's pixels as the screen shows it; `colours` is their space, None for sRGB."""
    return _mapped(QColor(*colour), colours, _SRGB)


def picture_colour(shown: QColor, colours: QColorSpace | None) -> Colour:
    """What lies in the picture's pixels where the screen is to show that colour, as near as they come to it."""
    if colours is None:
        return shown.red(), shown.green(), shown.blue()
    mapped = _mapped(shown, _SRGB, colours)
    return mapped.red(), mapped.green(), mapped.blue()


_SRGB = QColorSpace(QColorSpace.NamedColorSpace.SRgb)


def _mapped(colour: QColor, start: QColorSpace | None, end: QColorSpace) -> QColor:
    return colour if start is None else start.transformationToColorSpace(end).map(colour)
