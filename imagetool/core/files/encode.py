"""Turns a picture into the bytes of a PNG, JPEG, WebP or TIFF file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from imagetool.core.files import pillow, png
from imagetool.core.files.metadata import profile_space
from imagetool.core.geometry import Size
from imagetool.core.picture import Metadata, Picture, Pixels

SUFFIXES = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".jpe": "JPEG",
    ".jfif": "JPEG",
    ".webp": "WebP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
}
_LARGEST_SIDE_PX = {"JPEG": 65500, "WebP": 16383}
_BAND_ROWS = 256
_MAX_JPEG_EXIF_BYTES = 65533 - 6
_MAX_JPEG_XMP_BYTES = 65533 - 29


class SideTooLongError(ValueError):
    """The format holds no picture with such a long side."""

    def __init__(self, format_name: str, size: Size, largest_side: int) -> None:
        super().__init__(f"{format_name} holds at most {largest_side} pixels a side, not {size}")
        self.format_name = format_name
        self.size = size
        self.largest_side = largest_side


@dataclass(frozen=True, slots=True)
class SaveOptions:
    """How a picture is compressed where the format gives a choice.

    Attributes:
        quality: JPEG and lossy WebP, 1 to 100.
        lossless: WebP keeps every pixel, also those that are transparent.
    """

    quality: int = 95
    lossless: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.quality <= 100:
            raise ValueError(f"quality must be 1 to 100, not {self.quality}")


def format_of(path: PurePath) -> str | None:
    """The format that the suffix stands for, None if it is not one that is written."""
    return SUFFIXES.get(path.suffix.lower())


def check_side(format_name: str, size: Size) -> None:
    """Raises SideTooLongError where the format holds no picture of that size."""
    largest = _LARGEST_SIDE_PX.get(format_name, 2**31 - 1)
    if max(size) > largest:
        raise SideTooLongError(format_name, size, largest)


def encode(file: BinaryIO, picture: Picture, format_name: str, options: SaveOptions | None = None) -> None:
    """Writes `picture` as "PNG", "JPEG", "WebP" or "TIFF".

    PNG and TIFF keep every pixel in its depth; JPEG and WebP have 8 bits, and JPEG has no transparency: the
    picture is laid on white. A picture that was gray and still is stays gray, except in WebP. The alpha
    channel is left out if the source had none and every pixel is opaque. A gray profile is left out where the
    pixels are written as RGB, and EXIF or XMP of more than 64 KB in JPEG, which has no room for it.

    Args:
        file: Seekable, readable, empty.
        picture: Not changed.
        format_name: A value of `SUFFIXES`.
        options: How to compress.

    Raises:
        SideTooLongError: The format holds no picture of that size.
        ValueError: `format_name` is not one of the four.
    """
    check_side(format_name, picture.size)
    chosen = options or SaveOptions()
    if format_name == "PNG":
        _encode_png(file, picture)
    elif format_name == "TIFF":
        from imagetool.core.files import tiff  # brings tifffile

        tiff.encode(file, *_channels(picture))
    elif format_name == "JPEG":
        _encode_jpeg(file, picture, chosen)
    elif format_name == "WebP":
        _encode_webp(file, picture, chosen)
    else:
        raise ValueError(f"{format_name!r} is not one of {sorted(set(SUFFIXES.values()))}")


def _channels(picture: Picture) -> tuple[Pixels, Metadata]:
    """The channels that the file needs, (H, W) or (H, W, 2 to 4), and metadata fit for them."""
    pixels, gray = picture.pixels, _stays_gray(picture)
    metadata = _metadata(picture, gray=gray)
    if picture.has_alpha or not _opaque(pixels):
        return _chosen(pixels, [0, 3]) if gray else pixels, metadata
    return _chosen(pixels, 0 if gray else slice(3)), metadata


def _stays_gray(picture: Picture) -> bool:
    """Whether the file gets one colour channel; a profile for RGB needs three."""
    red, green, blue = (picture.pixels[..., channel] for channel in range(3))
    return (
        picture.gray
        and profile_space(picture.metadata.icc) != "RGB"
        and np.array_equal(red, green)
        and np.array_equal(red, blue)
    )


def _metadata(picture: Picture, *, gray: bool) -> Metadata:
    """The metadata without a profile that does not fit the channels."""
    if profile_space(picture.metadata.icc) == "GRAY" and not gray:
        return replace(picture.metadata, icc=None)
    return picture.metadata


def _chosen(pixels: npt.NDArray[Any], channels: int | slice | list[int]) -> npt.NDArray[Any]:
    return np.ascontiguousarray(pixels[..., channels])


def _opaque(pixels: Pixels) -> bool:
    return bool(pixels[..., 3].min() == np.iinfo(pixels.dtype).max)


def _eight_bits(pixels: Pixels) -> npt.NDArray[np.uint8]:
    """The same pixels as uint8; 16 bits are rounded to the nearest value."""
    if pixels.dtype == np.uint8:
        return pixels.astype(np.uint8, copy=False)
    eight = np.empty(pixels.shape, np.uint8)
    for rows in _bands(pixels):
        eight[rows] = (pixels[rows].astype(np.uint32) + 128) // 257
    return eight


def _bands(pixels: Pixels) -> Iterator[slice]:
    """The rows in bands, so that wide intermediate values never exist for the whole picture."""
    return (slice(top, top + _BAND_ROWS) for top in range(0, pixels.shape[0], _BAND_ROWS))


def _encode_png(file: BinaryIO, picture: Picture) -> None:
    """No more copies of the pixels than OpenCV needs: they may take gigabytes."""
    from imagetool.core.files import opencv

    gray, with_alpha = _stays_gray(picture), picture.has_alpha or not _opaque(picture.pixels)
    if gray and with_alpha:
        encoded = memoryview(png.encode_gray_alpha(_chosen(picture.pixels, [0, 3])))
    elif gray:
        encoded = opencv.encode_png(_chosen(picture.pixels, 0))
    else:
        encoded = opencv.encode_png(picture.pixels, with_alpha=with_alpha)
    for part in png.with_metadata(encoded, _metadata(picture, gray=gray)):
        file.write(part)


def _encode_jpeg(file: BinaryIO, picture: Picture, options: SaveOptions) -> None:
    """JPEG without chroma subsampling; libjpeg takes RGBA as it lies, so that nothing is copied."""
    pillow.prepare()
    from PIL import Image

    gray = _stays_gray(picture)
    metadata = _metadata(picture, gray=gray)
    flat = _on_white(picture.pixels)
    if gray:
        image = Image.fromarray(_chosen(flat, 0))
    else:
        image = Image.frombuffer("RGBX", picture.size, flat, "raw", "RGBX", 0, 1)
    extra: dict[str, object] = {}
    if metadata.icc:
        extra["icc_profile"] = metadata.icc
    if metadata.exif and len(metadata.exif) <= _MAX_JPEG_EXIF_BYTES:
        extra["exif"] = b"Exif\0\0" + metadata.exif
    if metadata.xmp and len(metadata.xmp) <= _MAX_JPEG_XMP_BYTES:
        extra["xmp"] = metadata.xmp
    if metadata.dpi:
        extra["dpi"] = tuple(min(dots, 65535) for dots in metadata.dpi)
    image.save(file, "JPEG", quality=options.quality, subsampling=0, **extra)


def _encode_webp(file: BinaryIO, picture: Picture, options: SaveOptions) -> None:
    pillow.prepare()
    from PIL import Image

    pixels, metadata = _channels(replace(picture, gray=False))  # WebP knows no gray
    image = Image.fromarray(_eight_bits(pixels))
    image.save(
        file,
        "WEBP",
        quality=options.quality,
        lossless=options.lossless,
        exact=options.lossless,
        icc_profile=metadata.icc or b"",
        exif=metadata.exif or b"",
        xmp=metadata.xmp or b"",
    )


def _on_white(pixels: Pixels) -> npt.NDArray[np.uint8]:
    """The pixels (H, W, 4) laid on white, opaque, uint8."""
    eight = _eight_bits(pixels)
    if _opaque(pixels):
        return eight
    flat = np.full(pixels.shape, 255, np.uint8)
    for rows in _bands(pixels):
        alpha = eight[rows, :, 3:].astype(np.uint32)
        flat[rows, :, :3] = (eight[rows, :, :3] * alpha + 255 * (255 - alpha) + 127) // 255
    return flat
