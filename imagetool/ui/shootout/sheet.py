"""The contact sheet: the original, then a cell for each entrant, equally large and looking at one place."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QImage, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from imagetool.core.geometry import Size
from imagetool.ui import tokens
from imagetool.ui.shootout.cell import CAPTION_PX, Cell, CellFacts, CellStage
from imagetool.ui.shootout.linked_view import LinkedView

_LEAST_PX = 200


class Sheet(QWidget):
    """Cell 0 is the original; arrow keys choose, Enter applies, the backslash shows the original everywhere."""

    chosen = Signal(int)  # a cell
    applied = Signal(int)  # a cell

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Contact sheet")
        self.setMinimumSize(2 * _LEAST_PX, _LEAST_PX)
        self.view = LinkedView()
        self.cells: list[Cell] = []
        self.current = 0
        self._columns = 1

    def show_cells(self, names: list[CellFacts]) -> None:
        """Other cells; the first one is chosen."""
        for cell in self.cells:
            cell.hide()
            cell.deleteLater()
        self.cells = []
        for place, facts in enumerate(names):
            cell = Cell(facts, self.view)
            cell.setParent(self)
            cell.chosen.connect(lambda place=place: self._on_clicked(place))
            cell.applied.connect(lambda place=place: self.apply(place))
            cell.show()
            self.cells.append(cell)
        self.choose(min(self.current, max(0, len(names) - 1)))
        self._show_largest()
        self._arrange()

    def show_facts(self, place: int, facts: CellFacts) -> None:
        """How one of them stands now."""
        self.cells[place].show_facts(facts)
        self._show_largest()

    def choose(self, place: int) -> None:
        """Puts the frame around a cell."""
        if not 0 <= place < len(self.cells):
            return
        self.current = place
        for number, cell in enumerate(self.cells):
            cell.show_chosen(number == place)
        self.chosen.emit(place)

    def apply(self, place: int) -> None:
        """Takes a cell where it has a result."""
        if 0 < place < len(self.cells) and self.cells[place].facts.stage is CellStage.DONE:
            self.applied.emit(place)

    def show_original(self, held: bool) -> None:
        """The original in all cells, or each its own."""
        original: QImage | None = self.cells[0].facts.image if self.cells else None
        for cell in self.cells[1:]:
            cell.show_instead(original if held and cell.facts.image is not None else None)

    def _on_clicked(self, place: int) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.choose(place)

    def _show_largest(self) -> None:
        images = [cell.facts.image for cell in self.cells if cell.facts.image is not None]
        if images:
            largest = max(images, key=QImage.width)
            self.view.show_picture(Size(largest.width(), largest.height()))

    def _arrange(self) -> None:
        """So many columns that the pictures become as large as they can."""
        if not self.cells:
            return
        self._columns = max(range(1, len(self.cells) + 1), key=self._scale)
        width, height = self._cell_size(self._columns)
        gap = tokens.BETWEEN_PX
        for place, cell in enumerate(self.cells):
            row, column = divmod(place, self._columns)
            cell.setGeometry(column * (width + gap), row * (height + gap), width, height)
        self.view.set_room(self.cells[0].room)

    def _cell_size(self, columns: int) -> tuple[int, int]:
        rows = -(-len(self.cells) // columns)
        gap = tokens.BETWEEN_PX
        return (self.width() - gap * (columns - 1)) // columns, (self.height() - gap * (rows - 1)) // rows

    def _scale(self, columns: int) -> float:
        width, height = self._cell_size(columns)
        picture = self.view.viewport.picture
        return min(width / picture.width, max(1, height - CAPTION_PX) / picture.height)

    # Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The cells fill it."""
        self._arrange()

    def event(self, event: QEvent) -> bool:
        """Another screen may have other pixels."""
        if event.type() == QEvent.Type.DevicePixelRatioChange and self.cells:
            self.view.set_room(self.cells[0].room)
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows choose, Enter applies, + − 0 1 zoom, the backslash shows the original while it is held."""
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self._columns,
            Qt.Key.Key_Down: self._columns,
        }
        key = Qt.Key(event.key())
        room = self.view.viewport.view
        if key in steps:
            self.choose(self.current + steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.apply(self.current)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.view.zoom_at(room.width / 2, room.height / 2, -1 if key == Qt.Key.Key_Minus else 1)
        elif key == Qt.Key.Key_0:
            self.view.fit()
        elif key == Qt.Key.Key_1:
            self.view.show_pixels()
        elif key == Qt.Key.Key_Backslash:
            self.show_original(True)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """The backslash is let go."""
        if event.key() == Qt.Key.Key_Backslash and not event.isAutoRepeat():
            self.show_original(False)
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A key that is let go elsewhere is not held any more."""
        super().focusOutEvent(event)
        self.show_original(False)
