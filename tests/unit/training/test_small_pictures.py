from __future__ import annotations

import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imagetool.training.errors import NoPhotos
from imagetool.training.small_pictures import (
    HELD_BACK_EVERY,
    label_of,
    load_small_pictures,
)


def written(path: Path, value: int, opacity: int = 255, side: int = 8) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((side, side, 4), (value, value, value, opacity), np.uint8), "RGBA").save(path)
    return path


def test_pictures_of_one_size_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name, value in (("b/two", 2), ("a/one", 1), ("c/three", 3)):
        written(tmp_path / f"{name}.png", value)
    written(tmp_path / "a" / "large.png", 9, side=16)
    found = load_small_pictures(tmp_path, [], 8)
    assert found.names == ("a/one.png", "b/two.png", "c/three.png")
    assert found.pixels[:, 0, 0].tolist() == [[value] * 3 + [255] for value in (1, 2, 3)]
    assert found.labels.tolist() == [-1, -1, -1]


def test_pictures_may_lie_in_a_tar(tmp_path: Path) -> None:
    picture = written(tmp_path / "loose" / "a.png", 7)
    with tarfile.open(tmp_path / "tiles.tar", "w") as tar:
        tar.add(picture, "tiles/wall/a.png")
    found = load_small_pictures(tmp_path, ["tiles.tar"], 8, ["tiles/wall"])
    assert found.names == ("tiles/wall/a.png",)
    assert found.labels.tolist() == [0]


def test_what_nobody_sees_has_no_colour(tmp_path: Path) -> None:
    written(tmp_path / "hidden.png", 200, opacity=0)
    written(tmp_path / "seen.png", 200, opacity=1)
    pixels = load_small_pictures(tmp_path, [], 8).pixels
    assert pixels[0, 0, 0].tolist() == [0, 0, 0, 0]
    assert pixels[1, 0, 0].tolist() == [200, 200, 200, 1]


def test_without_pictures_of_that_size_there_is_nothing_to_learn(tmp_path: Path) -> None:
    written(tmp_path / "a.png", 1)
    with pytest.raises(NoPhotos):
        load_small_pictures(tmp_path, [], 16)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("tiles/mon/a.png", 0),
        ("tiles/mon/undead/a.png", 1),
        ("tiles/mon/undead/old/a.png", 1),
        ("tiles/monsters/a.png", -1),
        ("tiles/a.png", -1),
    ],
)
def test_a_label_is_the_longest_beginning_in_whole_folders(name: str, number: int) -> None:
    assert label_of(name, ["tiles/mon", "tiles/mon/undead", "tiles/item"]) == number


def test_one_picture_in_twenty_is_held_back(tmp_path: Path) -> None:
    for number in range(45):
        written(tmp_path / f"{number:02}.png", number, side=2)
    found = load_small_pictures(tmp_path, [], 2)
    kept = found.chosen(found.held_back)
    assert kept.names == ("00.png", "20.png", "40.png")
    assert kept.pixels[:, 0, 0, 0].tolist() == [0, 20, 40]
    assert len(found.chosen(~found.held_back).names) == 42
    assert HELD_BACK_EVERY == 20


def test_files_of_the_same_name_are_held_back_together(tmp_path: Path) -> None:
    for view in ("left", "right"):
        for number in range(40):
            written(tmp_path / view / f"{number:02}.png", number, side=2)
    found = load_small_pictures(tmp_path, [], 2)
    assert found.chosen(found.held_back).names == ("left/00.png", "left/20.png", "right/00.png", "right/20.png")
