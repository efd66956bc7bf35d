from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image, features

from imagetool.core.files import read_mask, read_picture
from imagetool.core.files.errors import MaskSizeError, UnsupportedPictureError
from imagetool.core.geometry import Size

MakePixels = Callable[..., Any]
SAVERS: dict[str, dict[str, Any]] = {
    "PNG": {},
    "BMP": {},
    "GIF": {},
    "PPM": {},
    "TGA": {},
    "TIFF": {"compression": "tiff_lzw"},
    "WEBP": {"lossless": True, "exact": True},
    "JPEG": {},
    "JPEG2000": {},
    "AVIF": {"quality": 100},
}
MODES = [
    *(("PNG", mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA")),
    *(("TIFF", mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "LAB", "YCbCr")),
    *(("BMP", mode) for mode in ("1", "L", "P", "RGB")),
    *(("TGA", mode) for mode in ("L", "LA", "P", "RGB", "RGBA")),
    *(("PPM", mode) for mode in ("1", "L", "RGB")),
    *(("WEBP", mode) for mode in ("RGB", "RGBA")),
    *(("JPEG", mode) for mode in ("L", "RGB", "CMYK")),
    *(("JPEG2000", mode) for mode in ("L", "LA", "RGB", "RGBA")),
    *(("AVIF", mode) for mode in ("RGB", "RGBA")),
    ("GIF", "P"),
]


@pytest.mark.parametrize(("format_name", "mode"), MODES)
def test_every_mode_of_every_format_opens_as_pillow_shows_it(
    tmp_path: Path, make_pixels: MakePixels, format_name: str, mode: str
) -> None:
    if format_name == "AVIF" and not features.check("avif"):
        pytest.skip("this Pillow was built without AVIF")
    path = tmp_path / "picture.dat"
    if format_name == "TGA":
        path = path.with_suffix(".tga")
    source = Image.fromarray(make_pixels(8, alpha="A" in mode and mode != "LAB"), "RGBA")
    image = source.convert("RGB").convert(mode) if mode not in ("RGBA", "LA") else source.convert(mode)
    if mode == "LAB":
        image = Image.merge("LAB", source.convert("RGB").split())
    image.save(path, format_name, **SAVERS[format_name])

    picture = read_picture(path)

    assert picture.size == Size(37, 23)
    assert picture.gray == (mode in ("1", "L", "LA"))
    assert picture.has_alpha == (mode in ("LA", "RGBA"))
    if mode != "LAB":  # Pillow itself shows no Lab
        with Image.open(path) as reference:
            np.testing.assert_array_equal(picture.pixels, np.asarray(reference.convert("RGBA")))


@pytest.mark.parametrize("mode", ["L", "RGB", "P"])
def test_a_colour_declared_transparent_becomes_alpha(tmp_path: Path, make_pixels: MakePixels, mode: str) -> None:
    image = Image.fromarray(make_pixels(8), "RGBA").convert("RGB").convert(mode)
    clear: Any = image.getpixel((5, 7))
    path = tmp_path / "picture.png"
    image.save(path, transparency=clear)

    picture = read_picture(path)

    assert picture.has_alpha
    assert picture.pixels[7, 5, 3] == 0
    with Image.open(path) as reference:
        np.testing.assert_array_equal(picture.pixels, np.asarray(reference.convert("RGBA")))


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def deep_png(samples: Any, colour: int, *extra: bytes) -> bytes:
    """A 16-bit PNG of samples (H, W, S) with plain rows."""
    height, width, _ = samples.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)
    header = struct.pack(">IIBBBBB", width, height, 16, colour, 0, 0, 0)
    parts = chunk(b"IHDR", header), *extra, chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize(("colour", "channels"), [(0, [0]), (2, [0, 1, 2]), (4, [0, 3]), (6, [0, 1, 2, 3])])
def test_every_kind_of_16_bit_png_is_exact(
    tmp_path: Path, make_pixels: MakePixels, colour: int, channels: list[int]
) -> None:
    pixels = make_pixels(16, gray=colour in (0, 4), alpha=colour in (4, 6))
    path = tmp_path / "picture.png"
    path.write_bytes(deep_png(pixels[..., channels], colour))

    np.testing.assert_array_equal(read_picture(path).pixels, pixels)


@pytest.mark.parametrize(("colour", "channels"), [(0, [0]), (2, [0, 1, 2])])
def test_a_16_bit_colour_declared_transparent_becomes_alpha(
    tmp_path: Path, make_pixels: MakePixels, colour: int, channels: list[int]
) -> None:
    pixels = make_pixels(16, gray=colour == 0)
    clear = chunk(b"tRNS", pixels[4, 6][channels].astype(">u2").tobytes())
    path = tmp_path / "picture.png"
    path.write_bytes(deep_png(pixels[..., channels], colour, clear))

    picture = read_picture(path)

    assert picture.has_alpha
    assert picture.pixels[4, 6, 3] == 0
    np.testing.assert_array_equal(picture.pixels[..., :3], pixels[..., :3])


def test_an_interlaced_16_bit_png_is_exact(tmp_path: Path, make_pixels: MakePixels) -> None:
    pixels = make_pixels(16, alpha=True)
    height, width = pixels.shape[:2]
    rows = b""
    for x, y, dx, dy in (
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    ):
        rows += b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels[y::dy, x::dx])
    header = struct.pack(">IIBBBBB", width, height, 16, 6, 0, 0, 1)
    path = tmp_path / "picture.png"
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )

    np.testing.assert_array_equal(read_picture(path).pixels, pixels)


TIFFS: list[tuple[str, dict[str, Any]]] = [
    ("plain", {"photometric": "rgb"}),
    ("big-endian", {"photometric": "rgb", "byteorder": ">"}),
    ("BigTIFF", {"photometric": "rgb", "bigtiff": True}),
    ("strips of 5 rows", {"photometric": "rgb", "compression": "zlib", "predictor": True, "rowsperstrip": 5}),
    ("tiles", {"photometric": "rgb", "compression": "zlib", "tile": (16, 16)}),
    ("planes", {"photometric": "rgb", "planarconfig": "separate"}),
]


@pytest.mark.parametrize(("layout", "options"), TIFFS, ids=[name for name, _ in TIFFS])
def test_16_bit_tiffs_are_exact(
    tmp_path: Path, make_pixels: MakePixels, layout: str, options: dict[str, Any]
) -> None:
    pixels = make_pixels(16)
    path = tmp_path / "picture.tif"
    samples = np.moveaxis(pixels[..., :3], -1, 0) if layout == "planes" else pixels[..., :3]
    tifffile.imwrite(path, samples, **options)

    np.testing.assert_array_equal(read_picture(path).pixels, pixels)


def test_a_16_bit_lzw_tiff_is_exact(tmp_path: Path, make_pixels: MakePixels) -> None:
    pixels = make_pixels(16, alpha=True)
    path = tmp_path / "picture.tif"
    assert cv2.imwrite(str(path), pixels[..., [2, 1, 0, 3]], [cv2.IMWRITE_TIFF_COMPRESSION, 5])

    np.testing.assert_array_equal(read_picture(path).pixels, pixels)


def test_premultiplied_16_bit_tiff_becomes_straight(tmp_path: Path) -> None:
    samples = np.full((4, 5, 4), 10000, np.uint16)
    samples[..., 3] = 20000
    path = tmp_path / "picture.tif"
    tifffile.imwrite(path, samples, photometric="rgb", extrasamples=["assocalpha"])

    assert read_picture(path).pixels[0, 0].tolist() == [32768, 32768, 32768, 20000]


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        (np.array([[0.0, 0.5, 1.0]], np.float32), [0, 32768, 65535]),
        (np.array([[0, 2**31, 2**32 - 1]], np.uint32), [0, 32768, 65535]),
    ],
    ids=["float", "32 bit"],
)
def test_wider_tiffs_become_16_bits(tmp_path: Path, samples: Any, expected: list[int]) -> None:
    path = tmp_path / "picture.tif"
    tifffile.imwrite(path, samples, photometric="minisblack")

    picture = read_picture(path)

    assert picture.depth == 16
    assert picture.pixels[0, :, 0].tolist() == expected


@pytest.mark.parametrize(
    ("samples", "kind"),
    [
        (np.array([[0.0, 7.5]], np.float32), "a TIFF with floating-point values beyond 0 to 1"),
        (np.array([[-5, 5]], np.int16), "a TIFF with values of the type int16"),
    ],
)
def test_values_without_a_sensible_conversion_are_named(tmp_path: Path, samples: Any, kind: str) -> None:
    path = tmp_path / "picture.tif"
    tifffile.imwrite(path, samples, photometric="minisblack")

    with pytest.raises(UnsupportedPictureError) as caught:
        read_picture(path)

    assert str(caught.value) == f"“{path}” is {kind}, which cannot be opened; convert it to 16 bits first."


@pytest.mark.parametrize("format_name", ["GIF", "TIFF", "PNG", "WEBP", "MPO"])
def test_of_several_frames_the_first_is_opened(tmp_path: Path, format_name: str) -> None:
    frames = [Image.new("RGB", (6, 4), colour) for colour in ("red", "blue")]
    path = tmp_path / "frames.dat"
    frames[0].save(path, format_name, save_all=True, append_images=frames[1:])

    assert read_picture(path).pixels[0, 0].tolist() == pytest.approx([255, 0, 0, 255], abs=4)


def test_the_bytes_decide_and_not_the_suffix(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    Image.new("RGB", (3, 2)).save(path, "PNG")

    assert read_picture(path).format == "PNG"


def test_a_mask_is_luma_times_alpha(tmp_path: Path) -> None:
    pixels = np.array([[[255, 255, 255, 255], [255, 255, 255, 128], [255, 0, 0, 255], [0, 0, 0, 255]]], np.uint8)
    path = tmp_path / "mask.png"
    Image.fromarray(pixels, "RGBA").save(path)

    assert read_mask(path, Size(4, 1)).tolist() == [[255, 128, 76, 0]]


def test_a_gray_mask_is_exact_and_16_bits_are_rounded(tmp_path: Path) -> None:
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    Image.fromarray(ramp).save(tmp_path / "mask.png")
    cv2.imwrite(str(tmp_path / "deep.png"), ramp.astype(np.uint16) * 257)

    for name in ("mask.png", "deep.png"):
        mask = read_mask(tmp_path / name, Size(16, 16))
        assert mask.dtype == np.uint8
        np.testing.assert_array_equal(mask, ramp)


def test_a_mask_of_another_size_names_both(tmp_path: Path) -> None:
    path = tmp_path / "mask.png"
    Image.new("L", (30, 20)).save(path)

    with pytest.raises(MaskSizeError) as caught:
        read_mask(path, Size(300, 200))

    assert str(caught.value) == (
        f"The mask “{path}” has 30 × 20 pixels and the picture 300 × 200; use a mask of the picture's size."
    )
    assert (caught.value.mask_size, caught.value.picture_size) == (Size(30, 20), Size(300, 200))
