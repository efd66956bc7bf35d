"""Reads and writes picture files so that a photo is never harmed."""

from imagetool.core.files.atomic import CheckedFile, atomic_write
from imagetool.core.files.encode import SUFFIXES, SaveOptions, encode, format_of
from imagetool.core.files.errors import PictureFileError, ReadError, SaveError, TruncatedPictureError
from imagetool.core.files.mask import read_hints, read_mask
from imagetool.core.files.read import read_picture
from imagetool.core.files.resized import resized_picture
from imagetool.core.files.write import check_target, write_picture
from imagetool.core.picture import MAX_PIXELS

__all__ = [
    "MAX_PIXELS",
    "SUFFIXES",
    "CheckedFile",
    "PictureFileError",
    "ReadError",
    "SaveError",
    "SaveOptions",
    "TruncatedPictureError",
    "atomic_write",
    "check_target",
    "encode",
    "format_of",
    "read_hints",
    "read_mask",
    "read_picture",
    "resized_picture",
    "write_picture",
]
