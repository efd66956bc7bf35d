"""One cell of the contact sheet: a picture, who made it, how long that took, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from imagetool.core.geometry import Size
from imagetool.ui import tokens
from imagetool.ui.shootout.linked_view import LinkedView

CAPTION_PX = 28
_FRAME_PX = 2
_SMOOTH_BELOW_SCALE = 2.0
_NOTCH = 120.0
_PROGRESS_PX = 3


class CellStage(Enum):
    """How its job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True, eq=False, slots=True)
class CellFacts:
    """What a cell shows.

    Attributes:
        name: What it is called.
        stage: How its job stands.
        done: How much of it is done, 0 to 1.
        image: What was made, or the original.
        cost: Seconds and memory, as text; empty before.
        sentence: Why there is no picture.
    """

    name: str
    stage: CellStage = CellStage.WAITING
    done: float = 0.0
    image: QImage | None = None
    cost: str = ""
    sentence: str = ""

    @property
    def told(self) -> str:
        """What is said in the place of the picture; empty where there is one."""
        match self.stage:
            case CellStage.WAITING:
                return "Waiting"
            case CellStage.RUNNING:
                return f"{self.done * 100:.0f} %" if self.done else "Running"
            case CellStage.FAILED:
                return self.sentence
            case CellStage.STOPPED:
                return "Stopped"
        return ""


class Cell(QWidget):
    """Draws itself; wheel and drag move the view of all cells, a click chooses it, a double click applies it."""

    chosen = Signal()
    applied = Signal()

    def __init__(self, facts: CellFacts, view: LinkedView) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self._view = view
        self._dragged: QPointF | None = None
        self._is_chosen = False
        self._instead: QImage | None = None
        self.facts = facts
        view.changed.connect(self.update)
        self.show_facts(facts)

    def show_facts(self, facts: CellFacts) -> None:
        """How it stands now."""
        self.facts = facts
        spoken = ", ".join(text for text in (facts.name, facts.told, facts.cost) if text)
        self.setAccessibleName(spoken)
        self.setToolTip(facts.sentence if facts.stage is CellStage.FAILED else "")
        self.update()

    def show_chosen(self, is_chosen: bool) -> None:
        """Draws the frame around it, or not."""
        self._is_chosen = is_chosen
        self.update()

    def show_instead(self, image: QImage | None) -> None:
        """Another picture, such as the original while a key is held; None for its own."""
        self._instead = image
        self.update()

    @property
    def room(self) -> Size:
        """How large its picture can be, in device pixels."""
        ratio = self.devicePixelRatioF()
        place = self._place()
        return Size(max(1, round(place.width() * ratio)), max(1, round(place.height() * ratio)))

    def _place(self) -> QRect:
        return self.rect().adjusted(_FRAME_PX, _FRAME_PX, -_FRAME_PX, -_FRAME_PX - CAPTION_PX)

    def _spot(self, position: QPointF) -> QPointF:
        return (position - QPointF(self._place().topLeft())) * self.devicePixelRatioF()

    def _draw_picture(self, painter: QPainter, place: QRect, image: QImage) -> None:
        ratio = self.devicePixelRatioF()
        viewport = self._view.viewport.stretched(Size(image.width(), image.height()))
        painter.save()
        painter.setClipRect(place)
        painter.translate(place.topLeft())
        painter.scale(1 / ratio, 1 / ratio)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, viewport.scale < _SMOOTH_BELOW_SCALE)
        width, height = image.width() * viewport.scale, image.height() * viewport.scale
        painter.drawImage(QRectF(viewport.left, viewport.top, width, height), image)
        painter.restore()

    def _draw_told(self, painter: QPainter, place: QRect) -> None:
        roles, facts = QPalette.ColorRole, self.facts
        inner = place.adjusted(*(tokens.AROUND_PX * sign for sign in (1, 1, -1, -1)))
        painter.setPen(self.palette().color(roles.WindowText))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(inner, flags, facts.told)
        if facts.stage is CellStage.RUNNING:
            bar = QRect(place.left(), place.bottom() - _PROGRESS_PX + 1, place.width(), _PROGRESS_PX)
            painter.fillRect(bar, self.palette().color(roles.Mid))
            bar.setWidth(round(place.width() * facts.done))
            painter.fillRect(bar, self.palette().color(roles.Accent))

    def _draw_caption(self, painter: QPainter) -> None:
        caption = QRect(0, self.height() - CAPTION_PX, self.width(), CAPTION_PX)
        caption.adjust(_FRAME_PX + tokens.INSIDE_PX, 0, -_FRAME_PX - tokens.INSIDE_PX, -_FRAME_PX)
        metrics = painter.fontMetrics()
        middle = Qt.AlignmentFlag.AlignVCenter
        cost_px = metrics.horizontalAdvance(self.facts.cost)
        name_px = caption.width() - (cost_px + tokens.BETWEEN_PX if cost_px else 0)
        name = metrics.elidedText(self.facts.name, Qt.TextElideMode.ElideRight, name_px)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        painter.drawText(caption, middle | Qt.AlignmentFlag.AlignLeft, name)
        painter.setPen(self.palette().color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.WindowText))
        painter.drawText(caption, middle | Qt.AlignmentFlag.AlignRight, self.facts.cost)

    # Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture or what is said instead, the caption, and the frame of the chosen one."""
        painter = QPainter(self)
        place = self._place()
        painter.fillRect(place, self.palette().shadow())
        image = self._instead or self.facts.image
        if image is not None:
            self._draw_picture(painter, place, image)
        else:
            self._draw_told(painter, place)
        self._draw_caption(painter)
        if self._is_chosen:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(self.palette().color(QPalette.ColorRole.Accent)), _FRAME_PX))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
            painter.drawRoundedRect(frame, tokens.CORNER_PX, tokens.CORNER_PX)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Chooses it, and begins to move the view."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit()
        self._dragged = event.position()
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Moves the view of all."""
        if self._dragged is not None:
            way = (event.position() - self._dragged) * self.devicePixelRatioF()
            self._dragged = event.position()
            self._view.pan(way.x(), way.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ends the move."""
        self._dragged = None
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Applies it."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.applied.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zooms in all cells at the pointer."""
        spot = self._spot(event.position())
        self._view.zoom_at(spot.x(), spot.y(), event.angleDelta().y() / _NOTCH)
        event.accept()
