"""A model's parameters as a form, built from its manifest."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from imagetool.plugin.parameters import (
    AnyParameter,
    BoolParameter,
    ChoiceParameter,
    FloatParameter,
    IntParameter,
    Params,
    Value,
)
from imagetool.ui import tokens
from imagetool.ui.widgets.number_field import NumberRange, NumberRow
from imagetool.ui.widgets.parts import Choice, label, plain_tip, without_mnemonic


class ParameterForm(QWidget):
    """Shows one row per parameter; those marked advanced stay folded away."""

    changed = Signal()

    def __init__(self, parameters: tuple[AnyParameter, ...], values: dict[str, Value]) -> None:
        super().__init__()
        self._parameters = parameters
        self._values = dict(Params.checked(parameters, values))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.INSIDE_PX)
        for parameter in parameters:
            if not parameter.advanced:
                column.addWidget(self._row(parameter))
        advanced = [parameter for parameter in parameters if parameter.advanced]
        if advanced:
            self._add_advanced(column, advanced)

    @property
    def params(self) -> Params:
        """The values as they stand, checked."""
        return Params.checked(self._parameters, self._values)

    def _add_advanced(self, column: QVBoxLayout, advanced: list[AnyParameter]) -> None:
        fold = QPushButton("Advanced")
        fold.setObjectName("fold")
        fold.setCheckable(True)
        rest = QWidget()
        rows = QVBoxLayout(rest)
        rows.setContentsMargins(0, 0, 0, 0)
        for parameter in advanced:
            rows.addWidget(self._row(parameter))
        rest.hide()
        fold.toggled.connect(rest.setVisible)
        column.addWidget(fold)
        column.addWidget(rest)

    def _set(self, name: str, value: Value) -> None:
        self._values[name] = value
        self.changed.emit()

    def _row(self, parameter: AnyParameter) -> QWidget:
        match parameter:
            case BoolParameter():
                return self._bool_row(parameter)
            case ChoiceParameter():
                return self._choice_row(parameter)
            case IntParameter() | FloatParameter():
                return self._number_row(parameter)

    def _bool_row(self, parameter: BoolParameter) -> QWidget:
        box = QCheckBox(without_mnemonic(parameter.label))
        box.setToolTip(plain_tip(parameter.help))
        box.setChecked(bool(self._values[parameter.id]))
        box.toggled.connect(lambda on: self._set(parameter.id, on))
        return box

    def _choice_row(self, parameter: ChoiceParameter) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        choice = Choice()
        choice.setToolTip(plain_tip(parameter.help))
        choice.setAccessibleName(parameter.label)
        for value, text in parameter.choices:
            choice.addItem(text, value)
        choice.setCurrentIndex(choice.findData(self._values[parameter.id]))
        choice.currentIndexChanged.connect(lambda: self._set(parameter.id, str(choice.currentData())))
        layout.addWidget(label(parameter.label))
        layout.addWidget(choice, 1)
        return row

    def _number_row(self, parameter: IntParameter | FloatParameter) -> QWidget:
        whole = isinstance(parameter, IntParameter)
        decimals = max(map(_decimals, (parameter.step, parameter.min, parameter.max, parameter.default)))
        allowed = NumberRange(
            parameter.min, parameter.max, parameter.step, parameter.default, decimals, parameter.unit
        )
        tip = f"{parameter.help}\n{allowed.text(parameter.min)} to {allowed.text(parameter.max)}".strip()
        row = NumberRow(parameter.label, allowed, tip)
        row.set_value(float(self._values[parameter.id]))
        row.value_changed.connect(lambda value: self._set(parameter.id, int(value) if whole else value))
        return row


def _decimals(number: float) -> int:
    """How many decimals it takes to write the number."""
    exponent = Decimal(str(number)).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
