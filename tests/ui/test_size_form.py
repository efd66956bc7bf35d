"""Three ways to say how large a picture becomes; all of them always say the same."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from imagetool.core.enlarged_size import BadSize
from imagetool.core.geometry import Size
from imagetool.ui.widgets.number_field import NumberField
from imagetool.ui.widgets.size_form import SizeForm

PHOTO = Size(400, 300)


@pytest.fixture
def form(qtbot: QtBot) -> SizeForm:
    made = SizeForm()
    qtbot.addWidget(made)
    made.set_picture(PHOTO)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    return made


def choose(form: SizeForm, way: str) -> None:
    next(it for it in form.findChildren(QPushButton) if it.text() == way).click()


def type_into(field: NumberField, text: str) -> None:
    """Replaces what stands in a field, key by key, and stays in it."""
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)


@dataclass(frozen=True)
class Said:
    """What all fields say."""

    factor: float
    width_px: float
    height_px: float
    width_cm: float
    height_cm: float

    @classmethod
    def by(cls, form: SizeForm) -> Said:
        return cls(
            form.factor.field.value,
            form.width_px.value,
            form.height_px.value,
            form.width_cm.value,
            form.height_cm.value,
        )


def test_it_begins_with_twice_as_large(form: SizeForm) -> None:
    assert Said.by(form) == Said(2.0, 800, 600, 6.77, 5.08)
    assert form.target_of(PHOTO) == Size(800, 600)
    assert form.summary.text() == "400 × 300 → 800 × 600 px · 0.5 megapixels"


@pytest.mark.parametrize(
    ("way", "field", "typed", "said"),
    [
        ("Factor", "factor", "3", Said(3.0, 1200, 900, 10.2, 7.6)),
        ("Factor", "factor", "2,5", Said(2.5, 1000, 750, 8.5, 6.3)),
        ("Pixels", "width_px", "1200", Said(3.0, 1200, 900, 10.2, 7.6)),
        ("Pixels", "height_px", "900 px", Said(3.0, 1200, 900, 10.2, 7.6)),
        ("Print", "width_cm", "10.16", Said(3.0, 1200, 900, 10.2, 7.6)),
        ("Print", "height_cm", "7.62", Said(3.0, 1200, 900, 10.2, 7.6)),
    ],
)
def test_what_is_typed_in_one_way_shows_in_all(
    form: SizeForm, way: str, field: str, typed: str, said: Said
) -> None:
    choose(form, way)
    part = getattr(form, field)
    type_into(part.field if field == "factor" else part, typed)
    assert form.focusWidget() is not None
    form.focusWidget().clearFocus()
    found = Said.by(form)
    for name in ("factor", "width_px", "height_px", "width_cm", "height_cm"):
        tolerance = 0.005 * getattr(said, name) + 0.06 * name.endswith("cm")  # given to the millimetre
        assert getattr(found, name) == pytest.approx(getattr(said, name), abs=tolerance), name
    target = form.target_of(PHOTO)
    assert (found.width_px, found.height_px) == target
    assert f" → {target} px · " in form.summary.text()


@pytest.mark.parametrize(
    ("field", "typed", "target"),
    [("width_px", "1001", Size(1001, 751)), ("height_px", "1001", Size(1335, 1001))],
)
def test_the_side_that_is_typed_is_met_to_the_pixel(form: SizeForm, field: str, typed: str, target: Size) -> None:
    choose(form, "Pixels")
    type_into(getattr(form, field), typed)
    assert form.target_of(PHOTO) == target
    QTest.keyClick(getattr(form, field), Qt.Key.Key_Return)
    assert form.target_of(PHOTO) == target, "leaving the field must not change the size"
    for way in ("Factor", "Print", "Pixels"):
        choose(form, way)
    assert form.target_of(PHOTO) == target, "looking at it in another way must not change it"


def test_what_is_being_typed_is_left_alone(form: SizeForm) -> None:
    choose(form, "Pixels")
    type_into(form.width_px, "1")
    assert form.width_px.text() == "1", "the form writes into the field that is being typed into"
    QTest.keyClicks(form.width_px, "200")
    assert form.width_px.text() == "1200"
    assert (form.height_px.value, form.factor.field.value) == (900, 3.0)


def test_only_one_way_is_to_be_seen(form: SizeForm) -> None:
    for way, seen in (("Pixels", form.width_px), ("Print", form.width_cm), ("Factor", form.factor)):
        choose(form, way)
        parts = (form.factor, form.width_px, form.width_cm)
        assert [part.isVisible() for part in parts] == [part is seen for part in parts]


def test_there_is_a_resolution_on_paper_only(form: SizeForm) -> None:
    assert form.print_dpi is None
    choose(form, "Print")
    assert form.print_dpi == 300
    form.dpi.set_value(240)
    assert form.print_dpi == 240
    choose(form, "Pixels")
    assert form.print_dpi is None, "a size in pixels does not set the resolution of the file"


def test_another_resolution_keeps_the_size_on_paper(form: SizeForm) -> None:
    choose(form, "Print")
    type_into(form.width_cm, "10")
    assert form.target_of(PHOTO) == Size(1181, 886)
    form.dpi.set_value(200)
    assert (form.width_cm.value, form.target_of(PHOTO)) == (10.0, Size(787, 591))


@pytest.mark.parametrize("dpi", [200, 450])
def test_another_resolution_keeps_the_height_that_was_given(form: SizeForm, dpi: int) -> None:
    choose(form, "Print")
    type_into(form.height_cm, "10")
    assert form.target_of(PHOTO).height == round(10 / 2.54 * 300)
    form.dpi.set_value(dpi)
    assert abs(form.target_of(PHOTO).height - 10 / 2.54 * dpi) <= 1, "the height is computed from a rounded width"


INVALID = [
    ("Pixels", "width_px", "400", "400 × 300 pixels is not 1.1 to 8 times"),
    ("Pixels", "width_px", "410", "410 × 308 pixels is not 1.1 to 8 times"),
    ("Print", "width_cm", "1", "118 × 89 pixels is not 1.1 to 8 times"),
    ("Print", "width_cm", "300", "35433 × 26575 pixels is not 1.1 to 8 times"),
]


@pytest.mark.parametrize(("way", "field", "typed", "said"), INVALID)
def test_a_size_that_cannot_be_is_said_and_refused(
    form: SizeForm, way: str, field: str, typed: str, said: str
) -> None:
    choose(form, way)
    type_into(getattr(form, field), typed)
    assert form.summary.text().startswith(said)
    assert form.summary.text().endswith("as large as the picture, which has 400 × 300. Choose another size.")
    with pytest.raises(BadSize):
        form.target_of(PHOTO)


@pytest.mark.parametrize(("way", "field", "typed", "said"), INVALID)
def test_no_way_says_something_else_than_the_summary(
    form: SizeForm, way: str, field: str, typed: str, said: str
) -> None:
    """The scale cannot show 0.3 ×: where it shows 1.1 ×, that is what must be done."""
    choose(form, way)
    type_into(getattr(form, field), typed)
    choose(form, "Factor")
    assert form.target_of(PHOTO) == Size(
        round(400 * form.factor.field.value), round(300 * form.factor.field.value)
    )
    assert "→" in form.summary.text()


def test_too_many_pixels_are_cut_to_eight_times(form: SizeForm) -> None:
    choose(form, "Pixels")
    type_into(form.width_px, "99999")
    QTest.keyClick(form.width_px, Qt.Key.Key_Return)
    assert form.target_of(PHOTO) == Size(3200, 2400)


def test_every_change_is_said_once(form: SizeForm) -> None:
    heard: list[None] = []
    form.changed.connect(lambda: heard.append(None))
    form.factor.set_value(3.0)
    assert len(heard) == 1
    form.width_px.set_value(1300)
    assert len(heard) == 2
    choose(form, "Print")
    assert len(heard) == 3
    form.dpi.set_value(310)
    assert len(heard) == 4
    form.set_picture(Size(500, 500))
    assert len(heard) == 4, "another picture is no wish of the user's"


def test_another_picture_keeps_the_factor(form: SizeForm) -> None:
    choose(form, "Pixels")
    form.width_px.set_value(1200)
    form.set_picture(Size(100, 50))
    assert (form.width_px.value, form.height_px.value) == (300, 150)
    assert form.target_of(Size(100, 50)) == Size(300, 150)
    form.set_picture(PHOTO)
    assert (form.width_px.value, form.height_px.value) == (1200, 900)


def test_a_field_in_use_speaks_of_the_new_picture_too(form: SizeForm) -> None:
    """Ctrl+Enter from the field enlarges; then the picture is another one, and the field still in use."""
    choose(form, "Pixels")
    type_into(form.width_px, "800")
    form.set_picture(Size(800, 600))
    assert form.summary.text().startswith("800 × 600 → 1600 × 1200 px")
    assert (form.width_px.value, form.height_px.value) == (1600, 1200)
    form.width_px.clearFocus()
    assert form.target_of(Size(800, 600)) == Size(1600, 1200)


def test_a_tiny_picture_is_no_trouble(form: SizeForm) -> None:
    form.set_picture(Size(1, 1))
    assert form.target_of(Size(1, 1)) == Size(2, 2)
    form.set_picture(Size(1, 3000))
    assert form.target_of(Size(1, 3000)) == Size(2, 6000)
