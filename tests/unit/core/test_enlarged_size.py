"""How large a picture becomes: by a factor, in pixels, on paper."""

from __future__ import annotations

import math

import pytest

from imagetool.core.enlarged_size import (
    LEAST_FACTOR,
    MOST_FACTOR,
    BadSize,
    PrintSize,
    by_factor,
    check_factor,
    factor_of,
    printed_cm,
    read_print_size,
    read_size,
)
from imagetool.core.files import MAX_PIXELS
from imagetool.core.geometry import Size

PHOTO = Size(300, 200)


@pytest.mark.parametrize(
    ("picture", "factor", "target"),
    [
        (PHOTO, 2.0, Size(600, 400)),
        (PHOTO, 1.1, Size(330, 220)),
        (Size(333, 101), 1.5, Size(500, 152)),
        (Size(7, 1), 1.1, Size(8, 1)),
        (Size(1, 1), 0.1, Size(1, 1)),
    ],
)
def test_a_factor_is_rounded_to_whole_pixels(picture: Size, factor: float, target: Size) -> None:
    assert by_factor(picture, factor) == target


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("1200x800", Size(1200, 800)),
        ("600x", Size(600, 400)),
        ("x300", Size(450, 300)),
        ("500x400", Size(500, 400)),
        ("999999x", Size(999_999, 666_666)),
    ],
)
def test_a_size_in_pixels(text: str, target: Size) -> None:
    assert read_size(text, PHOTO) == target


NO_SIZE = ["", "x", "800", "0x", "x0", "0x0", "0x800", "800x0", "-3x4", "3 x 4", "1e3x", "1.5x3", "axb", "3x4x5"]


@pytest.mark.parametrize("text", [*NO_SIZE, "1000000x", "9" * 5000 + "x", "600X400\n"], ids=lambda text: text[:12])
def test_what_is_no_size_is_said(text: str) -> None:
    with pytest.raises(BadSize) as caught:
        read_size(text, PHOTO)
    shown = f"“{text:.40}” is no size. Give width x height in pixels, such as 1200x800, 1200x or x800."
    assert str(caught.value) == shown


@pytest.mark.parametrize(
    ("text", "sheet"),
    [
        ("30x20cm@300", PrintSize(30 / 2.54, 20 / 2.54, 300)),
        ("30x20cm", PrintSize(30 / 2.54, 20 / 2.54, 300)),
        ("300x200mm@150", PrintSize(30 / 2.54, 20 / 2.54, 150)),
        ("8x10in@72", PrintSize(8, 10, 72)),
        ("29.7x21.0cm", PrintSize(29.7 / 2.54, 21 / 2.54, 300)),
    ],
)
def test_a_size_on_paper(text: str, sheet: PrintSize) -> None:
    read = read_print_size(text)
    assert (read.width_in, read.height_in) == pytest.approx((sheet.width_in, sheet.height_in))
    assert read.dpi == sheet.dpi


NO_SHEET = [
    "A4",
    "30x20",
    "30cm",
    "30x20px",
    "30x20cm@",
    "30x20cm@0",
    "0x20cm",
    "30x0.0cm",
    "x20cm",
    "30x20cm@1.5",
]
HOSTILE_SHEETS = ["9" * 400 + "x" + "9" * 400 + "cm", "30x20cm@" + "9" * 5000, "30x20cm@" + "9" * 400]


@pytest.mark.parametrize("text", [*NO_SHEET, *HOSTILE_SHEETS], ids=lambda text: f"{text[:12]}…{len(text)}")
def test_what_is_no_size_on_paper_is_said_and_never_a_crash(text: str) -> None:
    with pytest.raises(BadSize) as caught:
        check_factor(PHOTO, read_print_size(text).size_of(PHOTO))
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("sheet", "target"),
    [
        (PrintSize(3, 2, 300), Size(900, 600)),
        (PrintSize(30, 2, 300), Size(900, 600)),  # as high as the sheet
        (PrintSize(3, 20, 300), Size(900, 600)),  # as wide as the sheet
        (PrintSize(2, 3, 300), Size(600, 400)),  # an upright sheet for a landscape
    ],
)
def test_a_picture_fits_on_its_sheet_and_keeps_its_shape(sheet: PrintSize, target: Size) -> None:
    assert sheet.size_of(PHOTO) == target


@pytest.mark.parametrize(
    "target",
    [
        by_factor(PHOTO, LEAST_FACTOR),
        by_factor(PHOTO, MOST_FACTOR),
        Size(300, 400),  # one side may stay
        Size(2400, 200),
    ],
    ids=str,
)
def test_what_can_be_reached(target: Size) -> None:
    check_factor(PHOTO, target)


@pytest.mark.parametrize(
    "target", [PHOTO, Size(299, 400), Size(315, 210), Size(2500, 1600), Size(600, 199)], ids=str
)
def test_what_cannot_be_reached_is_said_with_both_sizes(target: Size) -> None:
    with pytest.raises(BadSize) as caught:
        check_factor(PHOTO, target)
    assert str(caught.value) == (
        f"{target} pixels is not 1.1 to 8 times as large as the picture, which has 300 × 200. Choose another size."
    )


@pytest.mark.parametrize(("picture", "factor"), [(Size(20_000, 10_000), 2.0), (Size(8000, 6000), 3.0)], ids=str)
def test_a_picture_that_could_not_be_opened_again_is_refused(picture: Size, factor: float) -> None:
    target = by_factor(picture, factor)
    assert target.pixels > MAX_PIXELS
    with pytest.raises(BadSize):
        check_factor(picture, target)


@pytest.mark.parametrize("side", [1, 2, 3, 5, 7, 10, 101, 1001])
@pytest.mark.parametrize("factor", [LEAST_FACTOR, 1.37, 2.0, 5.55, MOST_FACTOR])
def test_every_factor_of_the_form_can_be_reached_in_spite_of_rounding(side: int, factor: float) -> None:
    for picture in (Size(side, side), Size(side, 3 * side + 1), Size(2 * side + 1, side)):
        check_factor(picture, by_factor(picture, factor))


def test_the_factor_is_that_of_the_side_that_grows_more() -> None:
    assert factor_of(PHOTO, Size(600, 800)) == 4.0
    assert factor_of(PHOTO, Size(900, 200)) == 3.0


def test_how_large_it_is_on_paper() -> None:
    assert printed_cm(Size(600, 300), 300) == pytest.approx((5.08, 2.54))
    assert printed_cm(Size(600, 300), 0) == (math.inf, math.inf)
