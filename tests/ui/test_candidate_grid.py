"""How candidates are laid out, magnified, and cut out of previews; and the form that asks for them."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from imagetool.core.geometry import Size
from imagetool.core.grids import composed
from imagetool.plugin.tasks import Task
from imagetool.ui.candidates.cells import CandidateCell
from imagetool.ui.candidates.closer_look import CloserLook
from imagetool.ui.candidates.magnifying import columns_in_grid, draw, scale_in_grid, scale_to_fit
from imagetool.ui.candidates.previews import preview_images
from imagetool.ui.widgets.create_form import CreateForm
from tests.fakes.papers import manifest_of

ROOM = QSize(660, 580)
FRAME = 16


def shades(images: list[QImage]) -> list[int]:
    return [image.pixelColor(image.width() // 2, image.height() // 2).red() for image in images]


def pictures(*values: int, side: int = 32) -> list[np.ndarray]:
    return [np.full((side, side, 3), value, np.uint8) for value in values]


@pytest.mark.parametrize(
    ("side", "count", "scale"),
    [
        (32, 16, 4.0),  # 4 × 4 cells of 128 px and their frames
        (32, 1, 9.0),  # one is no larger than 288 px
        (32, 64, 2.0),  # all do not fit, but in 64 px something can be made out: it scrolls
        (64, 16, 2.0),
        (48, 9, 3.0),
    ],
)
def test_small_pictures_are_magnified_by_whole_factors(side: int, count: int, scale: float) -> None:
    assert scale_in_grid(Size(side, side), count, ROOM, FRAME) == scale


def test_large_pictures_become_as_small_as_they_must() -> None:
    scale = scale_in_grid(Size(512, 512), 16, ROOM, FRAME)
    assert 0.2 < scale < 0.3
    assert scale_to_fit(Size(512, 256), QSize(128, 128)) == 0.25


def test_no_room_is_left_in_the_last_row_if_it_can_be_helped() -> None:
    cell = QSize(112, 112)
    assert columns_in_grid(16, cell, QSize(660, 500)) == 4, "not 5, 5, 5 and 1"
    assert columns_in_grid(16, cell, QSize(660, 340)) == 5, "4 rows do not fit"
    assert columns_in_grid(3, cell, ROOM) == 3
    assert columns_in_grid(1, QSize(900, 900), ROOM) == 1


def test_magnified_pixels_have_sharp_edges_and_opacity_shows_a_checkerboard() -> None:
    small = QImage(2, 1, QImage.Format.Format_ARGB32)
    small.setPixelColor(0, 0, QColor(255, 0, 0))
    small.setPixelColor(1, 0, QColor(0, 0, 0, 0))
    shown = QImage(32, 16, QImage.Format.Format_RGB32)
    painter = QPainter(shown)
    draw(painter, small, QRectF(0, 0, 32, 16))
    painter.end()
    assert {shown.pixelColor(x, 3).rgb() for x in range(16)} == {QColor(255, 0, 0).rgb()}
    assert {shown.pixelColor(x, 3).red() for x in range(16, 32)} == {204, 255}


@pytest.mark.parametrize("side", [32, 31])
def test_a_preview_of_several_is_cut_into_cells(side: int) -> None:
    grid = composed(pictures(10, 20, 30, 40, 50, side=side))
    assert shades(preview_images(grid, Size(side, side), 5)) == [10, 20, 30, 40, 50]


def test_a_preview_of_one_shows_the_first() -> None:
    assert shades(preview_images(pictures(77)[0], Size(32, 32), 16)) == [77]


def test_a_preview_of_the_first_four_shows_four() -> None:
    assert shades(preview_images(composed(pictures(1, 2, 3, 4)), Size(32, 32), 16)) == [1, 2, 3, 4]


def test_a_preview_that_is_coarser_is_cut_all_the_same() -> None:
    grid = composed(pictures(10, 20, 30, 40, 50, 60, 70, 80, 90, side=21))
    assert shades(preview_images(grid[:62, :62], Size(500, 500), 9)) == [10, 20, 30, 40, 50, 60, 70, 80, 90]


def test_repeating_shows_the_picture_three_times_each_way(qtbot: QtBot) -> None:
    look = CloserLook()
    qtbot.addWidget(look)
    image = QImage(32, 32, QImage.Format.Format_RGB32)
    image.fill(QColor(10, 200, 30))
    image.setPixelColor(0, 0, QColor(255, 0, 0))
    look.show_cell(CandidateCell("Tiles 3", image, "32 × 32 px"))
    assert look.name.text() == "Tiles 3"

    def corners() -> int:
        shown = look.grab().toImage()
        reds = [(x, y) for x in range(shown.width()) for y in range(shown.height()) if _is_red(shown, x, y)]
        return sum((x - 1, y) not in reds and (x, y - 1) not in reds for x, y in reds)

    assert corners() == 1
    look.repeat.setChecked(True)
    assert corners() == 9


def _is_red(image: QImage, x: int, y: int) -> bool:
    return image.pixelColor(x, y) == QColor(255, 0, 0)


def test_the_form_keeps_the_size_that_was_set_for_each_model(qtbot: QtBot) -> None:
    (eights,) = manifest_of(
        "org.example.one", Task.GENERATE, more="tile = { size = 64, overlap = 8, multiple_of = 8 }"
    ).models
    (other,) = manifest_of("org.example.two", Task.GENERATE, more="tile = { size = 32, overlap = 8 }").models
    form = CreateForm()
    qtbot.addWidget(form)
    form.set_model("one", eights)
    assert (form.size_px, form.count) == (Size(64, 64), 16)
    form.width_px.set_value(90)
    assert form.size_px == Size(96, 64), "the model makes multiples of 8"
    form.set_model("two", other)
    assert form.size_px == Size(32, 32)
    form.set_model("one", eights)
    assert form.size_px == Size(96, 64)
