from __future__ import annotations

import io
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imagetool.training.errors import NoPhotos, TrainingError
from imagetool.training.photos import load_photos
from tests.fakes.pictures import textured, written


def encoded(side: int, seed: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(textured(side, side, seed)).save(file, "PNG")
    return file.getvalue()


def shard(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


def names(folder: Path, *shards: str, least_px: int = 1) -> list[str]:
    return [name for name, _ in load_photos(folder, shards, least_px)]


def test_photos_lie_at_any_depth_and_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    written(tmp_path / "z.png", textured(20, 30, 1))
    written(tmp_path / "deep" / "er" / "a.PNG", textured(20, 30, 2))
    written(tmp_path / "b.webp", textured(20, 30, 3), lossless=True)
    (tmp_path / "notes.txt").write_text("no photo")
    photos = load_photos(tmp_path, [], 1)
    assert [name for name, _ in photos] == ["b.webp", "deep/er/a.PNG", "z.png"]
    np.testing.assert_array_equal(photos[0][1], textured(20, 30, 3))
    np.testing.assert_array_equal(photos[2][1], textured(20, 30, 1))


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK", "1"])
def test_every_photo_becomes_rgb(tmp_path: Path, mode: str) -> None:
    image = Image.fromarray(textured(20, 30)).convert(mode)
    image.save(tmp_path / "photo.tif")
    ((_, photo),) = load_photos(tmp_path, [], 1)
    assert photo.shape == (30, 20, 3)
    assert photo.dtype == np.uint8


def test_photos_lie_in_tar_files(tmp_path: Path) -> None:
    shard(tmp_path / "one.tar", {"c.png": encoded(16, 1), "readme.txt": b"no photo"})
    shard(tmp_path / "two.tar", {"a/b.png": encoded(16, 2)})
    photos = load_photos(tmp_path, [], 1)
    assert [name for name, _ in photos] == ["a/b.png", "c.png"]
    np.testing.assert_array_equal(photos[1][1], textured(16, 16, 1))


SHARDS = [
    # patterns, photos found in: clean-1.tar, clean-2.tar, other.tar, loose.png
    (["clean-*.tar"], ["1.png", "2.png"]),
    (["clean-2.tar", "other.tar"], ["2.png", "3.png"]),
    (["nothing-*.tar"], ["1.png", "2.png", "3.png", "loose.png"]),
    ([], ["1.png", "2.png", "3.png", "loose.png"]),
]


@pytest.mark.parametrize(("patterns", "found"), SHARDS)
def test_shards_are_chosen_by_patterns(tmp_path: Path, patterns: list[str], found: list[str]) -> None:
    for index, name in enumerate(("clean-1.tar", "clean-2.tar", "other.tar"), 1):
        shard(tmp_path / name, {f"{index}.png": encoded(16, index)})
    written(tmp_path / "loose.png", textured(16, 16))
    assert names(tmp_path, *patterns) == found


def test_small_photos_are_left_out(tmp_path: Path) -> None:
    for name, size in {"wide": (40, 19), "high": (19, 40), "square": (20, 20)}.items():
        written(tmp_path / f"{name}.png", textured(*size))
    assert names(tmp_path, least_px=20) == ["square.png"]


GOOD = encoded(64, 1)
DAMAGED = [
    ("empty", b""),
    ("text", b"this is no photo"),
    ("header only", GOOD[:33]),
    ("cut", GOOD[: len(GOOD) // 2]),
    ("flipped", GOOD[:200] + bytes(value ^ 255 for value in GOOD[200:400]) + GOOD[400:]),
    ("wrong chunk", GOOD[:37] + b"\0\0\0\0" + GOOD[41:]),
]


@pytest.mark.parametrize("content", [row[1] for row in DAMAGED], ids=[row[0] for row in DAMAGED])
def test_a_damaged_photo_is_left_out(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.png").write_bytes(content)
    (tmp_path / "good.png").write_bytes(GOOD)
    shard(tmp_path / "shard.tar", {"worse.png": content})
    assert names(tmp_path) == ["good.png"]


def test_a_folder_that_is_called_like_a_photo_is_no_photo(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").mkdir()
    (tmp_path / "holiday.jpg" / "good.png").write_bytes(GOOD)
    assert names(tmp_path) == ["holiday.jpg/good.png"]


def test_a_tar_file_that_is_none_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "good.png").write_bytes(GOOD)
    (tmp_path / "clean.tar").write_bytes(b"<html>404</html>")
    with pytest.raises(TrainingError, match="clean"):
        load_photos(tmp_path, [], 1)


@pytest.mark.parametrize("folder", [".", "missing"])
def test_no_photos_is_a_sentence(tmp_path: Path, folder: str) -> None:
    written(tmp_path / "small.png", textured(9, 9))
    with pytest.raises(NoPhotos) as caught:
        load_photos(tmp_path / folder, ["clean-*.tar"], 10)
    assert str(caught.value) == (
        f"There are no photos of at least 10 × 10 pixels in “{tmp_path / folder}”. "
        "Give a folder of photos, or of tar files with photos in them."
    )
