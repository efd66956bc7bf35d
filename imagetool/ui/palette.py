"""Find any command by typing a few of its letters."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QPainter, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from imagetool.ui import tokens
from imagetool.ui.commands import Actions

_WIDTH_PX, _ROWS = 440, 10
_KEYS = Qt.ItemDataRole.UserRole + 1


class CommandPalette(QFrame):
    """Appears over the window, does the chosen command, and goes."""

    def __init__(self, window: QWidget, actions: Actions) -> None:
        super().__init__(window, Qt.WindowType.Popup)
        self.setObjectName("popup")
        self._window, self._actions = window, actions
        self.field = QLineEdit()
        self.field.setPlaceholderText("Find a command")
        self.field.setAccessibleName("Find a command")
        self.list = QListWidget()
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setAccessibleName("Commands")
        self.list.setItemDelegate(_WithKeys(self.list))
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.BETWEEN_PX, tokens.BETWEEN_PX, tokens.BETWEEN_PX, tokens.BETWEEN_PX)
        column.addWidget(self.field)
        column.addWidget(self.list)
        self.setFixedSize(_WIDTH_PX, (_ROWS + 2) * tokens.ROW_PX + tokens.AROUND_PX)
        self.field.textChanged.connect(self._fill)
        self.field.returnPressed.connect(self._do)
        self.list.itemClicked.connect(self._do)
        self.field.installEventFilter(self)

    def open(self) -> None:
        """Shows itself, empty, in the upper middle of the window."""
        window = self._window
        corner = window.mapToGlobal(window.rect().topLeft())
        self.move(corner.x() + (window.width() - self.width()) // 2, corner.y() + window.height() // 6)
        self.field.clear()
        self._fill("")
        self.show()
        self.field.setFocus()

    def _fill(self, typed: str) -> None:
        self.list.clear()
        words = typed.lower().split()
        for command in self._actions.commands:
            action = self._actions[command.id]
            if (
                command.id != "find"
                and action.isEnabled()
                and all(word in action.text().lower() for word in words)
            ):
                self.list.addItem(_item(action, command.menu))
        self.list.setCurrentRow(0)

    def _do(self) -> None:
        item = self.list.currentItem()
        self.hide()
        if item is not None:
            action: QAction = item.data(Qt.ItemDataRole.UserRole)
            action.trigger()

    # Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up and down move in the list while the field is typed in."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None and self.list.count():
                self.list.setCurrentRow((self.list.currentRow() + step) % self.list.count())
                return True
        return super().eventFilter(watched, event)


class _WithKeys(QStyledItemDelegate):
    """Draws a command's keys at the right end of its row."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """The row as ever, and the keys."""
        super().paint(painter, option, index)
        rect: QRect = option.rect.adjusted(0, 0, -2 * tokens.BETWEEN_PX, 0)
        muted = QApplication.palette().color(QPalette.ColorRole.PlaceholderText)
        painter.setPen(muted)
        painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, index.data(_KEYS))


def _item(action: QAction, menu: str) -> QListWidgetItem:
    item = QListWidgetItem(f"{menu}: {action.text()}" if menu else action.text())
    item.setData(Qt.ItemDataRole.UserRole, action)
    item.setData(_KEYS, action.shortcut().toString(QKeySequence.SequenceFormat.NativeText))
    return item
