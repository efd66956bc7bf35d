"""The picture that compares methods."""

from __future__ import annotations

import numpy as np

from imagetool.core.geometry import Rect
from imagetool.training.inpainting_evaluation import Trial
from imagetool.training.inpainting_sheet import GAP_PX, HOLE_COLOUR, WORDS_PX, sheet_row, shown_rect, stacked
from tests.fakes.pictures import textured

IMAGE = textured(80, 64)
MASK = np.zeros((64, 80), np.uint8)
MASK[20:30, 40:60] = 255
DONE = Trial("a", "wide", IMAGE, MASK, {"inverted": 255 - IMAGE}, {"inverted": 1.0})


def test_a_row_shows_photo_hole_and_methods_under_their_names() -> None:
    row, step = sheet_row(DONE), 80 + GAP_PX
    assert row.shape == (64 + 2 * WORDS_PX + GAP_PX, 3 * 80 + 2 * GAP_PX, 3)
    photo, hole, inverted = (row[2 * WORDS_PX :][:64, left : left + 80] for left in (0, step, 2 * step))
    assert np.array_equal(photo, IMAGE)
    assert (hole[MASK > 0] == HOLE_COLOUR).all()
    assert np.array_equal(hole[MASK == 0], IMAGE[MASK == 0])
    assert np.array_equal(inverted, 255 - IMAGE)
    for left in (0, step, 2 * step):
        assert row[WORDS_PX : 2 * WORDS_PX, left : left + 80].min() < 128, "there is no name above it"


def test_a_row_shows_a_part_at_full_size_under_its_own_title() -> None:
    part = Rect(30, 10, 70, 40)
    row = sheet_row(DONE, "Bird", part)
    assert np.array_equal(row[2 * WORDS_PX :][:30, :40], IMAGE[10:40, 30:70])
    assert not np.array_equal(row[:WORDS_PX, :60], sheet_row(DONE, "Boat", part)[:WORDS_PX, :60])


def test_what_is_shown_of_a_photo_has_room_around_the_hole_and_ends_with_the_photo() -> None:
    mask = np.zeros((1000, 2000), np.uint8)
    mask[10:20, 500:900] = 255
    assert shown_rect(mask) == Rect(300, 0, 1100, 220)


def test_rows_of_any_width_lie_below_each_other() -> None:
    stack = stacked([np.zeros((5, 30, 3), np.uint8), np.zeros((7, 20, 3), np.uint8)])
    assert stack.shape == (12, 30, 3)
    assert stack[:5].max() == 0
    assert stack[5:, 20:].min() == 255
