"""The guide: strokes of colour that tell a model what shall go where; they never become part of the picture."""

from __future__ import annotations

from weakref import ref

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QColorSpace, QPainter

from imagetool.core.compositing import composite
from imagetool.core.document import State
from imagetool.core.geometry import Point, Rect, Size
from imagetool.core.hints import Colour, Hint
from imagetool.ui.canvas.brush_tool import SIZE_MAX_PX, SIZE_MIN_PX
from imagetool.ui.canvas.hint_marks import picture_colour, shown_colour
from imagetool.ui.canvas.marks import draw_twice
from imagetool.ui.canvas.tile_images import colour_space
from imagetool.ui.canvas.tool import Pointer, Tool
from imagetool.ui.canvas.viewport import Viewport
from imagetool.ui.session import Session

DEFAULT_COLOUR = "#3d6fb4"
DEFAULT_SIZE_PX = 24.0
_SIZE_PER_PX = 1.0
_SPACING = 0.2  # of the radius: nearer points of a stroke are left out
_PICKED_PX = 1  # around the pixel that is pointed at: grain is no colour


class GuideTool(Tool):
    """Draws hints; while `erasing`, and with the opposite button, it takes away whole ones that it touches.

    `colour` is #rrggbb as the screen shows it. Alt picks it from the picture; Alt with the opposite button changes
    the size.
    """

    id = "guide"
    colour_picked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.colour = DEFAULT_COLOUR
        self.size_px = DEFAULT_SIZE_PX
        self.erasing = False
        self._drawn: Hint | None = None
        self._kept: tuple[Hint, ...] | None = None  # what is left of the strokes while they are erased
        self._last: tuple[ref[Session], Size, Point] | None = None  # where a stroke ended, for straight lines
        self._resizing: tuple[Pointer, float] | None = None
        self._picking = False

    def set_colour(self, colour: str) -> None:
        """Draws in another colour, #rrggbb, from now on."""
        if colour != self.colour:
            self.colour = colour
            self.changed.emit()

    def set_size(self, size_px: float) -> None:
        """Another diameter, within the limits of brushes."""
        self.size_px = min(max(size_px, SIZE_MIN_PX), SIZE_MAX_PX)
        self.changed.emit()

    def resize(self, steps: int) -> None:
        """Larger or smaller by tenths."""
        wanted = self.size_px * 1.15**steps
        if abs(wanted - self.size_px) < 1:
            wanted = self.size_px + (1 if steps > 0 else -1)
        self.set_size(round(wanted))

    def swap_mode(self) -> None:
        """Drawing becomes erasing and the other way round."""
        self.erasing = not self.erasing
        self.changed.emit()

    def pick(self, session: Session, at: Point) -> None:
        """Takes the colour that the picture has there; nothing where it has none."""
        found = picked_colour(session.state, at)
        if found:
            self.colour_picked.emit(shown_colour(found, _space(session)).name())

    def press(self, session: Session, pointer: Pointer) -> None:
        """Begins a stroke, or whatever the keys and the other button mean."""
        if pointer.alt and pointer.opposite:
            self._resizing = (pointer, self.size_px)
        elif pointer.alt:
            self._picking = True
            self.pick(session, pointer.at)
        elif self.erasing or pointer.opposite:
            self._kept = session.state.hints
            self._erase(session, pointer)
        else:
            self._begin(session, pointer)

    def move(self, session: Session, pointer: Pointer) -> None:
        """Goes on with it."""
        if self._resizing:
            start, size_px = self._resizing
            self.set_size(size_px + (pointer.on_view.x() - start.on_view.x()) * _SIZE_PER_PX)
        elif self._picking:
            self.pick(session, pointer.at)
        elif self._kept is not None:
            self._erase(session, pointer)
        elif self._drawn:
            self._extend(session, pointer.at)

    def release(self, session: Session, pointer: Pointer) -> None:
        """Ends it: one entry in the history where anything has changed."""
        drawn, kept = self._drawn, self._kept
        self._let_go()
        if drawn:
            self._last = ref(session), session.state.size, drawn.points[-1]
            session.apply("Guide stroke", session.state.with_hints((*session.state.hints, drawn)))
        elif kept is not None and kept != session.state.hints:
            session.apply("Erase guide stroke", session.state.with_hints(kept))

    def abandon(self, session: Session) -> None:
        """Drops it."""
        if self._resizing:
            self.set_size(self._resizing[1])
        self._let_go()
        session.show_live_hints(None, None)

    def cursor(self) -> Qt.CursorShape:
        """The ring is the cursor."""
        return Qt.CursorShape.BlankCursor

    def mark_radius_px(self, viewport: Viewport) -> float:
        """The ring's radius and its pen."""
        return self.size_px / 2 * viewport.scale + 8

    def draw(self, painter: QPainter, viewport: Viewport, at: Point | None) -> None:
        """A ring as wide as the stroke; in it the colour, or a cross while it erases."""
        anchor = self._resizing[0].at if self._resizing else at
        if anchor is None:
            return
        spot = viewport.to_view(*anchor)
        centre, radius = QPointF(spot.x, spot.y), max(2.5, self.size_px / 2 * viewport.scale)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

        def marks(pen: QPainter) -> None:
            pen.drawEllipse(centre, radius, radius)
            if self.erasing:
                pen.drawLine(centre - QPointF(4, 4), centre + QPointF(4, 4))
                pen.drawLine(centre - QPointF(4, -4), centre + QPointF(4, -4))

        draw_twice(painter, marks)
        if not self.erasing:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.colour))
            painter.drawEllipse(centre, min(4.0, radius), min(4.0, radius))
            painter.setBrush(Qt.BrushStyle.NoBrush)

    def _begin(self, session: Session, pointer: Pointer) -> None:
        points = [pointer.at]
        if pointer.shift and self._last is not None:
            of, size, end = self._last
            if of() is session and size == session.state.size:
                points.insert(0, end)
        self._drawn = Hint.new(picture_colour(QColor(self.colour), _space(session)), self.size_px / 2, points)
        self._show(session)

    def _extend(self, session: Session, at: Point) -> None:
        assert self._drawn  # noqa: S101 - a stroke is being drawn
        last = self._drawn.points[-1]
        if abs(at.x - last.x) + abs(at.y - last.y) >= max(0.5, _SPACING * self._drawn.radius_px):
            self._drawn = self._drawn.extended(at)
            self._show(session)

    def _erase(self, session: Session, pointer: Pointer) -> None:
        assert self._kept is not None  # noqa: S101 - strokes are being erased
        reach_px = self.size_px / 2
        kept = tuple(hint for hint in self._kept if not hint.touches(pointer.at, reach_px))
        if kept != self._kept:
            self._kept = kept
            session.show_live_hints(kept, None)

    def _show(self, session: Session) -> None:
        assert self._drawn  # noqa: S101 - a stroke is being drawn
        session.show_live_hints((*session.state.hints, self._drawn), self._drawn.rect)

    def _let_go(self) -> None:
        self._drawn = self._kept = self._resizing = None
        self._picking = False


def picked_colour(state: State, at: Point) -> Colour | None:
    """The mean colour of the few pixels around a place, in eight bits; None outside, or where all is clear."""
    here = Rect(int(at.x // 1), int(at.y // 1), int(at.x // 1) + 1, int(at.y // 1) + 1)
    if not here.overlaps(state.bounds):
        return None
    pixels = composite(state, here.grown(_PICKED_PX).restrict(state.bounds)).reshape(-1, 4)
    seen = pixels[pixels[:, 3] > 0, :3].astype(np.float64)
    if not len(seen):
        return None
    red, green, blue = np.rint(seen.mean(axis=0) * 255 / np.iinfo(pixels.dtype).max).astype(int).tolist()
    return red, green, blue


def _space(session: Session) -> QColorSpace | None:
    return colour_space(session.document.picture.metadata.icc)
