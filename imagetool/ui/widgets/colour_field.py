"""A colour: a swatch that opens a dialog, and a field for #rrggbb."""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QColorDialog, QDialogButtonBox, QLineEdit, QToolButton

from imagetool.ui import tokens
from imagetool.ui.widgets.field_row import is_for_the_field

_SIX, _THREE = re.compile(r"#?([0-9a-fA-F]{6})"), re.compile(r"#?([0-9a-fA-F]{3})")
_TOP = 255


class ColourField(QLineEdit):
    """The colour as text: arrow keys make it lighter and darker, a double click brings the default back."""

    value_changed = Signal(str)  # #rrggbb

    def __init__(self, name: str, default: str) -> None:
        super().__init__()
        self._default = self.value = self._before = default
        self.setAccessibleName(name)
        self.setMaxLength(len("#rrggbb"))
        self.setFixedWidth(self.fontMetrics().horizontalAdvance("#dddddd") + 24)
        self.setText(default)
        self.textEdited.connect(self._on_text_edited)
        self.editingFinished.connect(self._on_editing_finished)

    def set_value(self, colour: str) -> None:
        """Another colour; announced if it is another one."""
        if colour != self.value:
            self.value = colour
            self.value_changed.emit(colour)
        self.setText(colour)

    def reset(self) -> None:
        """The default again."""
        self.set_value(self._default)

    def _on_text_edited(self, text: str) -> None:
        """Six digits count at once."""
        found = _SIX.fullmatch(text.strip())
        if found and f"#{found[1].lower()}" != self.value:
            self.value = f"#{found[1].lower()}"
            self.value_changed.emit(self.value)

    def _on_editing_finished(self) -> None:
        six, three = (pattern.fullmatch(self.text().strip()) for pattern in (_SIX, _THREE))
        digits = six[1] if six else "".join(digit * 2 for digit in three[1]) if three else self.value[1:]
        self.set_value(f"#{digits.lower()}")

    def _lighten(self, steps: int) -> None:
        colour = QColor(self.value)
        channels = (colour.red(), colour.green(), colour.blue())
        red, green, blue = (min(max(channel + steps, 0), _TOP) for channel in channels)
        self.set_value(QColor(red, green, blue).name())

    # Qt

    def event(self, event: QEvent) -> bool:
        """Keys that are also shortcuts."""
        decision = is_for_the_field(event, can_undo=self.isUndoAvailable())
        if decision is None:
            return super().event(event)
        event.setAccepted(decision)
        return decision

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Remembers what Esc goes back to."""
        super().focusInEvent(event)
        self._before = self.value

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys, with Shift by ten; Return keeps the colour and Esc does not, both leave the field."""
        direction = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if direction:
            self._lighten(direction * (10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1))
            return
        if event.key() == Qt.Key.Key_Escape:
            self.set_value(self._before)
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.clearFocus()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The default again."""
        self.reset()
        self.selectAll()


class Swatch(QToolButton):
    """Shows the colour; a click opens the dialog, which does not hold the window up."""

    def __init__(self, field: ColourField, name: str) -> None:
        super().__init__()
        self._field = field
        self._name = name
        self.setFixedSize(tokens.ROW_PX, tokens.ROW_PX)
        self.setAccessibleName(f"Choose {name}")
        self.setToolTip("Choose the colour")
        self.clicked.connect(self.choose)
        field.value_changed.connect(lambda _: self.update())

    def choose(self) -> QColorDialog:
        """Opens the dialog; the colour follows it, and goes back where it is cancelled."""
        before = self._field.value
        dialog = QColorDialog(QColor(before), self)
        dialog.setWindowTitle(self._name)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
        dialog.currentColorChanged.connect(lambda colour: self._field.set_value(colour.name()))
        dialog.rejected.connect(lambda: self._field.set_value(before))
        for box in dialog.findChildren(QDialogButtonBox):
            box.button(QDialogButtonBox.StandardButton.Ok).setText("Use")
        dialog.show()
        return dialog

    # Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        """The colour with a thin frame, thicker where it has the focus."""
        painter = QPainter(self)
        role = QPalette.ColorRole.Accent if self.hasFocus() else QPalette.ColorRole.Mid
        painter.setPen(self.palette().color(role))
        painter.setBrush(QColor(self._field.value))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawRoundedRect(self.rect().adjusted(2, 2, -3, -3), tokens.CORNER_PX, tokens.CORNER_PX)
        painter.end()
