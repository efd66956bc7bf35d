from __future__ import annotations

import numpy as np
import pytest

from imagetool.training.nearest import nearest
from imagetool.training.picture_sets import on_gray


def noise(count: int, seed: int, planes: int = 4) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.random.default_rng(seed).integers(0, 256, (count, 6, 6, planes), np.uint8)


def test_it_is_what_comparing_with_every_picture_finds() -> None:
    learned, asked = noise(1500, 1), noise(7, 2, planes=3)
    found = nearest(asked, learned)
    for picture, it in zip(asked, found, strict=True):
        plain, turned = (
            np.sqrt(np.square(on_gray(shown) - picture.astype(float)).mean(axis=(1, 2, 3)))
            for shown in (learned, learned[:, :, ::-1])
        )
        assert it.distance_255 == pytest.approx(min(plain.min(), turned.min()))
        assert it.index == (turned if it.mirrored else plain).argmin()


def test_copies_are_found_mirrored_or_not_in_every_part() -> None:
    learned = noise(2500, 3)
    asked = np.stack([learned[3], learned[2400][:, ::-1], learned[1030]])
    found = nearest(asked, learned)
    assert [(it.index, it.mirrored, it.distance_255) for it in found] == [
        (3, False, 0),
        (2400, True, 0),
        (1030, False, 0),
    ]


def test_the_distance_is_in_steps_of_a_255th() -> None:
    learned = np.full((1, 4, 4, 3), 100, np.uint8)
    (found,) = nearest(learned + np.uint8(3), learned)
    assert found.distance_255 == pytest.approx(3)


def test_colours_that_nobody_sees_are_no_difference() -> None:
    learned, asked = np.full((2, 1, 4, 4, 4), 80, np.uint8)
    learned[..., 3] = asked[..., 3] = 0
    asked[..., :3] = 200
    assert nearest(asked, learned)[0].distance_255 == 0
