"""A model's parameters as a form."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from imagetool.plugin.parameters import (
    AnyParameter,
    BoolParameter,
    ChoiceParameter,
    FloatParameter,
    IntParameter,
    Value,
)
from imagetool.ui.widgets.number_field import NumberRow
from imagetool.ui.widgets.parameter_form import ParameterForm
from imagetool.ui.widgets.parts import Choice

ALL: tuple[AnyParameter, ...] = (
    BoolParameter(id="fast", label="Fast & loose", help="<b>Not</b> bold"),
    IntParameter(id="steps", label="Steps", default=20, min=1, max=50, unit="steps"),
    FloatParameter(id="strength", label="Strength", default=0.5, min=0.0, max=1.0, step=0.05),
    ChoiceParameter(id="kind", label="Kind", default="b", choices=(("a", "First"), ("b", "Second"))),
    FloatParameter(id="rate", label="Rate", default=0.00015, min=0.00005, max=0.1, step=1e-5, advanced=True),
)


def form(qtbot: QtBot, values: dict[str, Value] | None = None) -> ParameterForm:
    made = ParameterForm(ALL, values or {})
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def row(made: ParameterForm, name: str) -> NumberRow:
    return next(it for it in made.findChildren(NumberRow) if it.field.accessibleName() == name)


def test_it_begins_with_the_defaults(qtbot: QtBot) -> None:
    made = form(qtbot)
    assert dict(made.params) == {"fast": False, "steps": 20, "strength": 0.5, "kind": "b", "rate": 0.00015}


def test_it_begins_with_what_was_set_before(qtbot: QtBot) -> None:
    values: dict[str, Value] = {"fast": True, "steps": 7, "strength": 0.15, "kind": "a"}
    made = form(qtbot, values)
    assert dict(made.params) == {**values, "rate": 0.00015}
    assert row(made, "Steps").field.text() == "7 steps"
    assert made.findChildren(QCheckBox)[0].isChecked()
    assert made.findChildren(Choice)[0].currentText() == "First"


def test_every_kind_can_be_changed(qtbot: QtBot) -> None:
    made = form(qtbot)
    changes: list[bool] = []
    made.changed.connect(lambda: changes.append(True))
    made.findChildren(QCheckBox)[0].click()
    row(made, "Steps").field.step(1)
    row(made, "Strength").field.step(-1)
    made.findChildren(Choice)[0].setCurrentIndex(0)
    row(made, "Rate").field.step(1)
    assert dict(made.params) == {"fast": True, "steps": 21, "strength": 0.45, "kind": "a", "rate": 0.00016}
    assert isinstance(made.params["steps"], int)
    assert len(changes) == 5


def test_the_ends_of_a_fine_range_are_accepted(qtbot: QtBot) -> None:
    made = form(qtbot)
    row(made, "Rate").set_value(0)
    assert made.params["rate"] == 0.00005, "rounding has pushed the number out of its range"


def test_advanced_parameters_are_folded_away(qtbot: QtBot) -> None:
    made = form(qtbot)
    fold = next(button for button in made.findChildren(QPushButton) if button.text() == "Advanced")
    assert not row(made, "Rate").isVisible()
    fold.click()
    assert row(made, "Rate").isVisible()


def test_words_of_a_plugin_are_no_markup(qtbot: QtBot) -> None:
    made = form(qtbot)
    box = made.findChildren(QCheckBox)[0]
    assert box.text() == "Fast && loose", "a single ampersand would become an underline"
    assert "<b>" not in box.toolTip()
    assert "&lt;b&gt;" in box.toolTip()
    assert all(it.textFormat() == Qt.TextFormat.PlainText for it in made.findChildren(QLabel))


def test_a_model_without_parameters_has_an_empty_form(qtbot: QtBot) -> None:
    made = ParameterForm((), {})
    qtbot.addWidget(made)
    assert dict(made.params) == {}
