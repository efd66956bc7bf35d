from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageOps

from imagetool.core.files import read_picture
from imagetool.core.files.metadata import kept_dpi, kept_exif, kept_icc, kept_xmp, upright
from imagetool.core.files.tags import BrokenTagsError, Tag, TagReader, pack_block

ORIENTATIONS = range(1, 9)


def turned(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Camera"
    return exif.tobytes()


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_pixels_are_turned_as_pillow_turns_them(orientation: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 4), np.uint8)
    image = Image.fromarray(pixels, "RGBA")
    image.getexif()[0x0112] = orientation

    result = upright(pixels, orientation)

    np.testing.assert_array_equal(result, np.asarray(ImageOps.exif_transpose(image)))
    assert result.flags.c_contiguous


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("format_name", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_an_opened_photo_is_upright_and_says_so(tmp_path: Path, format_name: str, orientation: int) -> None:
    ramp = np.add.outer(np.arange(0, 128, 8), np.arange(0, 96, 4)).astype(np.uint8)
    lying, plain = tmp_path / "lying.dat", tmp_path / "plain.dat"
    Image.fromarray(ramp).save(lying, format_name, exif=turned(orientation))
    Image.fromarray(ramp).save(plain, format_name)

    picture = read_picture(lying)

    np.testing.assert_array_equal(picture.pixels, upright(read_picture(plain).pixels, orientation))
    if picture.metadata.exif:
        kept = Image.Exif()
        kept.load(picture.metadata.exif)
        assert kept.get(0x0112, 1) == 1, "the next reader would turn the photo a second time"
        assert kept[0x010F] == "Camera"


def test_a_16_bit_tiff_is_turned_too(tmp_path: Path) -> None:
    samples = np.arange(24, dtype=np.uint16).reshape(4, 6) * 1000
    path = tmp_path / "photo.tif"
    tifffile.imwrite(
        path, samples, extratags=[(0x0112, 3, 1, 6, True)], resolution=(100, 200), resolutionunit="inch"
    )

    picture = read_picture(path)

    np.testing.assert_array_equal(picture.pixels[..., 0], np.rot90(samples, -1))
    assert picture.metadata.dpi == pytest.approx((200, 100))


def test_tags_of_the_wrong_type_do_not_stop_a_tiff(tmp_path: Path) -> None:
    samples = np.arange(24, dtype=np.uint16).reshape(4, 6) * 1000
    path = tmp_path / "photo.tif"
    wrong = [(0x0112, 2, 5, "left", True), (296, 2, 5, "inch", True), (282, 12, 1, float("nan"), True)]
    tifffile.imwrite(path, samples, extratags=wrong, metadata=None)

    np.testing.assert_array_equal(read_picture(path).pixels[..., 0], samples)


def test_only_the_orientation_changes_in_the_exif_bytes() -> None:
    block = turned(6).removeprefix(b"Exif\0\0")

    kept, orientation = kept_exif(b"Exif\0\0" + block)

    assert orientation == 6
    assert kept is not None
    assert [(a, b) for a, b in zip(block, kept, strict=True) if a != b] == [(6, 1)]


def test_the_thumbnail_is_blanked_because_it_shows_the_old_picture() -> None:
    thumbnail = b"\xff\xd8 a small picture of someone \xff\xd9"
    head = struct.pack("<2sHI", b"II", 42, 8)
    first = struct.pack("<HHHII", 1, 0x0112, 3, 1, 1) + struct.pack("<I", 26)
    second = (
        struct.pack("<H", 2)
        + struct.pack("<HHII", 0x0201, 4, 1, 56)
        + struct.pack("<HHII", 0x0202, 4, 1, len(thumbnail))
    )
    block = (head + first + second + bytes(4)).ljust(56, b"\0") + thumbnail

    kept, _ = kept_exif(block)

    assert kept is not None
    assert b"someone" not in kept
    assert kept[22:26] == bytes(4), "the first directory still points to the thumbnail's"


@pytest.mark.parametrize(
    "block", [b"garbage", b"II*\0\xff\xff\xff\x7f", b"Exif\0\0", b"MM\0*\0\0\0\x08\xff\xff", b"", None]
)
def test_exif_that_cannot_be_read_is_dropped(block: bytes | None) -> None:
    assert kept_exif(block) == (None, 1)


def test_xmp_is_turned_with_the_pixels() -> None:
    assert kept_xmp(b'<x tiff:Orientation="6"/>') == b'<x tiff:Orientation="1"/>'
    assert kept_xmp(b"<tiff:Orientation>8</tiff:Orientation>") == b"<tiff:Orientation>1</tiff:Orientation>"
    assert kept_xmp(b"not a packet") is None


def test_profiles_that_do_not_fit_are_dropped(rgb_profile: bytes, gray_profile: bytes) -> None:
    assert kept_icc(rgb_profile, gray=False) == rgb_profile
    assert kept_icc(gray_profile, gray=True) == gray_profile
    assert kept_icc(gray_profile, gray=False) is None
    assert kept_icc(rgb_profile[:-9], gray=False) is None, "cut short"
    assert kept_icc(b"\0" * 200, gray=False) is None


@pytest.mark.parametrize("dpi", [None, (0, 0), (1,), ("a", "b"), (float("nan"), 72), (72, 1e9)])
def test_resolutions_that_make_no_sense_are_dropped(dpi: Any) -> None:
    assert kept_dpi(dpi) is None


def test_a_bomb_of_tags_that_share_their_bytes_is_not_unpacked() -> None:
    entries = 3000
    size = 8 + 2 + 12 * entries + 4
    body = b"".join(struct.pack("<HHII", 1000 + i, 7, size - 8, 8) for i in range(entries))
    reader = TagReader(io.BytesIO(struct.pack("<2sHIH", b"II", 42, 8, entries) + body + bytes(4)))

    tags, _, _ = reader.directory(reader.first)

    assert sum(len(tag.data) for tag in tags.values()) <= size


def test_directories_that_point_to_themselves_end() -> None:
    block = struct.pack("<2sHIHHHII", b"II", 42, 8, 1, 0x8769, 4, 1, 8) + bytes(4)
    reader = TagReader(io.BytesIO(block))

    assert 0x8769 in reader.tree(reader.first)


@pytest.mark.parametrize("order", ["<", ">"])
def test_packed_directories_read_back(order: str) -> None:
    inner = {0x829A: Tag(5, 1, struct.pack(order + "II", 1, 250))}
    tree: dict[int, Any] = {
        0x010F: Tag(2, 7, b"Camera\0"),
        0x0112: Tag(3, 1, struct.pack(order + "H", 1)),
        0x8769: inner,
    }

    reader = TagReader(io.BytesIO(pack_block(tree, order)))
    read: Any = reader.tree(reader.first)

    assert read[0x010F].data == b"Camera\0"
    assert reader.numbers(read[0x0112]) == [1]
    assert reader.numbers(read[0x8769][0x829A]) == [1 / 250]


@pytest.mark.parametrize("head", [b"", b"II", b"II*\0", b"PK\x03\x04\0\0\0\0", b"II\x2c\0\0\0\0\0"])
def test_what_is_no_tag_directory_is_refused(head: bytes) -> None:
    with pytest.raises(BrokenTagsError):
        TagReader(io.BytesIO(head))


def png_with(*chunks: tuple[bytes, bytes]) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(buffer, "PNG")
    extra = b""
    for name, data in chunks:
        extra += struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    return buffer.getvalue()[:33] + extra + buffer.getvalue()[33:]


BOMB = zlib.compress(bytes(64 * 2**20), 9)


@pytest.mark.parametrize(
    ("what", "chunk"),
    [
        ("a profile that unpacks to 64 MB", (b"iCCP", b"name\0\0" + BOMB)),
        ("a profile that is not compressed data", (b"iCCP", b"name\0\0garbage")),
        ("a profile without a name", (b"iCCP", b"")),
        ("a text that unpacks to 64 MB", (b"zTXt", b"Comment\0\0" + BOMB)),
        ("XMP that unpacks to 64 MB", (b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + BOMB)),
        ("XMP without its fields", (b"iTXt", b"XML:com.adobe.xmp\0")),
        ("EXIF that is garbage", (b"eXIf", b"\xff" * 50)),
        ("a resolution that is too short", (b"pHYs", b"\0\0")),
        ("a frame that does not exist", (b"fcTL", b"\0" * 26)),
        ("transparency that is too short", (b"tRNS", b"")),
    ],
)
def test_broken_metadata_never_stops_the_pixels(tmp_path: Path, what: str, chunk: tuple[bytes, bytes]) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(png_with(chunk))

    picture = read_picture(path)

    assert picture.pixels[0, 0].tolist() == [255, 0, 0, 255]
    assert picture.metadata.icc is None
    assert picture.metadata.exif is None
    assert picture.metadata.xmp is None
