"""The one list of what decoders raise on bytes that are damaged or meant to do harm."""

from __future__ import annotations

import struct
import zlib

HOSTILE = (
    OSError,  # Pillow: truncated data, decoder errors
    SyntaxError,  # Pillow: headers that make no sense
    ValueError,  # Pillow, tifffile, NumPy: sizes, modes and texts that cannot be; UnicodeError belongs to it
    LookupError,  # a table has no such entry: unknown compression, empty palette
    TypeError,  # a tag holds text where a number belongs
    AttributeError,  # something that a sound file always brings was never set
    ArithmeticError,  # divided by a width of 0; numbers beyond 64 bits
    EOFError,  # Pillow: no first frame
    RuntimeError,  # Pillow, tifffile: a state that sound files never reach; RecursionError belongs to it
    AssertionError,  # the same
    SystemError,  # Pillow's codecs: a tile outside of the picture
    struct.error,  # fewer bytes than a field has
    zlib.error,  # damaged compressed data
)
"""cv2.error is turned into ValueError in `opencv`, tifffile's own error in `tiff`; both are known only there.

MemoryError is not in the list: it has a sentence of its own.
"""
