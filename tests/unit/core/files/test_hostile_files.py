from __future__ import annotations

import io
import json
import os
import stat
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imagetool.core.files import TruncatedPictureError, errors, read_picture
from imagetool.core.files.tags import Tag, pack_block

ROOT = Path(__file__).parents[4]
BAD_IMAGES = ROOT.parent / "shared" / "data" / "bad-images"
LONGEST_S, LARGEST_MB = 5, 1024


def encoded(format_name: str, size: tuple[int, int] = (64, 64), **options: object) -> bytes:
    """A picture of noise, so that no part of the file can be missed."""
    pixels = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format_name, **options)
    return buffer.getvalue()


def png_header(width: int, height: int, depth: int = 8) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, depth, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"\0" * 100)
    chunks = (
        struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part)) for part in (header, data)
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def tiff_header(values: dict[int, int]) -> bytes:
    return pack_block({code: Tag(4, 1, struct.pack("<I", value)) for code, value in values.items()}, "<")


def flipped(data: bytes, at: float) -> bytes:
    """The file with 64 bytes inverted."""
    start = int(len(data) * at)
    return data[:start] + bytes(255 - byte for byte in data[start : start + 64]) + data[start + 64 :]


NOT_A_PICTURE = (
    "is not a picture that can be opened; these formats can: "
    "PNG, JPEG, WebP, TIFF, BMP, GIF, PPM, TGA, AVIF and JPEG 2000."
)
CUT = (
    "is cut short or damaged and only a part of it can be read; open the readable part, or use another copy of it."
)
DAMAGED = "is a damaged {} file and cannot be opened; use another copy of it."
LFS_POINTER = (
    "is a Git LFS pointer, not the picture itself, which cannot be opened; fetch the picture with “git lfs pull”."
)
AS_PNG = "which cannot be opened; export it as PNG or TIFF first."

FILES: list[tuple[str, bytes, type[errors.ReadError], str]] = [
    ("empty.png", b"", errors.EmptyFileError, "is empty; use another copy of the picture."),
    ("garbage.png", bytes(range(256)) * 9, errors.NotAPictureError, NOT_A_PICTURE),
    ("page.jpg", b"<!doctype html><title>404</title>", errors.NotAPictureError, NOT_A_PICTURE),
    (
        "pointer.jpg",
        b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n",
        errors.UnsupportedPictureError,
        LFS_POINTER,
    ),
    (
        "a.svg",
        b"<?xml?><svg><image href='/etc/x'/></svg>",
        errors.UnsupportedPictureError,
        f"is an SVG drawing, {AS_PNG}",
    ),
    ("b.png", b"\n<SVG xmlns='x'>", errors.UnsupportedPictureError, f"is an SVG drawing, {AS_PNG}"),
    ("a.psd", b"8BPS\0\1", errors.UnsupportedPictureError, f"is a Photoshop document, {AS_PNG}"),
    ("a.eps", b"%!PS-Adobe-3.0 EPSF", errors.UnsupportedPictureError, f"is a PostScript drawing, {AS_PNG}"),
    ("a.ico", b"\0\0\1\0\1\0", errors.UnsupportedPictureError, f"is an icon file, {AS_PNG}"),
    (
        "a.heic",
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
        errors.UnsupportedPictureError,
        "is a HEIC photo, which cannot be opened; export it as JPEG first.",
    ),
    (
        "a.cr2",
        b"II*\0\x10\0\0\0CR\2\0",
        errors.UnsupportedPictureError,
        "is a camera raw file, which cannot be opened; develop it to TIFF or JPEG first.",
    ),
    ("cut.png", encoded("PNG")[:6000], TruncatedPictureError, CUT),
    ("cut.jpg", encoded("JPEG", (64, 256))[:6000], TruncatedPictureError, CUT),
    ("progressive.jpg", encoded("JPEG", progressive=True)[:2500], TruncatedPictureError, CUT),
    ("cut.bmp", encoded("BMP")[:6000], TruncatedPictureError, CUT),
    ("cut.ppm", encoded("PPM")[:6000], TruncatedPictureError, CUT),
    ("flipped.png", flipped(encoded("PNG"), 0.5), TruncatedPictureError, CUT),
    ("header.png", encoded("PNG")[:30], errors.DamagedPictureError, DAMAGED.format("PNG")),
    ("signature.png", encoded("PNG")[:8], errors.DamagedPictureError, DAMAGED.format("PNG")),
    ("header.jpg", encoded("JPEG")[:100], errors.DamagedPictureError, DAMAGED.format("JPEG")),
    ("cut.webp", encoded("WEBP")[:500], errors.DamagedPictureError, DAMAGED.format("WebP")),
    ("cut.tif", encoded("TIFF", compression="tiff_lzw")[:500], errors.DamagedPictureError, DAMAGED.format("TIFF")),
    ("wrong.tif", b"II*\0\xff\xff\xff\xff" + bytes(50), errors.DamagedPictureError, DAMAGED.format("TIFF")),
    ("cut.gif", encoded("GIF")[:20], errors.DamagedPictureError, DAMAGED.format("GIF")),
    ("cut.j2k", encoded("JPEG2000", no_jp2=True)[:100], errors.DamagedPictureError, DAMAGED.format("JPEG 2000")),
    ("flat.png", png_header(0, 5), errors.DamagedPictureError, DAMAGED.format("PNG")),
    ("zero.ppm", b"P6\n0 0\n255\n", errors.DamagedPictureError, DAMAGED.format("PPM")),
    (
        "bomb.png",
        png_header(100_000, 100_000),
        errors.PictureTooLargeError,
        "has 100000 × 100000 pixels, more than the 400 megapixels that can be opened; scale it down first.",
    ),
    (
        "deep-bomb.png",
        png_header(100_000, 100_000, 16),
        errors.PictureTooLargeError,
        "has 100000 × 100000 pixels, more than the 400 megapixels that can be opened; scale it down first.",
    ),
    (
        "long.png",
        png_header(300_000, 1),
        errors.PictureTooLargeError,
        "has 300000 × 1 pixels, more than the 200000 × 200000 pixels that can be opened; scale it down first.",
    ),
    (
        "bomb.jpg",
        encoded("JPEG").replace(b"\x08\x00\x40\x00\x40", b"\x08\xff\xff\xff\xff"),
        errors.PictureTooLargeError,
        "has 65535 × 65535 pixels, more than the 400 megapixels that can be opened; scale it down first.",
    ),
    (
        "bomb.gif",
        encoded("GIF").replace(b"GIF87a\x40\x00\x40\x00", b"GIF87a\x00\x40\x00\x40"),
        errors.DamagedPictureError,
        DAMAGED.format("GIF"),
    ),
    (
        "bomb.tif",
        tiff_header({256: 60_000, 257: 60_000, 258: 16}),
        errors.PictureTooLargeError,
        "has 60000 × 60000 pixels, more than the 400 megapixels that can be opened; scale it down first.",
    ),
    (
        "preview.dng",
        tiff_header({254: 1, 256: 160, 257: 120, 258: 8, 50706: 1}),
        errors.UnsupportedPictureError,
        "is a camera raw file, which cannot be opened; develop it to TIFF or JPEG first.",
    ),
    (
        "bomb.ppm",
        b"P6\n90000 90000\n255\n",
        errors.PictureTooLargeError,
        "has 90000 × 90000 pixels, more than the 400 megapixels that can be opened; scale it down first.",
    ),
]


@pytest.mark.parametrize(("name", "data", "kind", "sentence"), FILES, ids=[file[0] for file in FILES])
def test_every_bad_file_gives_its_sentence(
    tmp_path: Path, name: str, data: bytes, kind: type[errors.ReadError], sentence: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)

    with pytest.raises(errors.ReadError) as caught:
        read_picture(path)

    assert str(caught.value) == f"“{path}” {sentence}"
    assert type(caught.value) is kind
    assert caught.value.path == path


def make_folder(path: Path) -> None:
    path.mkdir()


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


def make_nothing(path: Path) -> None:
    assert not path.exists()


def make_loop(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (make_nothing, "There is no file “{}”; check its name and folder."),
        (make_loop, "There is no file “{}”; check its name and folder."),
        (make_folder, "“{}” is a folder; choose a picture inside it."),
        (make_pipe, "“{}” is a device or a pipe, not a file; choose a picture file."),
    ],
)
def test_what_is_no_file_gives_its_sentence(tmp_path: Path, make: Callable[[Path], None], sentence: str) -> None:
    path = tmp_path / "photo.jpg"
    make(path)

    with pytest.raises(errors.ReadError) as caught:
        read_picture(path)

    assert str(caught.value) == sentence.format(path)


@pytest.mark.parametrize("name", ["a\0b.png", "x" * 300 + ".png", "file.txt/photo.png"])
def test_names_that_cannot_be_are_not_found(tmp_path: Path, name: str) -> None:
    (tmp_path / "file.txt").touch()

    with pytest.raises(errors.PictureNotFoundError, match="There is no file"):
        read_picture(tmp_path / name)


def test_a_file_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(encoded("PNG"))
    path.chmod(stat.S_IWUSR)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read every file")

    with pytest.raises(errors.PictureNotPermittedError, match="You are not allowed to read"):
        read_picture(path)


def test_signs_that_cannot_be_shown_do_not_reach_the_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a\n\x1b[31m\udcff.png"

    with pytest.raises(errors.PictureNotFoundError) as caught:
        read_picture(path)

    assert str(caught.value).isprintable()
    assert "a��[31m�.png" in str(caught.value)


@pytest.mark.parametrize("name", [file[0] for file in FILES if file[2] is TruncatedPictureError])
def test_the_readable_part_can_be_opened(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(next(file[1] for file in FILES if file[0] == name))

    picture = read_picture(path, partial=True)

    assert picture.size.width == 64
    assert picture.pixels[..., :3].any(), "nothing was read"


@pytest.mark.parametrize("depth", [8, 16])
def test_the_readable_rows_of_a_png_are_exact(tmp_path: Path, depth: int) -> None:
    from imagetool.core.files import encode
    from imagetool.core.picture import Picture

    pixels = np.random.default_rng(1).integers(0, 2**depth, (60, 40, 4), np.uint8 if depth == 8 else np.uint16)
    buffer = io.BytesIO()
    encode(buffer, Picture.of(pixels, has_alpha=True), "PNG")
    path = tmp_path / "cut.png"
    path.write_bytes(buffer.getvalue()[: buffer.tell() // 2])

    part = read_picture(path, partial=True).pixels

    same = (part == pixels).all(axis=(1, 2))
    assert same[:20].all(), f"{same.sum()} of 60 rows of half a file are right"
    assert not part[-1].any(), "rows that are missing must be empty"


def test_the_missing_part_of_a_cut_jpeg_is_transparent(tmp_path: Path) -> None:
    path = tmp_path / "cut.jpg"
    path.write_bytes(encoded("JPEG", (64, 256))[:6000])

    picture = read_picture(path, partial=True)

    assert picture.has_alpha
    assert picture.pixels[0, 0, 3] == 255
    assert picture.pixels[-1, -1].tolist() == [0, 0, 0, 0]


def test_the_readable_part_of_a_turned_tiff_is_upright(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (50, 30, 4), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise, "RGBA").save(buffer, "TIFF", compression="packbits", tiffinfo={278: 5, 0x0112: 6})
    path = tmp_path / "cut.tif"
    path.write_bytes(flipped(buffer.getvalue(), 0.5))

    part = read_picture(path, partial=True).pixels

    assert part.shape == (30, 50, 4)
    np.testing.assert_array_equal(part[:, -15:], np.rot90(noise, -1)[:, -15:])


def test_a_jpeg_with_broken_segments_still_opens(tmp_path: Path) -> None:
    data = encoded("JPEG")
    broken = (
        data[:2]
        + b"\xff\xee\x00\x0eAdobe\0\x64"
        + b"\xff\xe1\x00\x20Exif\0\0II*\0\xff\xff\xff\xff"
        + bytes(16)
        + data[2:]
    )
    path = tmp_path / "photo.jpg"
    path.write_bytes(broken)

    assert read_picture(path).size.width == 64


SWEEP = """
import json, sys, time, warnings
from pathlib import Path
from imagetool.core.errors import ImagetoolError
from imagetool.core.files import read_picture
from imagetool.worker.memory import peak_rss_mb
warnings.simplefilter("error")
for path in sorted(Path(sys.argv[1]).rglob("*")):
    if path.is_file():
        print(json.dumps({"file": path.name}), flush=True)
        for partial in (False, True):
            began = time.monotonic()
            try:
                result = str(read_picture(path, partial=partial).size)
            except ImagetoolError as error:
                result = f"{type(error).__name__}: {error}"
            memory_mb = peak_rss_mb()
            seconds = time.monotonic() - began
            print(json.dumps({"result": result, "seconds": seconds, "memory_mb": memory_mb}), flush=True)
"""


@pytest.mark.skipif(not BAD_IMAGES.is_dir(), reason=f"the collection of bad images is not at {BAD_IMAGES}")
def test_every_file_of_the_collection_opens_or_gives_one_sentence() -> None:
    run = subprocess.run(
        [sys.executable, "-c", SWEEP, str(BAD_IMAGES)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert run.returncode == 0, f"died at {lines[-1:]}: {run.stderr[-2000:]}"
    assert run.stderr == "", f"a decoder prints: {run.stderr[:2000]}"
    results = [line for line in lines if "result" in line]
    assert len(results) == 2 * len([line for line in lines if "file" in line]) > 0
    for line in results:
        assert line["seconds"] < LONGEST_S, line
        assert line["memory_mb"] < LARGEST_MB, line
        assert "\n" not in line["result"], line
