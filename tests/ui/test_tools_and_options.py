"""The tool in the hand, its button, its key and its options say the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.core.brush import Brush
from imagetool.core.shapes import Combine
from imagetool.ui.canvas.brush_tool import BrushTool
from imagetool.ui.canvas.shape_tools import OutlineTool
from imagetool.ui.options_bar import OptionsBar
from imagetool.ui.widgets.number_field import NumberRow
from tests.fakes.editors import open_photo, press
from tests.fakes.hands import SHIFT

KEYS = {
    "hand": Qt.Key.Key_H,
    "brush": Qt.Key.Key_B,
    "eraser": Qt.Key.Key_E,
    "lasso": Qt.Key.Key_L,
    "rectangle": Qt.Key.Key_M,
}


def visible(bar: OptionsBar, kind: type[NumberRow] | type[QPushButton]) -> dict[str, NumberRow | QPushButton]:
    """The widgets of the page that is shown, by their words."""
    found: list[NumberRow | QPushButton] = [it for it in bar.findChildren(kind) if it.isVisible()]
    return {it.field.accessibleName() if isinstance(it, NumberRow) else it.text(): it for it in found}


def number(bar: OptionsBar, name: str) -> NumberRow:
    row = visible(bar, NumberRow)[name]
    assert isinstance(row, NumberRow)
    return row


def button(bar: OptionsBar, name: str) -> QPushButton:
    found = visible(bar, QPushButton)[name]
    assert isinstance(found, QPushButton)
    return found


@pytest.mark.parametrize("tool", KEYS)
def test_key_and_button_choose_the_same_tool(qtbot: QtBot, editor: Editor, photo: Path, tool: str) -> None:
    canvas = open_photo(qtbot, editor, photo)
    other = "hand" if tool != "hand" else "brush"
    press(canvas, KEYS[other])
    press(canvas, KEYS[tool])
    assert editor.tool.id == tool
    pressed = [it for it in editor.window.tools.findChildren(QToolButton) if it.isChecked()]
    assert len(pressed) == 1
    press(canvas, KEYS[other])
    pressed[0].click()
    assert editor.tool.id == tool
    assert canvas.cursor().shape() == editor.tool.cursor()


def test_every_tool_has_a_page(editor: Editor) -> None:
    pages = {}
    for tool_id in editor.tools:
        editor.choose_tool(tool_id)
        pages[tool_id] = sorted(visible(editor.window.options, QPushButton))
    assert pages["brush"] == pages["eraser"] == ["Add", "Remove"]
    assert pages["lasso"] == pages["rectangle"] == ["Add", "Intersect", "New", "Subtract"]
    assert pages["hand"] == []


def test_size_and_hardness_both_ways(qtbot: QtBot, editor: Editor, photo: Path) -> None:
    canvas = open_photo(qtbot, editor, photo)
    brush, bar = editor.tool, editor.window.options
    assert isinstance(brush, BrushTool)
    number(bar, "Size").field.set_value(120)
    number(bar, "Hardness").field.set_value(35)
    assert brush.brush == Brush(120, 0.35)
    press(canvas, Qt.Key.Key_BracketLeft)
    assert brush.brush.size_px == 104
    assert number(bar, "Size").field.value == 104
    press(canvas, Qt.Key.Key_BracketRight)
    press(canvas, Qt.Key.Key_BracketRight, SHIFT)
    assert number(bar, "Hardness").field.value == 45
    canvas.brush_wheel_turned.emit(-1)
    assert number(bar, "Size").field.value == brush.brush.size_px < 120


def test_x_swaps_adding_and_removing(qtbot: QtBot, editor: Editor, photo: Path) -> None:
    canvas = open_photo(qtbot, editor, photo)
    brush, bar = editor.tool, editor.window.options
    assert isinstance(brush, BrushTool)
    press(canvas, Qt.Key.Key_X)
    assert brush.mode.value == "subtract"
    assert button(bar, "Remove").isChecked()
    button(bar, "Add").click()
    assert brush.mode.value == "add"


def test_combine_modes_both_ways(editor: Editor) -> None:
    editor.choose_tool("lasso")
    tool, bar = editor.tool, editor.window.options
    assert isinstance(tool, OutlineTool)
    for combine, name in zip(Combine, ("New", "Add", "Subtract", "Intersect"), strict=True):
        button(bar, name).click()
        assert tool.combine is combine
    tool.set_combine(Combine.ADD)
    assert button(bar, "Add").isChecked()


def test_letters_typed_into_a_field_choose_no_tool(qtbot: QtBot, editor: Editor, photo: Path) -> None:
    canvas = open_photo(qtbot, editor, photo)
    field = number(editor.window.options, "Size").field
    field.setFocus()
    for key in (Qt.Key.Key_E, Qt.Key.Key_M, Qt.Key.Key_BracketLeft, Qt.Key.Key_Delete, Qt.Key.Key_Q):
        press(field, key)
    assert editor.tool.id == "brush"
    press(field, Qt.Key.Key_Escape)
    press(canvas, Qt.Key.Key_E)
    assert editor.tool.id == "eraser"
