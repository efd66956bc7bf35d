"""The photos of a folder, for what measures models on them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from imagetool.cli.errors import UsageError
from imagetool.core.files import read_picture
from imagetool.core.picture import Picture

Image: TypeAlias = NDArray[np.uint8]
"""(H, W, 3) RGB."""

_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff"})


def chosen_photos(folder: str, count: int) -> list[Path]:
    """`count` photos of a folder, evenly spread over their sorted names; 0 takes all."""
    paths = sorted(path for path in Path(folder).rglob("*") if path.suffix.lower() in _SUFFIXES)
    if not paths:
        raise UsageError(f"There are no photos in “{folder}”. Give a folder with PNG, JPEG, WebP or TIFF files.")
    if not 0 < count < len(paths):
        return paths
    return [paths[index * len(paths) // count] for index in range(count)]


def read_photos(paths: Sequence[Path]) -> Iterator[tuple[str, Image]]:
    """Names and pixels, one after the other, while a line says how many are read."""
    for place, path in enumerate(paths):
        print(f"\r{place + 1} of {len(paths)}: {path.name}\x1b[K", end="", file=sys.stderr, flush=True)
        yield path.stem, read_photo(path)
    print("\r\x1b[K", end="", file=sys.stderr)


def as_picture(image: Image) -> Picture:
    """An opaque picture."""
    opaque = np.full((*image.shape[:2], 1), 255, np.uint8)
    return Picture.of(np.concatenate([image, opaque], axis=2))


def read_photo(path: Path) -> Image:
    """The pixels of one photo, in 8 bit and without opacity."""
    pixels = read_picture(path).pixels[..., :3]
    eight = pixels if pixels.dtype == np.uint8 else (pixels >> 8).astype(np.uint8)
    return np.ascontiguousarray(eight)
