"""The tools that mask an area by its outline: lasso and rectangle."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPolygonF

from imagetool.core.geometry import Point
from imagetool.core.masks import empty
from imagetool.core.shapes import Combine, rectangle, with_polygon
from imagetool.ui.canvas.marks import draw_twice
from imagetool.ui.canvas.tool import Pointer, Tool
from imagetool.ui.canvas.viewport import Viewport
from imagetool.ui.mask_changes import MaskChanges
from imagetool.ui.session import Session


class OutlineTool(Tool):
    """Collects an outline while the button is held; `combine` is what it then does to the mask."""

    name = ""

    def __init__(self, masks: MaskChanges) -> None:
        super().__init__()
        self._masks = masks
        self.combine = Combine.REPLACE
        self._start = Point(0, 0)
        self._corners: list[Point] = []
        self._how = Combine.REPLACE

    def set_combine(self, combine: Combine) -> None:
        """Chooses new, add, subtract or intersect."""
        self.combine = combine
        self.changed.emit()

    def press(self, session: Session, pointer: Pointer) -> None:
        """Begins the outline; Shift adds, the opposite button takes away."""
        self._how = Combine.ADD if pointer.shift else self.combine
        if pointer.opposite:
            self._how = Combine.SUBTRACT
        self._start = pointer.at
        self._corners = [pointer.at]

    def move(self, session: Session, pointer: Pointer) -> None:
        """Goes on with the outline."""
        if self._corners:
            self._corners = self._continued(pointer.at)
            self.changed.emit()

    def release(self, session: Session, pointer: Pointer) -> None:
        """Closes the outline; a mere click clears a mask that it would replace."""
        corners, self._corners = self._corners, []
        self.changed.emit()
        if len(corners) >= 3:
            how = self._how
            self._masks.change(session, self.name, lambda mask: with_polygon(mask, corners, how))
        elif corners and self._how is Combine.REPLACE:
            session.set_mask("Clear mask", empty(session.state.mask))

    def abandon(self, session: Session) -> None:
        """Drops the outline."""
        self._corners = []
        self.changed.emit()

    def cursor(self) -> Qt.CursorShape:
        """A cross."""
        return Qt.CursorShape.CrossCursor

    def draw(self, painter: QPainter, viewport: Viewport, at: Point | None) -> None:
        """The outline so far."""
        if len(self._corners) < 2:
            return
        spots = [viewport.to_view(corner.x, corner.y) for corner in self._corners]
        outline = QPolygonF([QPointF(spot.x, spot.y) for spot in spots])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_twice(painter, lambda pen: pen.drawPolygon(outline))

    def _continued(self, at: Point) -> list[Point]:
        raise NotImplementedError


class LassoTool(OutlineTool):
    """Any outline, drawn by hand."""

    id = "lasso"
    name = "Lasso"

    def _continued(self, at: Point) -> list[Point]:
        return [*self._corners, at]


class RectangleTool(OutlineTool):
    """A rectangle of whole pixels."""

    id = "rectangle"
    name = "Rectangle"

    def _continued(self, at: Point) -> list[Point]:
        return rectangle(self._start, at)


class HandTool(Tool):
    """Moves the view; the canvas does it, because it does so with the middle button, too."""

    id = "hand"

    def cursor(self) -> Qt.CursorShape:
        """An open hand."""
        return Qt.CursorShape.OpenHandCursor
