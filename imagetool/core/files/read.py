"""Opens picture files: any file gives a picture or one error with a sentence, and never harm."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from imagetool.core.files import errors, jpeg, pillow, png
from imagetool.core.files.decoded import Decoded, ForeignContentError, TooManyPixelsError
from imagetool.core.files.formats import HEAD_BYTES, TAIL_BYTES, Foreign, recognise
from imagetool.core.files.hostile import HOSTILE
from imagetool.core.files.metadata import kept_dpi, kept_exif, kept_icc, kept_xmp, upright
from imagetool.core.geometry import Size
from imagetool.core.picture import MAX_PIXELS, Metadata, Picture

MAX_SIDE_PX = 200_000
MAX_FILE_BYTES = 4 * 2**30


def read_picture(path: Path, *, partial: bool = False) -> Picture:
    """The picture in a file, upright, in its own depth and colour space; of several frames the first.

    PNG and TIFF keep their 16 bits, as do gray PPM and JPEG 2000; everything else has 8. CMYK and Lab become
    sRGB. Metadata that is broken is left out.

    Args:
        path: The file; what it is, its bytes decide.
        partial: Accept a picture of which a part is missing; that part is then transparent or black.

    Raises:
        errors.ReadError: It cannot be opened; the subclass says why.
        errors.TruncatedPictureError: Only a part of it can be read, and `partial` is False.
    """
    file = _opened(path)
    with file:
        format_name = _format(file, path)
        decoded = _decoded(file, path, format_name)
    if not (decoded.complete or partial):
        raise errors.TruncatedPictureError(path, format_name)
    exif, asked = kept_exif(decoded.exif)
    orientation = asked if decoded.orientation == 1 else decoded.orientation
    dpi = kept_dpi(decoded.dpi)
    if dpi and orientation in (5, 6, 7, 8):
        dpi = dpi[::-1]
    metadata = Metadata(kept_icc(decoded.icc, gray=decoded.gray), exif, kept_xmp(decoded.xmp), dpi)
    return Picture.of(
        upright(decoded.pixels, orientation),
        metadata,
        format=format_name,
        gray=decoded.gray,
        has_alpha=decoded.has_alpha,
    )


def _opened(path: Path) -> BinaryIO:
    """The file, open for reading, if it is one."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise errors.PictureIsFolderError(path)
        if not stat.S_ISREG(mode):  # opening a pipe would wait for its other end
            raise errors.NotAFileError(path)
        return path.open("rb")
    except (
        FileNotFoundError,
        NotADirectoryError,
        ValueError,
    ) as error:  # ValueError: a null byte in the name
        raise errors.PictureNotFoundError(path) from error
    except PermissionError as error:
        raise errors.PictureNotPermittedError(path) from error
    except OSError as error:
        if error.errno in (errno.ENAMETOOLONG, errno.ELOOP, errno.EINVAL):
            raise errors.PictureNotFoundError(path) from error
        raise errors.ReadInterruptedError(path, os.strerror(error.errno or errno.EIO)) from error


def _format(file: BinaryIO, path: Path) -> str:
    """The name of the format, if it is one that is opened; the file is then at its start."""
    try:
        head = file.read(HEAD_BYTES)
        size_bytes = file.seek(0, os.SEEK_END)
        file.seek(max(0, size_bytes - TAIL_BYTES))
        tail = file.read(TAIL_BYTES)
        file.seek(0)
    except OSError as error:
        raise errors.ReadInterruptedError(path, os.strerror(error.errno or errno.EIO)) from error
    if size_bytes == 0:
        raise errors.EmptyFileError(path)
    found = recognise(head, tail, path)
    if isinstance(found, Foreign):
        raise errors.UnsupportedPictureError(path, found.kind, found.advice)
    if found is None:
        raise errors.NotAPictureError(path)
    if size_bytes > MAX_FILE_BYTES:
        raise errors.FileTooLargeError(path, size_bytes)
    return found


def _decoded(file: BinaryIO, path: Path, format_name: str) -> Decoded:
    """What the decoder of the format makes of the file; its exceptions become ours, here and nowhere else."""

    def check(size: Size) -> None:
        if min(size) < 1:
            raise ValueError(f"a picture of {size} pixels")
        if max(size) > MAX_SIDE_PX:
            raise errors.PictureTooLargeError(path, size, Size(MAX_SIDE_PX, MAX_SIDE_PX))
        if size.pixels > MAX_PIXELS:
            raise errors.PictureTooLargeError(path, size, MAX_PIXELS)

    try:
        if format_name == "PNG":
            return png.decode(file, check)
        if format_name == "JPEG":
            return jpeg.decode(file, check)
        if format_name == "TIFF":
            from imagetool.core.files import tiff  # brings tifffile

            return tiff.decode(file, check)
        return pillow.decode(file, format_name, check)
    except ForeignContentError as content:
        raise errors.UnsupportedPictureError(path, content.foreign.kind, content.foreign.advice) from content
    except TooManyPixelsError as error:
        raise errors.PictureTooLargeError(path, None, MAX_PIXELS) from error
    except MemoryError as error:
        raise errors.FileTooLargeError(path, os.fstat(file.fileno()).st_size) from error
    except HOSTILE as error:
        number = getattr(error, "errno", None)
        if number in (errno.EIO, errno.ESTALE, errno.ETIMEDOUT):
            raise errors.ReadInterruptedError(path, os.strerror(number)) from error
        raise errors.DamagedPictureError(path, format_name) from error
