"""Candidates beside each other, magnified as far as there is room, to be looked at and chosen."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QMargins, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QStyle

from imagetool.core.geometry import Size
from imagetool.ui import tokens
from imagetool.ui.candidates.cells import CandidateCell, CandidateList
from imagetool.ui.candidates.drawing import FRAME_PX, CellPainter
from imagetool.ui.candidates.magnifying import columns_in_grid, scale_in_grid, shown_size

_SELECT = QItemSelectionModel.SelectionFlag

_BAR_PX = 10  # what scrolls a row that is too long


class CandidateView(QListView):
    """A grid, or one row of cells of `row_px`.

    Any number can be chosen: a click or Space chooses one more or lets it go, Shift and a click all from the last
    one, Ctrl+A all. Where only one can be, it is the one that is looked at. Arrow keys look, Enter keeps.
    """

    chosen_changed = Signal()
    looked_at = Signal(int)  # a place; -1 where there is none
    keep_wanted = Signal()

    def __init__(self, name: str, row_px: int = 0, *, many: bool = True) -> None:
        super().__init__()
        self._row_px = row_px
        self._picture = Size(1, 1)
        self._list = CandidateList(self)
        self._painter = CellPainter(self)
        self.setObjectName("candidates")
        self.setAccessibleName(name)
        self.setModel(self._list)
        self.setItemDelegate(self._painter)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(not row_px)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        modes = QAbstractItemView.SelectionMode
        self.setSelectionMode(modes.MultiSelection if many else modes.SingleSelection)
        self.setDragEnabled(False)
        self.setViewportMargins(tokens.BETWEEN_PX, 0, tokens.BETWEEN_PX, 0)
        if row_px:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.setFixedHeight(row_px + FRAME_PX + _BAR_PX)
        self.selectionModel().selectionChanged.connect(lambda *_: self.chosen_changed.emit())
        self.selectionModel().currentChanged.connect(lambda now, _: self.looked_at.emit(now.row()))

    @property
    def cells(self) -> tuple[CandidateCell, ...]:
        """What is shown, in order."""
        return self._list.cells

    @property
    def chosen(self) -> list[int]:
        """The places of those that are chosen, in order."""
        return sorted(index.row() for index in self.selectionModel().selectedIndexes())

    @property
    def place(self) -> int:
        """The one that is looked at; -1 where none is."""
        return self.currentIndex().row()

    def show_cells(self, cells: list[CandidateCell], picture: Size, chosen: list[int] | None = None) -> None:
        """Other cells of pictures of that size, some of them chosen."""
        self._picture = picture
        self._list.show(cells)
        self.choose(chosen or [])
        self._arrange()
        self.looked_at.emit(self.place)

    def change(self, place: int, cell: CandidateCell) -> None:
        """Another state of one of them."""
        self._list.change(place, cell)

    def choose(self, places: list[int]) -> None:
        """Chooses these and no others."""
        chosen = QItemSelection()
        for place in places:
            chosen.select(self._list.index(place), self._list.index(place))
        self.selectionModel().select(chosen, _SELECT.ClearAndSelect)

    def look_at(self, place: int) -> None:
        """Puts the keyboard on one of them; where only one can be chosen, that is it."""
        one = self.selectionMode() == QAbstractItemView.SelectionMode.SingleSelection
        flags = _SELECT.ClearAndSelect if one else _SELECT.NoUpdate
        self.selectionModel().setCurrentIndex(self._list.index(place), flags)

    def _arrange(self) -> None:
        if self._row_px:
            self._painter.area = QSize(self._row_px, self._row_px)
        else:
            self._magnify()
        self.setGridSize(self._painter.cell_size)
        self.viewport().update()

    def _magnify(self) -> None:
        """As large as there is room; what is left of it stays free at the right, so that rows are equally long."""
        gap, count = tokens.BETWEEN_PX, max(1, len(self.cells))
        bar_px = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent, None, self) + 2
        room = QSize(max(1, self.width() - 2 * gap - bar_px), max(1, self.height()))  # Qt keeps room for the bar
        self._painter.area = shown_size(self._picture, scale_in_grid(self._picture, count, room, FRAME_PX))
        cell = self._painter.cell_size
        rest = room.width() - columns_in_grid(count, cell, room) * cell.width()
        margins = QMargins(gap, 0, gap + max(0, rest), 0)
        if margins != self.viewportMargins():
            self.setViewportMargins(margins)

    def _choose_up_to(self, place: int) -> None:
        """All from the one that was looked at last."""
        first = max(0, self.place)
        low, high = min(first, place), max(first, place)
        for number in range(low, high + 1):
            self.selectionModel().select(self._list.index(number), _SELECT.Select)
        self.selectionModel().setCurrentIndex(self._list.index(place), _SELECT.NoUpdate)

    # Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The pictures become as large as there is room."""
        self._arrange()
        super().resizeEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """With Shift all from the last one are chosen; beside the cells nothing happens."""
        index: QModelIndex = self.indexAt(event.position().toPoint())
        many = self.selectionMode() == QAbstractItemView.SelectionMode.MultiSelection
        if not index.isValid():
            self.setFocus(Qt.FocusReason.MouseFocusReason)
        elif many and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._choose_up_to(index.row())
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A drag chooses nothing: the hand may tremble."""
        if event.buttons() == Qt.MouseButton.NoButton:
            super().mouseMoveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter keeps; the backslash goes on to the window."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.keep_wanted.emit()
        elif event.key() == Qt.Key.Key_Backslash:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The keyboard is on a cell at once."""
        super().focusInEvent(event)
        if self.place < 0 and self.cells:
            self.look_at(0)

    def keyboardSearch(self, search: str) -> None:
        """Nothing is searched: letters are commands."""
