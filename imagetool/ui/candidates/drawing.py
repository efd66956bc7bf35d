"""Draws one candidate of a grid: the picture magnified, whether it is chosen, whether the keyboard is on it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from imagetool.core.geometry import Size
from imagetool.ui import tokens
from imagetool.ui.candidates.cells import CELL, CandidateCell
from imagetool.ui.candidates.magnifying import draw, in_the_middle, scale_to_fit, shown_size

FRAME_PX = 2 * tokens.BETWEEN_PX
"""What a cell has around its picture, both sides together."""

_RING_PX = 2
_BADGE_PX = 18
_FAINT = 22
_TICK = ((0.26, 0.52), (0.44, 0.70), (0.76, 0.34))


class CellPainter(QStyledItemDelegate):
    """All cells are equally large: `area` is the room for the picture in each, in which it is magnified."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.area = QSize(1, 1)

    @property
    def cell_size(self) -> QSize:
        """A cell with its frame."""
        return self.area + QSize(FRAME_PX, FRAME_PX)

    def _draw_marks(self, painter: QPainter, option: QStyleOptionViewItem, place: QRectF) -> None:
        colour = option.palette.color
        state = option.state
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        half = _RING_PX / 2
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(colour(QPalette.ColorRole.Accent), _RING_PX))
            painter.drawRect(place.adjusted(-half, -half, half, half))
        if state & QStyle.StateFlag.State_HasFocus:
            ring = place.adjusted(*(sign * (_RING_PX + 2.5) for sign in (-1, -1, 1, 1)))
            painter.setPen(QPen(colour(QPalette.ColorRole.WindowText), 1.0))
            painter.drawRoundedRect(ring, tokens.CORNER_PX, tokens.CORNER_PX)
        if state & QStyle.StateFlag.State_Selected:
            _draw_badge(
                painter, place, colour(QPalette.ColorRole.Accent), colour(QPalette.ColorRole.HighlightedText)
            )

    # Qt

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """The same for all."""
        return self.cell_size

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """The picture, or an empty field where it is still to come, and the marks around it."""
        cell: CandidateCell = index.data(CELL)
        room = QRectF(option.rect)
        place = in_the_middle(self._size_of(cell), room)
        painter.save()
        if cell.image is not None:
            draw(painter, cell.image, place)
        else:
            faint = QColor(option.palette.color(QPalette.ColorRole.WindowText))
            faint.setAlpha(_FAINT)
            painter.fillRect(place, faint)
        self._draw_marks(painter, option, place)
        painter.restore()

    def _size_of(self, cell: CandidateCell) -> QSize:
        """A preview fills the room; it may be coarser than what it stands for."""
        if cell.image is None or not cell.made:
            return self.area
        picture = Size(cell.image.width(), cell.image.height())
        return shown_size(picture, scale_to_fit(picture, self.area))


def _draw_badge(painter: QPainter, place: QRectF, ground: QColor, ink: QColor) -> None:
    """A tick in a disc at the corner, so that being chosen is not told by colour alone."""
    disc = QRectF(place.right() - _BADGE_PX + 5, place.top() - 5, _BADGE_PX, _BADGE_PX)
    painter.setPen(QPen(ink, 1.5))
    painter.setBrush(ground)
    painter.drawEllipse(disc)
    painter.setPen(QPen(ink, 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.drawPolyline([QPointF(disc.x() + x * _BADGE_PX, disc.y() + y * _BADGE_PX) for x, y in _TICK])
