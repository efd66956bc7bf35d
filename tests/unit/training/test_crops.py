from __future__ import annotations

import numpy as np
import pytest
import torch

from imagetool.training.crops import PhotoPool, Places
from imagetool.training.photos import Photo

CPU = torch.device("cpu")


def photo(height: int, width: int, number: int) -> Photo:
    """Each pixel says where it lies: number, row, column."""
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([np.full_like(y, number), y, x], axis=2).astype(np.uint8)


def rng(seed: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


PHOTOS = [photo(30, 41, 0), photo(25, 22, 1), photo(60, 23, 2)]


@pytest.fixture
def pool() -> PhotoPool:
    return PhotoPool(PHOTOS, CPU)


def turned(crop: Photo, turn: int) -> Photo:
    """What numpy makes of each turn: mirrored, turned upside down, transposed."""
    flipped = crop[:: -1 if turn // 2 % 2 else 1, :: -1 if turn % 2 else 1]
    return flipped.transpose(1, 0, 2) if turn // 4 else flipped


@pytest.mark.parametrize("turn", range(8))
def test_a_crop_is_what_numpy_cuts_and_turns(pool: PhotoPool, turn: int) -> None:
    places = Places(*(torch.tensor(values) for values in ([1, 0, 2], [3, 0, 44], [5, 25, 7], [turn] * 3)))
    crops = pool.crops(places, 16)
    assert crops.dtype == torch.uint8
    for crop, number, top, left in zip(crops, (1, 0, 2), (3, 0, 44), (5, 25, 7), strict=True):
        straight = PHOTOS[number][top : top + 16, left : left + 16]
        np.testing.assert_array_equal(crop.permute(1, 2, 0).numpy(), turned(straight, turn))


def test_the_eight_turns_are_all_there_are(pool: PhotoPool) -> None:
    places = Places(*(torch.tensor(values) for values in ([0] * 8, [2] * 8, [4] * 8, list(range(8)))))
    made = {crop.numpy().tobytes() for crop in pool.crops(places, 9)}
    square = PHOTOS[0][2:11, 4:13]
    expected = {
        np.ascontiguousarray(np.rot90(way, count).transpose(2, 0, 1)).tobytes()
        for way in (square, square[:, ::-1])
        for count in range(4)
    }
    assert made == expected
    assert len(made) == 8


@pytest.mark.parametrize("cell", [2, 3, 4])
def test_pairs_of_two_scales_show_the_same_place(cell: int) -> None:
    small = PhotoPool(PHOTOS, CPU)
    large = PhotoPool([each.repeat(cell, 0).repeat(cell, 1) for each in PHOTOS], CPU)
    places = small.draw(64, 12, rng())
    assert set(places.turn.tolist()) == set(range(8))
    crops = small.crops(places, 12)
    repeated = crops.repeat_interleave(cell, -1).repeat_interleave(cell, -2)
    assert torch.equal(large.crops(places, 12 * cell, cell=cell), repeated)


def test_no_crop_leaves_its_photo(pool: PhotoPool) -> None:
    assert len(pool) == 3
    places = pool.draw(2000, 20, rng())
    corners = {
        (int(number), int(top), int(left))
        for number, top, left in zip(places.photo, places.top, places.left, strict=True)
    }
    for number, each in enumerate(PHOTOS):
        rows = {top for of, top, _ in corners if of == number}
        columns = {left for of, _, left in corners if of == number}
        assert rows == set(range(each.shape[0] - 20 + 1)), "each corner that fits is drawn, no other"
        assert columns == set(range(each.shape[1] - 20 + 1))


def test_larger_photos_are_drawn_more_often() -> None:
    pool = PhotoPool([photo(20, 20, 0), photo(20, 60, 1)], CPU)
    share = float((pool.draw(4000, 10, rng()).photo == 1).double().mean())
    assert share == pytest.approx(0.75, abs=0.03)


def test_a_photo_of_just_the_right_size_is_taken_whole() -> None:
    pool = PhotoPool([photo(16, 16, 3)], CPU)
    places = pool.draw(50, 16, rng())
    assert set(places.top.tolist()) == set(places.left.tolist()) == {0}


def test_the_same_generator_draws_the_same_places(pool: PhotoPool) -> None:
    one, same, other = pool.draw(9, 8, rng(1)), pool.draw(9, 8, rng(1)), pool.draw(9, 8, rng(2))
    assert torch.equal(pool.crops(one, 8), pool.crops(same, 8))
    assert not torch.equal(pool.crops(one, 8), pool.crops(other, 8))
