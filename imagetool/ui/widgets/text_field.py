"""Words for a model: one line, or several that grow with what is written."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from imagetool.ui.widgets.field_row import is_for_the_field

_FIRST_LINES, _MOST_LINES = 2, 8
_FRAME_PX = 16  # padding and border of the style sheet, and the document's margin


class TextField(QLineEdit):
    """One line of text that can be shown: control characters are left out."""

    value_changed = Signal(str)

    def __init__(self, name: str, default: str, max_length: int) -> None:
        super().__init__()
        self._default, self._before = default, default
        self.setAccessibleName(name)
        self.setMaxLength(max_length)
        self.textChanged.connect(lambda: self.value_changed.emit(self.value))

    @property
    def value(self) -> str:
        """What is written."""
        return shown_only(self.text(), keep_lines=False)

    def set_value(self, text: str) -> None:
        """Another text."""
        self.setText(text)
        self.setCursorPosition(0)

    def reset(self) -> None:
        """The default again."""
        self.set_value(self._default)

    # Qt

    def event(self, event: QEvent) -> bool:
        """Keys that are also shortcuts."""
        return _decided(event, is_for_the_field(event, can_undo=self.isUndoAvailable()), super().event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Remembers what Esc goes back to."""
        super().focusInEvent(event)
        self._before = self.text()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return keeps what is written and Esc does not; both leave the field."""
        if event.key() == Qt.Key.Key_Escape:
            self.set_value(self._before)
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.clearFocus()


class TextArea(QPlainTextEdit):
    """Several lines of text; the field is as high as they are, up to a measure."""

    value_changed = Signal(str)

    def __init__(self, name: str, default: str, max_length: int, lines: int) -> None:
        super().__init__()
        self._default, self._before, self._max_length = default, default, max_length
        self._most_lines = min(lines, _MOST_LINES)
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.textChanged.connect(self._on_text_changed)
        self.document().documentLayout().documentSizeChanged.connect(self._grow)
        self._grow()

    @property
    def value(self) -> str:
        """What is written."""
        return shown_only(self.toPlainText(), keep_lines=True)[: self._max_length]

    def set_value(self, text: str) -> None:
        """Another text."""
        self.setPlainText(text)

    def reset(self) -> None:
        """The default again."""
        self.set_value(self._default)

    def _on_text_changed(self) -> None:
        if len(self.toPlainText()) > self._max_length:
            self._cut()
        self.value_changed.emit(self.value)

    def _cut(self) -> None:
        """What was written beyond the longest text is taken back."""
        place = self.textCursor().position()
        blocked = self.blockSignals(True)
        self.setPlainText(self.toPlainText()[: self._max_length])
        self.blockSignals(blocked)
        cursor = self.textCursor()
        cursor.setPosition(min(place, self._max_length))
        self.setTextCursor(cursor)

    def _grow(self) -> None:
        lines = round(self.document().size().height())  # Qt counts the lines of a plain text in lines
        lines = max(min(_FIRST_LINES, self._most_lines), min(lines, self._most_lines))
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + _FRAME_PX)

    # Qt

    def event(self, event: QEvent) -> bool:
        """Keys that are also shortcuts."""
        available = self.document().isUndoAvailable()
        return _decided(event, is_for_the_field(event, can_undo=available), super().event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Remembers what Esc goes back to."""
        super().focusInEvent(event)
        self._before = self.toPlainText()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc takes back what was written, and leaves the field."""
        if event.key() == Qt.Key.Key_Escape:
            self.set_value(self._before)
            self.clearFocus()
        else:
            super().keyPressEvent(event)


def shown_only(text: str, *, keep_lines: bool) -> str:
    """The text without characters that cannot be shown; other breaks of lines become spaces or line breaks."""
    lines = ["".join(letter for letter in line if letter.isprintable()) for line in text.splitlines()]
    if text and text.splitlines(keepends=True)[-1] != text.splitlines()[-1]:
        lines.append("")  # what is typed next begins a line
    return ("\n" if keep_lines else " ").join(lines)


def _decided(event: QEvent, decision: bool | None, otherwise: object) -> bool:
    if decision is None:
        return bool(otherwise(event))  # type: ignore[operator]
    event.setAccepted(decision)
    return decision
