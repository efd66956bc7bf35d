"""The mask brush and the mask eraser."""

from __future__ import annotations

from weakref import ref

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter

from imagetool.core.brush import Brush, Dab, Stroke, StrokeMode
from imagetool.core.geometry import Point, Rect, Size
from imagetool.ui.canvas.marks import draw_twice
from imagetool.ui.canvas.tool import Pointer, Tool
from imagetool.ui.canvas.viewport import Viewport
from imagetool.ui.session import Session

SIZE_MIN_PX, SIZE_MAX_PX = 1.0, 2000.0
_SIZE_PER_PX, _HARDNESS_PER_PX = 1.0, 0.005


class BrushTool(Tool):
    """Paints the mask; the opposite button does the opposite, Alt with it changes size and hardness."""

    def __init__(self, tool_id: str, mode: StrokeMode, brush: Brush | None = None) -> None:
        super().__init__()
        self.id = tool_id
        self.mode = mode
        self.brush = brush or Brush()
        self._stroke: Stroke | None = None
        self._last: tuple[ref[Session], Size, Dab] | None = None  # where the last stroke ended, for straight lines
        self._resizing: tuple[Pointer, Brush] | None = None

    def set_brush(self, size_px: float, hardness: float) -> None:
        """Changes the brush, within its limits."""
        size_px = min(max(size_px, SIZE_MIN_PX), SIZE_MAX_PX)
        self.brush = Brush(size_px, min(max(hardness, 0.0), 1.0))
        self.changed.emit()

    def resize(self, steps: int) -> None:
        """Makes the brush larger or smaller by tenths of its size."""
        factor = 1.15**steps
        moved = self.brush.size_px * factor
        if abs(moved - self.brush.size_px) < 1:
            moved = self.brush.size_px + (1 if steps > 0 else -1)
        self.set_brush(round(moved), self.brush.hardness)

    def harden(self, steps: int) -> None:
        """Makes the brush harder or softer by tenths."""
        self.set_brush(self.brush.size_px, self.brush.hardness + 0.1 * steps)

    def swap_mode(self) -> None:
        """Adding becomes removing and the other way round."""
        self.mode = _opposite(self.mode)
        self.changed.emit()

    def press(self, session: Session, pointer: Pointer) -> None:
        """Begins a stroke, or the change of size."""
        if pointer.alt and pointer.opposite:
            self._resizing = (pointer, self.brush)
            return
        mode = _opposite(self.mode) if pointer.opposite else self.mode
        self._stroke = Stroke(session.state.mask, self.brush, mode)
        dab = Dab(pointer.at, pointer.pressure)
        dirty = Rect(0, 0, 0, 0)
        if pointer.shift and self._last is not None:
            of, size, last = self._last
            if of() is session and size == session.state.size:
                dirty = self._stroke.extend(last)
        self._extend(session, dab, dirty)

    def move(self, session: Session, pointer: Pointer) -> None:
        """Draws on."""
        if self._resizing:
            start, brush = self._resizing
            dx = pointer.on_view.x() - start.on_view.x()
            dy = pointer.on_view.y() - start.on_view.y()
            self.set_brush(brush.size_px + dx * _SIZE_PER_PX, brush.hardness - dy * _HARDNESS_PER_PX)
        elif self._stroke:
            self._extend(session, Dab(pointer.at, pointer.pressure), Rect(0, 0, 0, 0))

    def release(self, session: Session, pointer: Pointer) -> None:
        """Ends the stroke: one entry in the history."""
        stroke, self._stroke, self._resizing = self._stroke, None, None
        if stroke:
            name = "Mask brush" if stroke.mode is StrokeMode.ADD else "Mask eraser"
            session.set_mask(name, stroke.mask)

    def abandon(self, session: Session) -> None:
        """Drops the stroke, or the change of size."""
        if self._resizing:
            brush, self._resizing = self._resizing[1], None
            self.set_brush(brush.size_px, brush.hardness)
        if self._stroke:
            self._stroke = None
            session.show_live_mask(None, None)

    def cursor(self) -> Qt.CursorShape:
        """The ring is the cursor."""
        return Qt.CursorShape.BlankCursor

    def mark_radius_px(self, viewport: Viewport) -> float:
        """The ring's radius and its pen."""
        return self.brush.size_px / 2 * viewport.scale + 8

    def draw(self, painter: QPainter, viewport: Viewport, at: Point | None) -> None:
        """The ring, its hard core, and a cross in its middle where the ring is large or tiny."""
        anchor = self._resizing[0].at if self._resizing else at
        if anchor is None:
            return
        spot = viewport.to_view(*anchor)
        centre = QPointF(spot.x, spot.y)
        radius = self.brush.size_px / 2 * viewport.scale
        core = radius * self.brush.hardness
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

        def marks(pen: QPainter) -> None:
            pen.drawEllipse(centre, max(radius, 1.5), max(radius, 1.5))
            if self._resizing and core > 2:
                pen.drawEllipse(centre, core, core)
            if radius < 4 or radius > 120:
                pen.drawLine(centre - QPointF(5, 0), centre + QPointF(5, 0))
                pen.drawLine(centre - QPointF(0, 5), centre + QPointF(0, 5))

        draw_twice(painter, marks)

    def _extend(self, session: Session, dab: Dab, dirty: Rect) -> None:
        if self._stroke:
            dirty = dirty.union(self._stroke.extend(dab))
            self._last = ref(session), session.state.size, dab  # a closed document may go
            session.show_live_mask(self._stroke.mask, dirty)


def _opposite(mode: StrokeMode) -> StrokeMode:
    return StrokeMode.SUBTRACT if mode is StrokeMode.ADD else StrokeMode.ADD
