"""Every change to a document, in order; a click goes to any of them."""

from __future__ import annotations

from PySide6.QtGui import QBrush, QPalette
from PySide6.QtWidgets import QListWidgetItem, QVBoxLayout, QWidget

from imagetool.ui import tokens
from imagetool.ui.session import Session
from imagetool.ui.widgets.parts import Rows


class HistoryPanel(QWidget):
    """Shows one session at a time; what was undone stays in the list, muted."""

    def __init__(self) -> None:
        super().__init__()
        self._session: Session | None = None
        self.list = Rows()
        self.list.setAccessibleName("History")
        self.list.setMinimumHeight(tokens.ROW_PX)
        self.list.itemClicked.connect(self._on_chosen)
        self.list.itemActivated.connect(self._on_chosen)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.BETWEEN_PX, tokens.INSIDE_PX, tokens.BETWEEN_PX, tokens.BETWEEN_PX)
        column.addWidget(self.list)

    def show_session(self, session: Session | None) -> None:
        """Takes another document."""
        if self._session:
            self._session.state_changed.disconnect(self._fill)
        self._session = session
        if session:
            session.state_changed.connect(self._fill)
        self._fill()

    def _fill(self) -> None:
        self.list.clear()
        if not self._session:
            return
        history = self._session.document.history
        muted = QBrush(self.palette().color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text))
        for place, entry in enumerate(history.entries):
            item = QListWidgetItem(entry.name)
            if place > history.position:
                item.setForeground(muted)
                item.setToolTip("Undone; a click brings it back")
            self.list.addItem(item)
        self.list.setCurrentRow(history.position)
        self.list.scrollToItem(self.list.item(history.position))

    def _on_chosen(self, item: QListWidgetItem) -> None:
        if self._session:
            self._session.go_to(self.list.row(item))
