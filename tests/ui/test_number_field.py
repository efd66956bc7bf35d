"""One number: typed, stepped, turned, dragged, reset."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from imagetool.ui.widgets.number_field import DragLabel, NumberRange, NumberRow

PERCENT = NumberRange(0, 100, 5, 40, unit="%")
STRENGTH = NumberRange(-1, 1, 0.05, 0.5, decimals=2)
SHIFT = Qt.KeyboardModifier.ShiftModifier


def shown(qtbot: QtBot, allowed: NumberRange) -> NumberRow:
    row = NumberRow("Size", allowed)
    qtbot.addWidget(row)
    with qtbot.waitExposed(row):
        row.show()
    row.field.setFocus()
    row.field.selectAll()
    return row


def turn(widget: QWidget, angle: int) -> None:
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle,
        middle,
        QPoint(),
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


@pytest.mark.parametrize(
    ("allowed", "typed", "value", "text"),
    [
        (PERCENT, "55", 55, "55 %"),
        (PERCENT, " 55% ", 55, "55 %"),
        (PERCENT, "54.6", 55, "55 %"),
        (PERCENT, "500", 100, "100 %"),
        (PERCENT, "-3", 0, "0 %"),
        (PERCENT, "many", 40, "40 %"),
        (PERCENT, "", 40, "40 %"),
        (PERCENT, "nan", 40, "40 %"),
        (PERCENT, "inf", 40, "40 %"),
        (STRENGTH, "0,25", 0.25, "0.25"),
        (STRENGTH, "-.3", -0.3, "-0.30"),
        (NumberRange(1, 2000, 1, 60, unit="px"), "80 PX", 80, "80 px"),
    ],
)
def test_what_is_typed(qtbot: QtBot, allowed: NumberRange, typed: str, value: float, text: str) -> None:
    row = shown(qtbot, allowed)
    QTest.keyClick(row.field, Qt.Key.Key_Delete)
    QTest.keyClicks(row.field, typed)
    QTest.keyClick(row.field, Qt.Key.Key_Return)
    assert row.field.value == value
    assert row.field.text() == text
    assert not row.field.hasFocus(), "the next key would be typed, too"


def test_what_is_typed_counts_before_return(qtbot: QtBot) -> None:
    row = shown(qtbot, PERCENT)
    QTest.keyClicks(row.field, "77")
    assert row.field.value == 77, "Ctrl+Enter from the field would run with the old number"


def test_esc_goes_back_and_belongs_to_the_field(qtbot: QtBot) -> None:
    row = shown(qtbot, PERCENT)
    QTest.keyClicks(row.field, "77")
    QTest.keyClick(row.field, Qt.Key.Key_Escape)
    assert (row.field.value, row.field.text()) == (40, "40 %")
    assert not row.field.hasFocus()


@pytest.mark.parametrize("part", ["field", "slider"])
def test_arrow_keys_step_and_shift_steps_by_ten(qtbot: QtBot, part: str) -> None:
    row = shown(qtbot, NumberRange(0, 1000, 1, 500))
    widget = getattr(row, part)
    widget.setFocus()
    QTest.keyClick(widget, Qt.Key.Key_Up)
    assert row.field.value == 501
    QTest.keyClick(widget, Qt.Key.Key_Down, SHIFT)
    assert row.field.value == 491


@pytest.mark.parametrize("part", ["field", "slider"])
def test_the_wheel_turns_only_what_has_the_focus(qtbot: QtBot, part: str) -> None:
    row = shown(qtbot, PERCENT)
    widget = getattr(row, part)
    widget.clearFocus()
    (row.slider if part == "field" else row.field).setFocus()
    turn(widget, 120)
    assert row.field.value == 40, "a setting jumped while the panel was scrolled"
    widget.setFocus()
    turn(widget, 120)
    assert row.field.value == 45
    turn(widget, -120)
    assert row.field.value == 40


def test_dragging_the_label_changes_and_a_double_click_resets(qtbot: QtBot) -> None:
    row = shown(qtbot, PERCENT)
    label = row.findChild(DragLabel)
    assert label is not None
    QTest.mousePress(label, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    QTest.mouseMove(label, QPoint(18, 2))
    QTest.mouseRelease(label, Qt.MouseButton.LeftButton, pos=QPoint(18, 2))
    assert row.field.value == 60, "16 pixels are four steps of five"
    QTest.mouseMove(label, QPoint(60, 2))
    assert row.field.value == 60, "the button is not held any more"
    QTest.mouseDClick(label, Qt.MouseButton.LeftButton)
    assert row.field.value == 40


def test_a_double_click_on_the_field_resets(qtbot: QtBot) -> None:
    row = shown(qtbot, PERCENT)
    row.set_value(90)
    QTest.mouseDClick(row.field, Qt.MouseButton.LeftButton)
    assert row.field.value == 40


def test_slider_and_field_show_the_same(qtbot: QtBot) -> None:
    row = shown(qtbot, NumberRange(1, 2000, 1, 60, unit="px", curve=3.0))
    heard: list[float] = []
    row.value_changed.connect(heard.append)
    row.slider.setValue(1000)
    assert row.field.value == 2000
    row.slider.setValue(0)
    assert row.field.value == 1
    row.set_value(251)
    assert row.slider.value() == 500, "small sizes have more of the slider"
    row.set_value(251)
    assert heard == [2000, 1, 251], "each change is said once"


def test_a_range_of_one_number_is_no_error(qtbot: QtBot) -> None:
    row = shown(qtbot, NumberRange(3, 3, 1, 3))
    QTest.keyClick(row.field, Qt.Key.Key_Up)
    assert row.field.value == 3
