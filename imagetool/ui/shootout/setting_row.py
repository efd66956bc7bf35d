"""One parameter of a model, and the values of it to try."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from imagetool.plugin.parameters import IntParameter, Value
from imagetool.ui import tokens
from imagetool.ui.shootout.entrants import MOST_ENTRANTS, Varied, all_values, spread
from imagetool.ui.widgets.number_field import NumberField, NumberRange
from imagetool.ui.widgets.parts import Choice, label, without_mnemonic

_USUAL = 5


class SettingRow(QWidget):
    """All values of a parameter that has few, or numbers from one to another."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.parameters = Choice()
        self.parameters.setAccessibleName("Setting")
        self.count = NumberField(NumberRange(2, MOST_ENTRANTS, 1, _USUAL), "Number of values")
        self.count.value_changed.connect(self.changed)
        self.fields: tuple[NumberField, ...] = ()  # from and to
        self._numbers = QWidget()
        row = _flat(self)
        row.addWidget(self.parameters)
        row.addWidget(self._numbers)
        row.addStretch()
        self._row = row
        self.parameters.currentIndexChanged.connect(self._on_parameter_chosen)

    @property
    def parameter(self) -> Varied | None:
        """The one that is chosen; None where there is none."""
        parameter: Varied | None = self.parameters.currentData()
        return parameter

    @property
    def values(self) -> tuple[Value, ...]:
        """What is tried of it."""
        parameter = self.parameter
        if parameter is None:
            return ()
        few = all_values(parameter)
        if few or not self.fields:
            return few
        low, high = (field.value for field in self.fields)
        return spread(parameter, low, high, int(self.count.value))  # type: ignore[arg-type] # has no few values

    def offer(self, parameters: tuple[Varied, ...]) -> None:
        """The parameters of a model that can be tried in several values."""
        blocked = self.parameters.blockSignals(True)
        self.parameters.clear()
        for parameter in parameters:
            self.parameters.addItem(without_mnemonic(parameter.label), parameter)
        self.parameters.blockSignals(blocked)
        self._on_parameter_chosen()

    def _on_parameter_chosen(self) -> None:
        self.count.setParent(None)
        fresh = QWidget()
        self.fields = _range_fields(self.parameter)
        if self.fields:
            row = _flat(fresh)
            low, high = self.fields
            for part in (label("from"), low, label("to"), high, label("in"), self.count, label("values")):
                row.addWidget(part)
            self.count.show()
        for field in self.fields:
            field.value_changed.connect(self.changed)
        self._row.replaceWidget(self._numbers, fresh)
        self._numbers.deleteLater()
        self._numbers = fresh
        self.changed.emit()


def _range_fields(parameter: Varied | None) -> tuple[NumberField, ...]:
    if parameter is None or all_values(parameter):
        return ()
    numbers = parameter
    decimals = 0 if isinstance(numbers, IntParameter) else 2
    low, high, step = (float(getattr(numbers, name)) for name in ("min", "max", "step"))
    return tuple(
        NumberField(NumberRange(low, high, step, end, decimals), name)
        for name, end in (("From", low), ("To", high))
    )


def _flat(widget: QWidget) -> QHBoxLayout:
    row = QHBoxLayout(widget)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(tokens.BETWEEN_PX)
    return row
