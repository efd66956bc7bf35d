from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from imagetool.core.files import SaveOptions, encode, read_picture, write_picture
from imagetool.core.files.metadata import kept_exif
from imagetool.core.picture import Metadata, Picture

MakePixels = Callable[..., Any]
LOSSLESS = SaveOptions(lossless=True)


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("gray", [False, True])
@pytest.mark.parametrize(("suffix", "depth"), [(".png", 8), (".png", 16), (".tif", 8), (".tif", 16), (".webp", 8)])
def test_lossless_formats_return_every_pixel(
    tmp_path: Path, make_pixels: MakePixels, suffix: str, depth: int, gray: bool, alpha: bool
) -> None:
    pixels = make_pixels(depth, gray=gray, alpha=alpha)
    path = tmp_path / f"picture{suffix}"

    write_picture(path, Picture.of(pixels, gray=gray, has_alpha=alpha), LOSSLESS)
    read = read_picture(path)

    assert read.pixels.dtype == pixels.dtype
    np.testing.assert_array_equal(read.pixels, pixels)
    assert read.has_alpha == alpha
    assert read.gray == (gray and suffix != ".webp")  # WebP knows no gray


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("channels", [1, 3])
def test_other_readers_see_the_same_16_bits(
    tmp_path: Path, make_pixels: MakePixels, suffix: str, channels: int
) -> None:
    pixels = make_pixels(16, gray=channels == 1)
    path = tmp_path / f"picture{suffix}"
    write_picture(path, Picture.of(pixels, gray=channels == 1))

    if suffix == ".tif":
        seen: Any = tifffile.imread(path)
    else:
        seen = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        seen = seen[..., ::-1] if channels == 3 else seen

    np.testing.assert_array_equal(seen, pixels[..., :3] if channels == 3 else pixels[..., 0])


@pytest.mark.parametrize("gray", [False, True])
def test_jpeg_is_close_and_stays_gray(tmp_path: Path, gray: bool) -> None:
    ramp = np.add.outer(np.arange(64), np.arange(80)).astype(np.uint8)
    pixels = np.dstack([ramp, ramp if gray else ramp[::-1], ramp, np.full_like(ramp, 255)])
    path = tmp_path / "picture.jpg"

    write_picture(path, Picture.of(pixels, gray=gray))
    read = read_picture(path)

    difference = np.abs(read.pixels.astype(int) - pixels)
    assert difference.max() <= 6, f"off by {difference.max()} at quality 95"
    assert (read.format, read.gray, read.has_alpha) == ("JPEG", gray, False)
    with Image.open(path) as image:
        assert image.mode == ("L" if gray else "RGB")


def test_jpeg_lays_transparent_pixels_on_white(tmp_path: Path) -> None:
    pixels = np.zeros((16, 16, 4), np.uint16)
    pixels[:8, :, 3] = 65535  # black above, nothing below
    path = tmp_path / "picture.jpg"

    write_picture(path, Picture.of(pixels, has_alpha=True))
    read = read_picture(path).pixels

    assert read[:6, :, :3].max() <= 6
    assert read[10:, :, :3].min() >= 249
    assert read[..., 3].min() == 255


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif"])
def test_metadata_survives_opening_and_saving(
    tmp_path: Path, make_pixels: MakePixels, metadata: Metadata, suffix: str, depth: int
) -> None:
    first, second = tmp_path / f"first{suffix}", tmp_path / f"second{suffix}"
    write_picture(first, Picture.of(make_pixels(depth), metadata))
    write_picture(second, read_picture(first))
    kept = read_picture(second).metadata

    assert kept.icc == metadata.icc
    assert kept.xmp == metadata.xmp
    assert kept.exif is not None
    exif = Image.Exif()
    exif.load(kept.exif)
    assert exif[0x010F] == "Camera & Sons"
    assert exif[0x0132] == "2024:05:06 07:08:09"
    assert exif.get_ifd(0x8769)[0xA434] == "A lens with a long name"
    assert exif.get_ifd(0x8769)[0x829A] == pytest.approx(1 / 250)
    assert exif.get_ifd(0x8825)[1] == "N"
    if suffix != ".webp":  # has no place for a resolution
        assert kept.dpi == pytest.approx((300, 300), abs=0.01)
        assert suffix == ".tif" or kept.exif == metadata.exif, "EXIF changed though nothing asked for it"


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif"])
def test_pillow_finds_the_metadata_where_it_belongs(
    tmp_path: Path, make_pixels: MakePixels, metadata: Metadata, suffix: str
) -> None:
    path = tmp_path / f"picture{suffix}"
    write_picture(path, Picture.of(make_pixels(8), metadata))

    with Image.open(path) as image:
        assert image.info["icc_profile"] == metadata.icc
        assert image.info["xmp"] == metadata.xmp
        assert image.getexif()[0x010F] == "Camera & Sons"
        assert image.getexif().get_ifd(0x8769)[0xA434] == "A lens with a long name"


def test_big_endian_exif_goes_through_tiff(tmp_path: Path, make_pixels: MakePixels) -> None:
    exif = Image.Exif()
    exif.endian = ">"
    exif[0x010F] = "Camera"
    exif.get_ifd(0x8769)[0xA002] = 70000
    block, _ = kept_exif(exif.tobytes())
    assert block is not None
    assert block[:2] == b"MM"
    path = tmp_path / "picture.tif"

    write_picture(path, Picture.of(make_pixels(16), Metadata(exif=block)))
    read = read_picture(path)

    np.testing.assert_array_equal(read.pixels, make_pixels(16))
    seen = Image.Exif()
    seen.load(read.metadata.exif or b"")
    assert (seen[0x010F], seen.get_ifd(0x8769)[0xA002]) == ("Camera", 70000)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif"])
def test_a_gray_profile_stays_with_gray_pixels_only(
    tmp_path: Path, make_pixels: MakePixels, gray_profile: bytes, suffix: str
) -> None:
    path = tmp_path / f"picture{suffix}"
    gray = Picture.of(make_pixels(8, gray=True), Metadata(gray_profile), gray=True)

    write_picture(path, gray)
    assert read_picture(path).metadata.icc == gray_profile

    write_picture(path, gray.with_pixels(make_pixels(8)))
    coloured = read_picture(path)
    assert coloured.metadata.icc is None
    assert not coloured.gray


def test_gray_pixels_with_a_profile_for_rgb_are_written_as_rgb(
    tmp_path: Path, make_pixels: MakePixels, rgb_profile: bytes
) -> None:
    path = tmp_path / "picture.png"
    write_picture(path, Picture.of(make_pixels(8, gray=True), Metadata(rgb_profile), gray=True))
    assert read_picture(path).metadata.icc == rgb_profile


def test_pixels_made_transparent_later_are_kept_transparent(tmp_path: Path, make_pixels: MakePixels) -> None:
    path = tmp_path / "picture.png"
    write_picture(path, Picture.of(make_pixels(8)))
    edited = read_picture(path).pixels.copy()
    edited[3:9, 3:9, 3] = 100

    write_picture(path, read_picture(path).with_pixels(edited))

    np.testing.assert_array_equal(read_picture(path).pixels, edited)


def test_16_bits_are_rounded_where_the_format_has_8(make_pixels: MakePixels) -> None:
    pixels = make_pixels(16)
    buffer = io.BytesIO()
    encode(buffer, Picture.of(pixels), "WebP", LOSSLESS)

    with Image.open(buffer) as image:
        seen = np.asarray(image.convert("RGB"))

    np.testing.assert_array_equal(seen, np.rint(pixels[..., :3] / 257))


def test_metadata_that_jpeg_has_no_room_for_is_left_out(
    tmp_path: Path, make_pixels: MakePixels, metadata: Metadata
) -> None:
    huge = replace(metadata, xmp=b"<x>" + b" " * 70000 + b"</x>")
    path = tmp_path / "picture.jpg"

    write_picture(path, Picture.of(make_pixels(8), huge))

    kept = read_picture(path).metadata
    assert kept.xmp is None
    assert kept.exif == metadata.exif


@pytest.mark.parametrize("quality", [0, 101])
def test_a_quality_out_of_range_is_named(quality: int) -> None:
    with pytest.raises(ValueError, match=f"1 to 100, not {quality}"):
        SaveOptions(quality=quality)
