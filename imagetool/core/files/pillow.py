"""Decodes pictures of up to 8 bits a channel with Pillow, each format by its own plugin and no other."""

from __future__ import annotations

import importlib
import io
import logging
import re
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from imagetool.core.files.decoded import CheckSize, Decoded, TooManyPixelsError
from imagetool.core.files.hostile import HOSTILE
from imagetool.core.files.metadata import profile_space
from imagetool.core.geometry import Size
from imagetool.core.picture import MAX_PIXELS, Pixels

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile


_PLUGINS = {
    "PNG": ("PngImagePlugin", "PngImageFile"),
    "JPEG": ("JpegImagePlugin", "JpegImageFile"),  # of a stereo or burst file (MPO) the first picture
    "WebP": ("WebPImagePlugin", "WebPImageFile"),
    "BMP": ("BmpImagePlugin", "BmpImageFile"),
    "GIF": ("GifImagePlugin", "GifImageFile"),
    "PPM": ("PpmImagePlugin", "PpmImageFile"),
    "TGA": ("TgaImagePlugin", "TgaImageFile"),
    "AVIF": ("AvifImagePlugin", "AvifImageFile"),
    "JPEG 2000": ("Jpeg2KImagePlugin", "Jpeg2KImageFile"),
}
_PILLOW_MODULES = re.compile(r"PIL\.")
_BAND_ROWS = 128
_MOST_GIF_PIXELS_PER_BYTE = 4096  # its compression cannot reach that; a header that claims more is a bomb
_IN_PLACE = {"JPEG", "PNG", "WebP"}  # formats whose plugins decode straight into `image.im`


def decode(file: BinaryIO, format_name: str, check: CheckSize) -> Decoded:
    """The first frame of a file whose format is known.

    Only the plugin of that format sees the bytes. If the pixels end early, those that are there are returned
    and `complete` is False.

    Args:
        file: Seekable, at its start.
        format_name: A format of `recognise` other than TIFF.
        check: Gets the size before pixels are allocated.

    Raises:
        TooManyPixelsError: A frame is larger than the picture that it belongs to may be.
        Exception: One of `HOSTILE` if no pixel can be read.
    """
    prepare()
    module, name = _PLUGINS[format_name]
    opener = getattr(importlib.import_module(f"PIL.{module}"), name)
    size_bytes = file.seek(0, io.SEEK_END)
    file.seek(0)

    def check_both(size: Size) -> None:
        check(size)
        if format_name == "GIF" and size.pixels > _MOST_GIF_PIXELS_PER_BYTE * size_bytes:
            raise ValueError(f"{size} pixels in {size_bytes} bytes")

    return decode_image(lambda: opener(file), check_both, in_place=format_name in _IN_PLACE)


def prepare() -> None:
    """Sets Pillow's own limit to ours and keeps its remarks about files to itself: we raise, or all is well.

    They are set for good and not around each call, because `catch_warnings` is not safe with threads.
    """
    from PIL import Image

    logging.getLogger("PIL").setLevel(logging.CRITICAL + 1)
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS // 2  # Pillow warns above this and raises above twice as much
    for category in (UserWarning, Image.DecompressionBombWarning):
        rule = ("ignore", None, category, _PILLOW_MODULES, 0)
        if rule not in warnings.filters:
            warnings.filterwarnings("ignore", category=category, module=_PILLOW_MODULES.pattern)


def decode_image(opener: Callable[[], ImageFile], check: CheckSize, *, in_place: bool = False) -> Decoded:
    """What `opener` opens, as `decode` returns it; `in_place` saves two copies of the pixels."""
    from PIL import Image

    try:
        image = opener()
        check(Size(*image.size))
        if in_place and image.mode in ("RGB", "RGBA") and "transparency" not in image.info:
            pixels, complete = _load_in_place(image)
            has_alpha, gray = image.mode == "RGBA" or not complete, False
        else:
            complete = _load(image)
            pixels, gray, has_alpha = _rgba(image)
    except Image.DecompressionBombError as error:
        raise TooManyPixelsError(str(error)) from error
    info = image.info
    icc = None if image.mode in _CONVERTED_MODES else info.get("icc_profile")
    return Decoded(pixels, gray, has_alpha, icc, info.get("exif"), info.get("xmp"), info.get("dpi"), complete)


def _load_in_place(image: ImageFile) -> tuple[Pixels, bool]:
    """Pixels (H, W, 4) of an RGB or RGBA picture, missing ones transparent, and whether none is missing.

    Pillow keeps RGB as four bytes, the last 255. Lent the memory of the array, it decodes right into it; its
    own way out, `tobytes`, would copy everything twice.
    """
    from PIL import Image

    width, height = image.size
    pixels = np.zeros((height, width, 4), np.uint8)
    lent = Image.frombuffer("RGBA", (width, height), pixels, "raw", "RGBA", 0, 1)
    image.im = lent.im
    try:
        image.load()
    except HOSTILE:
        if not pixels.any():
            raise
        return pixels, False
    return pixels, True


def _load(image: ImageFile) -> bool:
    """Decodes and says whether all was there; raises if nothing was."""
    try:
        image.load()
    except HOSTILE as error:
        image.tile = []
        try:
            image.load()
        except HOSTILE:
            raise error from None
        if image.getbbox() is None:
            raise
        return False
    return True


_GRAY_MODES = {"1", "L", "LA", "La"}
_CONVERTED_MODES = {"CMYK", "LAB"}  # become sRGB, so that their profile is used up


def _rgba(image: Image) -> tuple[Pixels, bool, bool]:
    """Pixels (H, W, 4) of a loaded picture of any mode, whether it is gray, whether it has transparency."""
    mode = image.mode
    if mode == "I" or mode.startswith("I;16"):
        deep = np.clip(np.asarray(image), 0, 65535).astype(np.uint16)
        wide = np.full((*deep.shape, 4), 65535, np.uint16)
        wide[..., :3] = deep[..., None]
        return wide, True, False
    if mode == "F":
        raise ValueError("floating-point pixels")
    has_alpha = image.has_transparency_data
    if mode in _CONVERTED_MODES:
        image = _to_srgb(image)
    if image.mode == "RGBA":
        return np.asarray(image), False, has_alpha
    width, height = image.size
    rgba = np.empty((height, width, 4), np.uint8)
    for top in range(0, height, _BAND_ROWS):  # in bands, so that all pixels exist only once as RGBA
        bottom = min(top + _BAND_ROWS, height)
        rgba[top:bottom] = np.asarray(image.crop((0, top, width, bottom)).convert("RGBA"))
    return rgba, mode in _GRAY_MODES, has_alpha


def _to_srgb(image: Image) -> Image:
    """A CMYK picture by its profile (without a sound one plainly), a Lab picture by definition."""
    from PIL import ImageCms

    profile = image.info.get("icc_profile") or b""
    srgb = ImageCms.createProfile("sRGB")
    try:
        if image.mode == "LAB":
            source = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
        elif profile_space(profile) == "CMYK":
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        else:
            return image.convert("RGB")
        converted = ImageCms.profileToProfile(
            image,
            source,
            srgb,
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except ImageCms.PyCMSError:
        return image.convert("RGB")
    if converted is None:
        raise ValueError("the profile could not be applied")
    return converted
