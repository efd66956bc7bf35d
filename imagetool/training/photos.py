"""Photos from folders and tar shards, decoded once."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from imagetool.core.geometry import Size
from imagetool.training.errors import BadShard, NoPhotos

Photo = npt.NDArray[np.uint8]

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff"})


def load_photos(folder: Path, shards: Sequence[str], least_px: int) -> list[tuple[str, Photo]]:
    """Every photo of a data set, decoded, in an order that depends only on the names.

    Args:
        folder: Holds tar files, or photos at any depth.
        shards: Patterns of tar files, such as `clean-*.tar`. Where the folder has none of them, all its photos and
            all its tar files are taken.
        least_px: Photos with a shorter side than this are left out.

    Returns:
        Pairs of a name and (H, W, 3) uint8 RGB. Files that cannot be decoded are left out.

    Raises:
        NoPhotos: where nothing is left.
        BadShard: where a tar file cannot be read.
    """
    photos = decoded_files(folder, shards, "RGB")
    large = sorted((pair for pair in photos if min(pair[1].shape[:2]) >= least_px), key=lambda pair: pair[0])
    if not large:
        raise NoPhotos(folder, least_px)
    return large


def first_size(folder: Path, shards: Sequence[str]) -> Size | None:
    """Of the first file that can be decoded; None where there is none. The arguments are those of `load_photos`.

    Raises:
        BadShard: where a tar file cannot be read.
    """
    for file in _files(folder, shards):
        _, photo = _decoded("RGB", file)
        if photo is not None:
            return Size(photo.shape[1], photo.shape[0])
    return None


def decoded_files(folder: Path, shards: Sequence[str], mode: str) -> list[tuple[str, Photo]]:
    """Pairs of a name and (H, W, C) uint8 in one of Pillow's modes; the other arguments as for `load_photos`.

    Raises:
        BadShard: where a tar file cannot be read.
    """
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        decoded = pool.map(partial(_decoded, mode), _files(folder, shards))
        return [(name, photo) for name, photo in decoded if photo is not None]


def _files(folder: Path, shards: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    chosen = sorted(path for pattern in shards for path in folder.glob(pattern))
    for shard in chosen or sorted(folder.rglob("*.tar")):
        yield from _members(shard)
    if not chosen:
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in SUFFIXES and path.is_file():
                yield path.relative_to(folder).as_posix(), path.read_bytes()


def _members(shard: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with tarfile.open(shard) as tar:
            for member in tar:
                stream = tar.extractfile(member) if member.isfile() else None
                if stream and PurePosixPath(member.name).suffix.lower() in SUFFIXES:
                    yield member.name, stream.read()
    except (tarfile.TarError, OSError) as error:
        raise BadShard(shard, str(error).partition("\n")[0]) from None


def _decoded(mode: str, file: tuple[str, bytes]) -> tuple[str, Photo | None]:
    name, content = file
    try:
        with Image.open(io.BytesIO(content)) as image:
            return name, np.asarray(image.convert(mode))
    except (OSError, ValueError, UnidentifiedImageError, Image.DecompressionBombError):
        return name, None
