"""A model's parameters as a form, built from its manifest."""

from __future__ import annotations

import random
from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from imagetool.plugin.parameters import (
    LARGEST_SEED,
    AnyParameter,
    BoolParameter,
    ChoiceParameter,
    ColourParameter,
    FileParameter,
    FloatParameter,
    IntParameter,
    Params,
    SeedParameter,
    TextParameter,
    Value,
)
from imagetool.ui import tokens
from imagetool.ui.widgets.colour_field import ColourField, Swatch
from imagetool.ui.widgets.field_row import FieldLabel, below, beside
from imagetool.ui.widgets.file_field import FileField
from imagetool.ui.widgets.number_field import DragLabel, NumberField, NumberRange, NumberRow
from imagetool.ui.widgets.parts import Choice, Tick, icon_button, plain_tip, without_mnemonic
from imagetool.ui.widgets.text_field import TextArea, TextField


class ParameterForm(QWidget):
    """Shows one row per parameter; those marked advanced stay folded away, and under them `more`, where given."""

    changed = Signal()

    def __init__(
        self, parameters: tuple[AnyParameter, ...], values: dict[str, Value], more: QWidget | None = None
    ) -> None:
        super().__init__()
        self._parameters = parameters
        self._values = dict(Params.checked(parameters, values))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.INSIDE_PX)
        for parameter in parameters:
            if not parameter.advanced:
                column.addWidget(self._row(parameter))
        advanced = [self._row(parameter) for parameter in parameters if parameter.advanced]
        if advanced or more:
            self._add_advanced(column, [*advanced, *([more] if more else [])])

    @property
    def params(self) -> Params:
        """The values as they stand, checked."""
        return Params.checked(self._parameters, self._values)

    def _add_advanced(self, column: QVBoxLayout, advanced: list[QWidget]) -> None:
        fold = QPushButton("Advanced")
        fold.setObjectName("fold")
        fold.setCheckable(True)
        rest = QWidget()
        rows = QVBoxLayout(rest)
        rows.setContentsMargins(0, 0, 0, 0)
        for row in advanced:
            rows.addWidget(row)
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
            case ColourParameter():
                return self._colour_row(parameter)
            case SeedParameter():
                return self._seed_row(parameter)
            case FileParameter():
                return self._file_row(parameter)
            case TextParameter():
                return self._area_row(parameter) if parameter.lines > 1 else self._text_row(parameter)

    def _bool_row(self, parameter: BoolParameter) -> QWidget:
        box = Tick(without_mnemonic(parameter.label))
        box.setToolTip(plain_tip(parameter.help))
        box.setChecked(bool(self._values[parameter.id]))
        box.toggled.connect(lambda on: self._set(parameter.id, on))
        return box

    def _choice_row(self, parameter: ChoiceParameter) -> QWidget:
        choice = Choice()
        choice.setAccessibleName(parameter.label)
        for value, text in parameter.choices:
            choice.addItem(text, value)
        choice.setCurrentIndex(choice.findData(self._values[parameter.id]))
        choice.currentIndexChanged.connect(lambda: self._set(parameter.id, str(choice.currentData())))
        name = FieldLabel(
            parameter.label, choice, lambda: choice.setCurrentIndex(choice.findData(parameter.default))
        )
        return beside(name, parameter.help, choice)

    def _colour_row(self, parameter: ColourParameter) -> QWidget:
        field = ColourField(parameter.label, parameter.default)
        field.set_value(str(self._values[parameter.id]))
        field.value_changed.connect(lambda colour: self._set(parameter.id, colour))
        name = FieldLabel(parameter.label, field, field.reset)
        gap = QWidget()
        tip = f"{parameter.help}\nsix digits, such as #4080ff".strip()
        return beside(name, tip, gap, Swatch(field, parameter.label), field)

    def _seed_row(self, parameter: SeedParameter) -> QWidget:
        field = NumberField(NumberRange(0, LARGEST_SEED, 1, parameter.default), parameter.label)
        field.set_value(float(self._values[parameter.id]))
        field.value_changed.connect(lambda seed: self._set(parameter.id, int(seed)))
        dice = icon_button("dice", f"Another number for {parameter.label}")
        dice.clicked.connect(lambda: field.set_value(random.randint(1, LARGEST_SEED)))  # noqa: S311 - no secret
        dice.setToolTip(plain_tip(dice.toolTip()))
        tip = f"{parameter.help}\n0 to {LARGEST_SEED}".strip()
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(tokens.BETWEEN_PX)
        name = DragLabel(parameter.label, field)
        for widget in (name, field):
            widget.setToolTip(plain_tip(tip))
        line.addWidget(name)
        line.addStretch()
        line.addWidget(field)
        line.addWidget(dice)
        return row

    def _file_row(self, parameter: FileParameter) -> QWidget:
        field = FileField(parameter.label, parameter.default, parameter.suffixes)
        field.set_value(str(self._values[parameter.id]))
        field.value_changed.connect(lambda path: self._set(parameter.id, path))
        return beside(FieldLabel(parameter.label, field, field.reset), parameter.help, field)

    def _text_row(self, parameter: TextParameter) -> QWidget:
        field = TextField(parameter.label, parameter.default, parameter.max_length)
        field.set_value(str(self._values[parameter.id]))
        field.value_changed.connect(lambda text: self._set(parameter.id, text))
        tip = f"{parameter.help}\nat most {parameter.max_length} characters".strip()
        return below(FieldLabel(parameter.label, field, field.reset), tip, field)

    def _area_row(self, parameter: TextParameter) -> QWidget:
        field = TextArea(parameter.label, parameter.default, parameter.max_length, parameter.lines)
        field.set_value(str(self._values[parameter.id]))
        field.value_changed.connect(lambda text: self._set(parameter.id, text))
        tip = f"{parameter.help}\nat most {parameter.max_length} characters".strip()
        return below(FieldLabel(parameter.label, field, field.reset), tip, field)

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
