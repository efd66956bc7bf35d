"""Which format a file has, by its bytes: the allow-list of what is opened, and names for what is not."""

from __future__ import annotations

from pathlib import PurePath
from typing import NamedTuple

HEAD_BYTES = 1024  # as much of a file's start as `recognise` wants
TAIL_BYTES = 26  # and of its end: the footer of a TGA file


class Foreign(NamedTuple):
    """Something that can be named but is not opened: what it is, and what to do instead."""

    kind: str
    advice: str = "export it as PNG or TIFF first"


_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"BM", "BMP"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
)
_PPM_KINDS = b"123456"
_TGA_FOOTER = b"TRUEVISION-XFILE.\0"
_TGA_SUFFIXES = {".tga", ".vda", ".icb", ".vst"}

CAMERA_RAW = Foreign("a camera raw file", "develop it to TIFF or JPEG first")
_LFS_POINTER = Foreign("a Git LFS pointer, not the picture itself", "fetch the picture with “git lfs pull”")
_SVG = Foreign("an SVG drawing")
_FOREIGN = (
    (b"8BPS", Foreign("a Photoshop document")),
    (b"%!PS", Foreign("a PostScript drawing")),
    (b"\xc5\xd0\xd3\xc6", Foreign("a PostScript drawing")),
    (b"%PDF", Foreign("a PDF document")),
    (b"\0\0\1\0", Foreign("an icon file")),
    (b"\0\0\2\0", Foreign("a mouse pointer file")),
    (b"icns", Foreign("an icon file")),
    (b"gimp xcf", Foreign("a GIMP document")),
    (b"DDS ", Foreign("a DDS texture")),
    (b"BLP1", Foreign("a BLP texture")),
    (b"BLP2", Foreign("a BLP texture")),
    (b"\x76\x2f\x31\x01", Foreign("an OpenEXR picture", "export it as 16-bit TIFF first")),
    (b"#?RADIANCE", Foreign("a Radiance HDR picture", "export it as 16-bit TIFF first")),
    (b"\xff\x0a", Foreign("a JPEG XL picture")),
    (b"\0\0\0\x0cJXL ", Foreign("a JPEG XL picture")),
    (b"\x01\xda\0", Foreign("an SGI picture")),
    (b"\x01\xda\1", Foreign("an SGI picture")),
    (b"qoif", Foreign("a QOI picture")),
    (b"P7", Foreign("a PAM picture")),
    (b"FUJIFILMCCD-RAW", CAMERA_RAW),
    (b"IIRO", CAMERA_RAW),
    (b"IIRS", CAMERA_RAW),
    (b"IIU\0", CAMERA_RAW),
    (b"PK\x03\x04", Foreign("a zip archive", "unpack it first")),
    (b"version https://git-lfs", _LFS_POINTER),
)
_BRANDS = (
    ({b"avif", b"avis"}, "AVIF"),
    ({b"crx "}, CAMERA_RAW),
    (
        {b"heic", b"heix", b"hevc", b"hevx", b"mif1", b"msf1"},
        Foreign("a HEIC photo", "export it as JPEG first"),
    ),
)


def recognise(head: bytes, tail: bytes, path: PurePath) -> str | Foreign | None:
    """The format of a file.

    Args:
        head: Its first `HEAD_BYTES` bytes, or all of them.
        tail: Its last `TAIL_BYTES` bytes, or all of them.
        path: Its name; only TGA, which has no signature, looks at the suffix.

    Returns:
        The name of a format that is opened, or what else it is, or None if that is unknown.
    """
    if head[:4] in (b"II*\0", b"MM\0*") and head[8:10] == b"CR":
        return CAMERA_RAW
    for signature, name in _SIGNATURES:
        if head.startswith(signature):
            return name
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    if head[:1] == b"P" and head[1:2] in _PPM_KINDS and head[2:3] in b" \t\r\n#" and len(head) > 2:
        return "PPM"
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    if tail.endswith(_TGA_FOOTER) or (path.suffix.lower() in _TGA_SUFFIXES and _like_tga(head)):
        return "TGA"
    for signature, foreign in _FOREIGN:
        if head.startswith(signature):
            return foreign
    if b"<svg" in head.lower():
        return _SVG
    return None


def _by_brand(head: bytes) -> str | Foreign | None:
    """What the brands in the first box of an MP4-like file say."""
    end = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, end, 4))}
    for known, name in _BRANDS:
        if brands & known:
            return name
    return Foreign("a video or an unknown kind of photo", "export a still picture first")


def _like_tga(head: bytes) -> bool:
    """Whether the header could be that of a TGA file: its type, palette flag and bits are ones that exist."""
    return (
        len(head) > 18
        and head[1] in (0, 1)
        and head[2] in (1, 2, 3, 9, 10, 11)
        and head[16] in (1, 8, 15, 16, 24, 32)
    )
