"""What the canvas hands to the tool that is in the hand."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QPainter

from imagetool.core.geometry import Point
from imagetool.ui.canvas.viewport import Viewport
from imagetool.ui.session import Session


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where the pen is and how it is held.

    `at` is in image pixels, `on_view` in device pixels of the view; `opposite` is the right button or the
    pen's eraser end.
    """

    at: Point
    on_view: QPointF
    pressure: float = 1.0
    opposite: bool = False
    shift: bool = False
    alt: bool = False


class Tool(QObject):
    """A tool; `changed` says that its cursor or its settings look different now."""

    changed = Signal()
    id = ""

    def press(self, session: Session, pointer: Pointer) -> None:
        """The button goes down."""

    def move(self, session: Session, pointer: Pointer) -> None:
        """The pen moves with the button held."""

    def release(self, session: Session, pointer: Pointer) -> None:
        """The button goes up."""

    def abandon(self, session: Session) -> None:
        """Drops what is being drawn."""

    def cursor(self) -> Qt.CursorShape:
        """The pointer's shape over the picture."""
        return Qt.CursorShape.ArrowCursor

    def draw(self, painter: QPainter, viewport: Viewport, at: Point | None) -> None:
        """Draws the tool's own marks, in device pixels; `at` is where the pointer is, in image pixels."""

    def mark_radius_px(self, viewport: Viewport) -> float:
        """How far the marks reach from the pointer, in device pixels."""
        return 0.0
