"""The candidates of a grid as the list behind it: what each looks like, and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QImage

from imagetool.ui.widgets.parts import plain_tip

CELL = Qt.ItemDataRole.UserRole
_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, eq=False, slots=True)
class CandidateCell:
    """One candidate as it is shown.

    Attributes:
        name: What it is called.
        image: What it looks like by now; None before anything of it is known.
        told: What is to be known of it, line by line.
        made: Whether it is complete, and so can be chosen.
    """

    name: str
    image: QImage | None = None
    told: str = ""
    made: bool = True


class CandidateList(QAbstractListModel):
    """Any number of cells; those that are not complete cannot be chosen."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._cells: list[CandidateCell] = []

    @property
    def cells(self) -> tuple[CandidateCell, ...]:
        """All of them, in order."""
        return tuple(self._cells)

    def show(self, cells: list[CandidateCell]) -> None:
        """Other cells; nothing is chosen among them."""
        self.beginResetModel()
        self._cells = list(cells)
        self.endResetModel()

    def change(self, place: int, cell: CandidateCell) -> None:
        """Another state of one of them."""
        self._cells[place] = cell
        self.dataChanged.emit(self.index(place), self.index(place))

    # Qt

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """How many there are."""
        return 0 if parent.isValid() else len(self._cells)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The cell itself, its name for screen readers, its tooltip."""
        if not index.isValid():
            return None
        cell = self._cells[index.row()]
        if role == CELL:
            return cell
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return cell.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(cell.told) if cell.told else None
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Only what is complete can be chosen."""
        if index.isValid() and self._cells[index.row()].made:
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return Qt.ItemFlag.ItemIsEnabled
