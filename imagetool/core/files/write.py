"""Saves pictures: the whole file is made in memory first, then the old one is replaced in one step."""

from __future__ import annotations

import io
from pathlib import Path

from imagetool.core.files import errors
from imagetool.core.files.atomic import CreateFile, atomic_write, check_writable, create_new
from imagetool.core.files.encode import SUFFIXES, SaveOptions, SideTooLongError, check_side, encode, format_of
from imagetool.core.geometry import Size
from imagetool.core.picture import Picture


def check_target(path: Path, size: Size | None = None) -> None:
    """Raises `errors.SaveError` if `write_picture` would refuse `path`: ask before a long job, not after it.

    Where `size` is given, also if the format holds no picture of that size.
    """
    format_name = _format(path)
    if size is not None:
        try:
            check_side(format_name, size)
        except SideTooLongError as error:
            raise _too_large(path, error) from None
    check_writable(path)


def write_picture(
    path: Path, picture: Picture, options: SaveOptions | None = None, *, create: CreateFile = create_new
) -> None:
    """Saves `picture` in the format that the suffix of `path` stands for, as `encode` describes.

    Args:
        path: PNG, JPEG, WebP or TIFF by its suffix; `atomic_write` replaces a file of that name.
        picture: Not changed.
        options: How to compress.
        create: Makes the new file; see `atomic_write`.

    Raises:
        errors.SaveError: Nothing was changed; the subclass says why.
    """
    format_name = _format(path)
    buffer = io.BytesIO()
    try:
        encode(buffer, picture, format_name, options)
    except SideTooLongError as error:
        raise _too_large(path, error) from error
    except MemoryError as error:
        raise errors.SaveError(
            path, "the memory is full; close other programs", had_file=path.is_file()
        ) from error
    atomic_write(path, lambda file: file.write(buffer.getbuffer()), create=create)


def _too_large(path: Path, error: SideTooLongError) -> errors.SaveError:
    return errors.FormatCannotHoldError(
        path, error.format_name, error.size, error.largest_side, had_file=path.is_file()
    )


def _format(path: Path) -> str:
    format_name = format_of(path)
    if format_name is None:
        raise errors.UnknownSaveFormatError(path, tuple(SUFFIXES))
    return format_name
