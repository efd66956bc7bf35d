from __future__ import annotations

import numpy as np
import pytest

from imagetool.training.held_back import COUNT, ONE_IN, SIDE_PX, Division, is_held_back, middle


def photos(count: int) -> list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    """Plain ones, each of its own colour."""
    return [np.full((SIDE_PX, SIDE_PX, 3), number, np.uint8) for number in range(count)]


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 9, 16, 17, 100, 255])
def test_no_photo_is_learned_and_held_back_and_none_is_lost_but_its_rim(count: int) -> None:
    divided = Division.of(photos(count))
    learned = {int(photo[0, 0, 0]) for photo in divided.learned}
    held_back = {int(photo[0, 0, 0]) for photo in divided.held_back}
    assert not learned & held_back
    assert learned | held_back == set(range(count))
    assert len(held_back) == min(COUNT, -(-count // max(2, count // COUNT)))


def test_the_middle_is_taken() -> None:
    photo = np.zeros((SIDE_PX + 10, SIDE_PX + 4, 3), np.uint8)
    photo[5:-5, 2:-2] = 1
    assert middle(photo).shape == (SIDE_PX, SIDE_PX, 3)
    assert middle(photo).all()


def test_a_name_alone_says_whether_a_photo_is_held_back() -> None:
    names = [f"photo{number}.jpg" for number in range(2000)]
    held_back = {name for name in names if is_held_back(name)}
    assert 0.5 < len(held_back) / len(names) * ONE_IN < 1.5
    assert all(is_held_back(f"elsewhere/deep/{name}") for name in held_back)
