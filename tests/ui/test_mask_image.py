"""The mask as it is laid over the picture, at halved sizes."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from imagetool.core.geometry import Rect
from imagetool.core.tiles import TiledImage
from imagetool.ui.canvas.mask_image import MaskImages, grays, tint


def shades(image: QImage) -> NDArray[np.uint8]:
    gray = image.convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(gray.constBits(), np.uint8).reshape(gray.height(), gray.bytesPerLine())
    return rows[:, : gray.width()].copy()


def masked(height: int, width: int) -> NDArray[np.uint8]:
    return np.zeros((height, width, 1), np.uint8)


def test_level_0_is_the_mask_itself() -> None:
    plane = np.random.default_rng(1).integers(0, 256, (300, 610, 1), np.uint8)
    mask = TiledImage.from_array(plane.copy())
    covered, image = MaskImages().image(mask, Rect(5, 7, 601, 299), 0, grays())
    assert covered == Rect(5, 7, 601, 299)
    assert np.array_equal(shades(image), plane[7:299, 5:601, 0])


@pytest.mark.parametrize("level", [1, 2, 3, 5, 8])
def test_a_thin_line_stays_visible_from_afar(level: int) -> None:
    plane = masked(700, 900)
    plane[:, 301] = 255
    _, image = MaskImages().image(TiledImage.from_array(plane), Rect(0, 0, 900, 700), level, grays())
    seen = shades(image)
    assert (seen.max(axis=1) == 255).all(), "the line has gaps"
    assert (seen[:, 301 >> level] == 255).all()
    assert (seen > 0).sum() == seen.shape[0], "the line became broader than one pixel"


@pytest.mark.parametrize("level", [1, 3, 8])
@pytest.mark.parametrize("size", [(700, 900), (257, 255), (1, 1), (513, 3)])
def test_the_last_row_and_column_are_there(size: tuple[int, int], level: int) -> None:
    height, width = size
    plane = masked(height, width)
    plane[-1, :] = plane[:, -1] = 255
    covered, image = MaskImages().image(TiledImage.from_array(plane), Rect(0, 0, width, height), level, grays())
    seen = shades(image)
    assert covered == Rect(0, 0, width, height)
    assert seen.shape == (-(-height >> level), -(-width >> level))
    assert (seen[-1] == 255).all()
    assert (seen[:, -1] == 255).all()


def test_a_changed_tile_shows_although_others_are_remembered() -> None:
    images = MaskImages()
    mask = TiledImage.blank(TiledImage.from_array(masked(600, 600)).size, 1)
    images.image(mask, mask.bounds, 2, grays())
    for x in range(0, 600, 40):
        mask = mask.with_pixels(x, 100, np.full((8, 8, 1), 255, np.uint8))
        _, image = images.image(mask, mask.bounds, 2, grays())
        assert shades(image)[100 // 4 + 1, x // 4 + 1] == 255, f"the dab at {x} is missing"


def test_the_tint_is_as_dense_as_the_mask() -> None:
    table = tint(QColor(255, 0, 0), 120)
    assert [QColor.fromRgba(table[value]).alpha() for value in (0, 128, 255)] == [0, 60, 120]
    assert QColor.fromRgba(table[255]).red() == 255
