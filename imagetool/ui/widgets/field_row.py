"""A labelled field of a form: what all fields that are no numbers have in common."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from imagetool.ui import tokens
from imagetool.ui.widgets.parts import plain_tip, without_mnemonic


class FieldLabel(QLabel):
    """A field's name; a double click brings the default back."""

    def __init__(self, text: str, field: QWidget, reset: Callable[[], object]) -> None:
        super().__init__(without_mnemonic(text))
        self._reset = reset
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.setBuddy(field)

    # Qt

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The default again."""
        self._reset()


def beside(name: FieldLabel, tip: str, *fields: QWidget) -> QWidget:
    """The name and its fields in one line; the first field takes the room that is left."""
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(tokens.BETWEEN_PX)
    for place, widget in enumerate((name, *fields)):
        _tell(widget, tip)
        line.addWidget(widget, 1 if place == 1 else 0)
    return row


def below(name: FieldLabel, tip: str, field: QWidget) -> QWidget:
    """The name and under it a field as wide as the form."""
    row = QWidget()
    column = QVBoxLayout(row)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(tokens.INSIDE_PX)
    for widget in (name, field):
        _tell(widget, tip)
        column.addWidget(widget)
    return row


def _tell(widget: QWidget, tip: str) -> None:
    if not widget.toolTip():
        widget.setToolTip(plain_tip(tip))


def is_for_the_field(event: QEvent, *, can_undo: bool) -> bool | None:
    """What a field does with keys that are also shortcuts: True keeps, False hands on, None leaves it to Qt.

    Esc belongs to the field; undo does not, where nothing has been typed that it could take back.
    """
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return None
    if event.key() == Qt.Key.Key_Escape:
        return True
    history = QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo
    if not can_undo and any(event.matches(key) for key in history):
        return False
    return None
