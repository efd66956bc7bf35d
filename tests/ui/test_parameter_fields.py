"""The fields of a form that are no numbers: words, colours, files; and seeds."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QColorDialog, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from imagetool.plugin.parameters import (
    LARGEST_SEED,
    AnyParameter,
    ColourParameter,
    FileParameter,
    SeedParameter,
    TextParameter,
    Value,
)
from imagetool.ui.widgets.colour_field import ColourField, Swatch
from imagetool.ui.widgets.field_row import FieldLabel
from imagetool.ui.widgets.file_field import FileField
from imagetool.ui.widgets.number_field import NumberField
from imagetool.ui.widgets.parameter_form import ParameterForm
from imagetool.ui.widgets.text_field import TextArea, TextField, shown_only
from tests.fakes.finding import first

ALL: tuple[AnyParameter, ...] = (
    ColourParameter(id="tint", label="Tint & tone", default="#4080ff", help="<i>Not</i> slanted"),
    TextParameter(id="note", label="Note", default="short", max_length=12),
    TextParameter(id="prompt", label="Prompt", default="", max_length=40, lines=5),
    SeedParameter(id="grain", label="Grain", default=7),
    FileParameter(id="table", label="Table", suffixes=(".cube", ".3dl")),
)


def form(qtbot: QtBot, values: dict[str, Value] | None = None) -> ParameterForm:
    made = ParameterForm(ALL, values or {})
    qtbot.addWidget(made)
    made.resize(280, 400)
    with qtbot.waitExposed(made):
        made.show()
    return made


def dropped(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def test_it_begins_with_the_defaults(qtbot: QtBot) -> None:
    assert dict(form(qtbot).params) == {"tint": "#4080ff", "note": "short", "prompt": "", "grain": 7, "table": ""}


def test_it_begins_with_what_was_set_before(qtbot: QtBot) -> None:
    values: dict[str, Value] = {"tint": "#010203", "note": "x", "prompt": "a\nb", "grain": 9, "table": "/a/b.cube"}
    made = form(qtbot, values)
    assert dict(made.params) == values
    assert first(made, QPushButton).text() == "b.cube"


def test_every_kind_can_be_changed(qtbot: QtBot) -> None:
    made = form(qtbot)
    changes: list[bool] = []
    made.changed.connect(lambda: changes.append(True))
    first(made, ColourField).set_value("#ff0000")
    first(made, TextField).set_value("words")
    first(made, TextArea).set_value("many\nwords")
    first(made, NumberField).set_value(LARGEST_SEED)
    first(made, FileField).set_value("/x/y.CUBE")
    assert dict(made.params) == {
        "tint": "#ff0000",
        "note": "words",
        "prompt": "many\nwords",
        "grain": LARGEST_SEED,
        "table": "/x/y.CUBE",
    }
    assert len(changes) == 5


def test_a_double_click_on_a_name_brings_the_default_back(qtbot: QtBot) -> None:
    values: dict[str, Value] = {"tint": "#010203", "note": "x", "prompt": "a", "grain": 9, "table": "/a/b.cube"}
    made = form(qtbot, values)
    for name in made.findChildren(FieldLabel):
        QTest.mouseDClick(name, Qt.MouseButton.LeftButton)
    QTest.mouseDClick(first(made, NumberField), Qt.MouseButton.LeftButton)
    assert dict(made.params) == {"tint": "#4080ff", "note": "short", "prompt": "", "grain": 7, "table": ""}


@pytest.mark.parametrize(
    ("typed", "colour"),
    [("#FF8000", "#ff8000"), ("ff8000", "#ff8000"), ("f80", "#ff8800"), ("blue", "#4080ff"), ("", "#4080ff")],
)
def test_a_colour_can_be_typed(qtbot: QtBot, typed: str, colour: str) -> None:
    made = form(qtbot)
    field = first(made, ColourField)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, typed) if typed else field.clear()
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert (field.value, field.text()) == (colour, colour)


def test_arrow_keys_make_a_colour_lighter_and_darker(qtbot: QtBot) -> None:
    made = form(qtbot)
    field = first(made, ColourField)
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert field.value == "#4181ff"
    QTest.keyClick(field, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert field.value == "#3777f5"


def test_esc_goes_back_to_the_colour_that_was_there(qtbot: QtBot) -> None:
    made = form(qtbot)
    field = first(made, ColourField)
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Up)
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.value == "#4080ff"


def test_the_colour_follows_the_dialog_and_goes_back_where_it_is_cancelled(qtbot: QtBot) -> None:
    made = form(qtbot)
    field, swatch = first(made, ColourField), first(made, Swatch)
    swatch.click()
    dialog = first(swatch, QColorDialog)
    dialog.setCurrentColor(QColor("#102030"))
    assert made.params["tint"] == "#102030", "the dialog is open and the colour can be seen already"
    dialog.reject()
    assert field.value == "#4080ff"


def test_one_line_takes_no_more_than_it_may(qtbot: QtBot) -> None:
    made = form(qtbot)
    field = first(made, TextField)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "0123456789abcdef")
    assert made.params["note"] == "0123456789ab"


def test_several_lines_take_no_more_than_they_may(qtbot: QtBot) -> None:
    made = form(qtbot)
    area = first(made, TextArea)
    area.set_value("x" * 38)
    area.setFocus()
    area.moveCursor(area.textCursor().MoveOperation.End)
    QTest.keyClicks(area, "yyyyy")
    assert made.params["prompt"] == "x" * 38 + "yy"


def test_several_lines_grow_up_to_a_measure(qtbot: QtBot) -> None:
    made = form(qtbot)
    area = first(made, TextArea)
    heights = []
    for lines in (1, 3, 5, 9):
        area.set_value("\n".join("x" * lines))
        heights.append(area.height())
    assert heights[0] < heights[1] < heights[2] == heights[3]


def test_tab_leaves_several_lines(qtbot: QtBot) -> None:
    made = form(qtbot)
    area = first(made, TextArea)
    area.setFocus()
    QTest.keyClick(area, Qt.Key.Key_Tab)
    assert not area.hasFocus()
    assert made.params["prompt"] == ""


@pytest.mark.parametrize(
    ("text", "lines", "shown"),
    [
        ("a\tb\x00c", True, "abc"),
        ("a\r\nb", True, "a\nb"),
        ("a\n", True, "a\n"),
        ("a\u2028b\u202ec", True, "a\nbc"),
        ("a\nb", False, "a b"),
        ("", True, ""),
    ],
)
def test_what_cannot_be_shown_is_left_out(text: str, lines: bool, shown: str) -> None:
    assert shown_only(text, keep_lines=lines) == shown


def test_the_dice_give_another_seed(qtbot: QtBot) -> None:
    made = form(qtbot)
    dice = next(it for it in made.findChildren(QToolButton) if "Another number" in it.accessibleName())
    seeds = set()
    for _ in range(4):
        dice.click()
        seeds.add(made.params["grain"])
    assert len(seeds) == 4
    assert all(isinstance(seed, int) and 0 <= seed <= LARGEST_SEED for seed in seeds)


def test_a_file_can_be_taken_away(qtbot: QtBot) -> None:
    made = form(qtbot, {"table": "/a/b.cube"})
    field = first(made, FileField)
    clear = first(field, QToolButton)
    assert clear.isVisible()
    clear.click()
    assert made.params["table"] == ""
    assert not clear.isVisible()


@pytest.mark.parametrize(
    ("names", "taken"),
    [(("look.CUBE",), "look.CUBE"), (("photo.png",), ""), (("a.cube", "b.cube"), ""), ((), "")],
)
def test_one_file_of_the_right_kind_can_be_dropped(
    qtbot: QtBot, tmp_path: Path, names: tuple[str, ...], taken: str
) -> None:
    made = form(qtbot)
    field = first(made, FileField)
    assert Path(field.takes(dropped(*(tmp_path / name for name in names)))).name == taken


def test_words_of_a_plugin_are_no_markup(qtbot: QtBot) -> None:
    made = form(qtbot)
    names = made.findChildren(FieldLabel)
    assert names[0].text() == "Tint && tone"
    assert all(name.textFormat() == Qt.TextFormat.PlainText for name in names)
    assert "&lt;i&gt;" in names[0].toolTip()
