"""A number that can be typed, stepped with arrow keys or the wheel, dragged by its label, and reset."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QSlider, QWidget

from imagetool.ui import tokens
from imagetool.ui.widgets.parts import plain_tip, without_mnemonic

_DRAG_STEPS_PER_PX = 0.25
_SLIDER_TICKS = 1000


@dataclass(frozen=True, slots=True)
class NumberRange:
    """What a number may be; `decimals` is 0 for whole numbers. `curve` above 1 gives small values more slider."""

    low: float
    high: float
    step: float
    default: float
    decimals: int = 0
    unit: str = ""
    curve: float = 1.0

    def fitted(self, value: float) -> float:
        """`value` inside the range, rounded to the decimals."""
        return round(min(max(value, self.low), self.high), self.decimals)

    def text(self, value: float) -> str:
        """The number with its unit."""
        number = f"{value:.{self.decimals}f}"
        return f"{number} {self.unit}" if self.unit else number


class NumberField(QLineEdit):
    """The field alone."""

    value_changed = Signal(float)

    def __init__(self, allowed: NumberRange, name: str) -> None:
        super().__init__()
        self.allowed = allowed
        self.value = self._before = allowed.fitted(allowed.default)
        self.setAccessibleName(name)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        widest = max((allowed.text(allowed.low), allowed.text(allowed.high)), key=len)
        self.setFixedWidth(self.fontMetrics().horizontalAdvance(widest) + 26)
        self.editingFinished.connect(self._on_editing_finished)
        self.textEdited.connect(self._on_text_edited)
        self._show()

    def set_value(self, value: float) -> None:
        """Another value, cut to the range; announced if it is another one."""
        fitted = self.allowed.fitted(value)
        if fitted != self.value:
            self.value = fitted
            self.value_changed.emit(fitted)
        self._show()

    def step(self, steps: float) -> None:
        """Moves by steps."""
        self.set_value(self.value + steps * self.allowed.step)

    def reset(self) -> None:
        """The default again."""
        self.set_value(self.allowed.default)

    def _show(self) -> None:
        self.setText(self.allowed.text(self.value))

    def _typed(self) -> float | None:
        text = self.text().casefold().replace(self.allowed.unit.casefold(), "").strip().replace(",", ".")
        try:
            number = float(text)
        except ValueError:
            return None
        return number if math.isfinite(number) else None

    def _on_text_edited(self) -> None:
        """What is typed counts at once where it fits, so that a command given from the field knows it."""
        typed = self._typed()
        if typed is not None and self.allowed.low <= typed <= self.allowed.high:
            fitted = self.allowed.fitted(typed)
            if fitted != self.value:
                self.value = fitted
                self.value_changed.emit(fitted)

    def _on_editing_finished(self) -> None:
        typed = self._typed()
        self.set_value(self.value if typed is None else typed)

    # Qt

    def event(self, event: QEvent) -> bool:
        """Esc belongs to the field; undo does not, where nothing has been typed that it could take back."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape:
                event.accept()
                return True
            history = QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo
            if not self.isUndoAvailable() and any(event.matches(key) for key in history):
                event.ignore()
                return False
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Remembers what Esc goes back to."""
        super().focusInEvent(event)
        self._before = self.value

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys step, with Shift by ten; Return keeps the number and Esc does not, both leave the field."""
        if event.key() == Qt.Key.Key_Escape:
            self.set_value(self._before)
            self.clearFocus()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
            self.clearFocus()
            return
        direction = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if direction is None:
            super().keyPressEvent(event)
            return
        many = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        self.step(direction * many)
        self.selectAll()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Steps, but only in the field that is being edited: others scroll by."""
        if self.hasFocus():
            self.step(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            event.ignore()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The default again."""
        self.reset()
        self.selectAll()


class DragLabel(QLabel):
    """A field's name: dragging it sideways changes the field, a double click resets it."""

    def __init__(self, text: str, field: NumberField) -> None:
        super().__init__(without_mnemonic(text))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._field = field
        self._start: tuple[QPointF, float] | None = None
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.setBuddy(field)
        self.setTextFormat(Qt.TextFormat.PlainText)

    # Qt

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begins the drag."""
        self._start = (event.globalPosition(), self._field.value)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Changes the value with the way gone."""
        if self._start:
            way = event.globalPosition().x() - self._start[0].x()
            self._field.set_value(self._start[1] + way * _DRAG_STEPS_PER_PX * self._field.allowed.step)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ends the drag."""
        self._start = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The default again."""
        self._field.reset()


class StepSlider(QSlider):
    """A slider beside a field: keys move by the field's steps, the wheel only where it has the focus."""

    def __init__(self, field: NumberField) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._field = field

    # Qt

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys step, with Shift by ten; the rest is Qt's."""
        up, down = (Qt.Key.Key_Up, Qt.Key.Key_Right), (Qt.Key.Key_Down, Qt.Key.Key_Left)
        if event.key() in (*up, *down):
            many = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            self._field.step(many if event.key() in up else -many)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turning over a slider on the way down a panel changes nothing."""
        if self.hasFocus():
            self._field.step(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            event.ignore()


class NumberRow(QWidget):
    """Label, slider and field in one row, all three showing the same number."""

    value_changed = Signal(float)

    def __init__(
        self, label: str, allowed: NumberRange, tip: str = "", slider_width_px: int | None = None
    ) -> None:
        super().__init__()
        self.field = NumberField(allowed, label)
        self.name = DragLabel(label, self.field)
        self.slider = StepSlider(self.field)
        self.slider.setRange(0, _SLIDER_TICKS)
        self.slider.setAccessibleName(label)
        if slider_width_px:
            self.slider.setFixedWidth(slider_width_px)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.BETWEEN_PX)
        for widget in (self.name, self.slider, self.field):
            widget.setToolTip(plain_tip(tip))
            row.addWidget(widget, 1 if widget is self.slider and not slider_width_px else 0)
        self.field.value_changed.connect(self._on_field_changed)
        self.slider.valueChanged.connect(self._on_slider_moved)
        self._place_slider()

    def set_value(self, value: float) -> None:
        """Shows another value."""
        self.field.set_value(value)

    def _on_field_changed(self, value: float) -> None:
        self._place_slider()
        self.value_changed.emit(value)

    def _on_slider_moved(self, tick: int) -> None:
        allowed = self.field.allowed
        share = (tick / _SLIDER_TICKS) ** allowed.curve
        self.field.set_value(allowed.low + share * (allowed.high - allowed.low))

    def _place_slider(self) -> None:
        allowed = self.field.allowed
        share = (self.field.value - allowed.low) / ((allowed.high - allowed.low) or 1)
        blocked = self.slider.blockSignals(True)
        self.slider.setValue(round(share ** (1 / allowed.curve) * _SLIDER_TICKS))
        self.slider.blockSignals(blocked)
