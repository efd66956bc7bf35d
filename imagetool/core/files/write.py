"""Saves pictures: the whole file is made in memory first, then the old one is replaced in one step."""

from __future__ import annotations

import io
from pathlib import Path

from imagetool.core.files import errors
from imagetool.core.files.atomic import CreateFile, atomic_write, check_writable, create_new
from imagetool.core.files.encode import SUFFIXES, SaveOptions, SideTooLongError, encode, format_of
from imagetool.core.picture import Picture


def check_target(path: Path) -> None:
    """Raises `errors.SaveError` if `write_picture` would refuse `path`: ask before a long job, not after it."""
    _format(path)
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
        raise errors.FormatCannotHoldError(
            path, error.format_name, error.size, error.largest_side, had_file=path.is_file()
        ) from error
    except MemoryError as error:
        raise errors.SaveError(
            path, "the memory is full; close other programs", had_file=path.is_file()
        ) from error
    atomic_write(path, lambda file: file.write(buffer.getbuffer()), create=create)


def _format(path: Path) -> str:
    format_name = format_of(path)
    if format_name is None:
        raise errors.UnknownSaveFormatError(path, tuple(SUFFIXES))
    return format_name
