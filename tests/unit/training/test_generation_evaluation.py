from __future__ import annotations

import numpy as np
import pytest

from imagetool.training.codecs import PNG, Codec
from imagetool.training.generation_evaluation import file_rows, likeness, sheet, table, with_model
from imagetool.training.nearest import nearest
from imagetool.training.picture_sets import Divided, PictureSet


def grays(*values: int) -> PictureSet:
    pixels = np.full((len(values), 8, 8, 4), 255, np.uint8)
    pixels[..., :3] = np.array(values)[:, None, None, None]
    return PictureSet(pixels, tuple(map(str, values)))


def encoded(_: object) -> bytes:
    return bytes(64)


HALF = Codec("half", encoded, "PIL")
ABSENT = Codec("absent", encoded, "no_such_library")


def test_the_model_is_beside_what_needs_no_model() -> None:
    rows = with_model(file_rows(grays(1, 2), [HALF, ABSENT]), "mine", [0.5, 1.0])
    assert [(row.method, row.bits_per_dim, row.note) for row in rows] == [
        ("uniform", 8.0, ""),
        ("half", 2.0, ""),
        ("absent", None, "no_such_library is not installed"),
        ("mine", 0.75, ""),
    ]
    assert [row.saved for row in rows] == [1 - 0.75 / 8, 1 - 0.75 / 2, None, None]
    assert table(rows).splitlines()[2:] == [
        "| uniform | 8.000 | 90.6% |  |",
        "| half | 2.000 | 62.5% |  |",
        "| absent | – |  | no_such_library is not installed |",
        "| mine | 0.750 |  |  |",
    ]


def test_a_model_without_likelihood_says_so() -> None:
    rows = with_model(file_rows(grays(1), [PNG]), "mute", None)
    assert [row.saved for row in rows] == [None, None, None]
    assert rows[-1].note == "no model of its likelihood"


def test_what_is_drawn_is_as_near_as_it_is() -> None:
    data = Divided(held_back=grays(14, 30, 50), learned=grays(10, 20))
    drawn = grays(10, 21, 12, 26)
    told = likeness(nearest(drawn.pixels, data.learned.pixels), data)
    assert (told.identical, told.learned) == (1, 2)
    assert told.drawn == pytest.approx(1.5), "of 0, 1, 2 and 6"
    assert told.held_back == pytest.approx(10), "of 4, 10 and 30"


def test_a_sheet_shows_every_picture_above_its_nearest() -> None:
    data = Divided(held_back=grays(1), learned=grays(10, 200))
    drawn = grays(*([12] * 16 + [190]))
    found = nearest(drawn.pixels, data.learned.pixels)
    made = sheet(drawn.pixels, found, data.learned.pixels, likeness(found, data))
    left, top, step = 6, 36, 64 * 2 + 2 + 15 + 6
    assert made.shape == (top + 2 * step, left + 16 * 70, 3)
    assert (made[top : top + 64, left : left + 64] == 12).all()
    assert (made[top + 66 : top + 130, left : left + 64] == 10).all()
    assert (made[top + step : top + step + 64, left : left + 64] == 190).all()
    assert (made[top + step + 66 : top + step + 130, left : left + 64] == 200).all()
    assert (made[top + step, left + 70 :] == 255).all(), "nothing stands beside the last"
