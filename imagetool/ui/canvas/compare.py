"""Before and after: the whole old picture while a key is held, or both beside a line that can be dragged."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter

from imagetool.ui.canvas.marks import LABEL_MARGIN_PX, draw_label, draw_twice
from imagetool.ui.canvas.viewport import Viewport

_GRIP_PX = 12.0


class Compare(QObject):
    """What is being compared: nothing, everything (`holding`), or what lies left of the split."""

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.holding = False
        self.split: float | None = None  # 0 to 1 of the view's width
        self._dragging = False

    @property
    def active(self) -> bool:
        """Whether anything old is shown."""
        return self.holding or self.split is not None

    def hold(self, held: bool) -> None:
        """Shows the picture as it was opened while `held`."""
        self.holding = held
        self.changed.emit()

    def toggle_split(self) -> None:
        """Puts the line in the middle, or takes it away."""
        self.split = 0.5 if self.split is None else None
        self.changed.emit()

    def line_x(self, viewport: Viewport) -> float:
        """Where the line is, in device pixels of the view; everything before it is old."""
        if self.holding:
            return float(viewport.view.width)
        return 0.0 if self.split is None else round(self.split * viewport.view.width)

    def grab(self, at: QPointF, viewport: Viewport, ratio: float = 1.0) -> bool:
        """Takes the line where it is near, on a screen of that pixel ratio; whether it was."""
        near = abs(at.x() - self.line_x(viewport)) <= _GRIP_PX * ratio
        self._dragging = near and self.split is not None and not self.holding
        return self._dragging

    def drag(self, at: QPointF, viewport: Viewport) -> bool:
        """Moves the line where it was taken; whether it was."""
        if self._dragging:
            self.split = min(max(at.x() / viewport.view.width, 0.0), 1.0)
            self.changed.emit()
        return self._dragging

    def let_go(self) -> None:
        """Leaves the line where it is."""
        self._dragging = False

    def draw(self, painter: QPainter, viewport: Viewport) -> None:
        """The line with its grip, and the words on both sides."""
        if not self.active:
            return
        x = self.line_x(viewport)
        if not self.holding:
            middle = viewport.view.height / 2
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw_twice(
                painter, lambda pen: pen.drawLine(QPointF(x + 0.5, 0), QPointF(x + 0.5, viewport.view.height))
            )
            painter.setBrush(QColor(255, 255, 255, 235))
            draw_twice(painter, lambda pen: pen.drawRoundedRect(QRectF(x - 3, middle - 16, 7, 32), 3, 3))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            draw_label(painter, "After", x + LABEL_MARGIN_PX, left=True)
        draw_label(
            painter, "Before", x - LABEL_MARGIN_PX if not self.holding else LABEL_MARGIN_PX, left=self.holding
        )
