"""Pixels kept in shared tiles, so that a changed copy of a picture costs only the tiles that changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from imagetool.core.geometry import Rect, Size
from imagetool.core.picture import Pixels

TILE_SIDE_PX = 256

TileKey = tuple[int, int]  # (row, column)


@dataclass(frozen=True, eq=False, slots=True)
class TiledImage:
    """An immutable image, (H, W, channels) of uint8 or uint16, cut into tiles of 256 × 256.

    Tiles are read-only arrays shared between versions; a tile that is absent is all zeros (transparent, or
    unmasked). Two versions hold the same pixels in a tile if they hold the same array object.
    """

    size: Size
    channels: int
    dtype: np.dtype[Any]
    tiles: Mapping[TileKey, Pixels]

    @classmethod
    def blank(cls, size: Size, channels: int, dtype: Any = np.uint8) -> TiledImage:
        """All zeros; needs no memory for pixels."""
        return cls(size, channels, np.dtype(dtype), {})

    @classmethod
    def from_array(cls, pixels: Pixels) -> TiledImage:
        """Wraps `pixels` (H, W, C) or (H, W), uint8 or uint16, without a copy: the array becomes read-only."""
        if pixels.ndim not in (2, 3) or pixels.dtype not in (np.uint8, np.uint16):
            raise ValueError(f"expected (H, W[, C]) of uint8 or uint16, got {pixels.shape} of {pixels.dtype}")
        pixels.flags.writeable = False
        stacked = pixels if pixels.ndim == 3 else pixels[:, :, None]
        image = cls.blank(Size(stacked.shape[1], stacked.shape[0]), stacked.shape[2], stacked.dtype)
        tiles = {key: stacked[image.tile_rect(key).slices] for key in image.keys_in(image.bounds)}
        return cls(image.size, image.channels, image.dtype, tiles)

    @property
    def bounds(self) -> Rect:
        """The rectangle of all pixels."""
        return Rect.of_size(self.size)

    @property
    def bytes_held(self) -> int:
        """Bytes of all tiles present, shared ones included."""
        return sum(tile.nbytes for tile in self.tiles.values())

    def tile_rect(self, key: TileKey) -> Rect:
        """Where a tile lies; tiles at the right and bottom edges are smaller."""
        left, top = key[1] * TILE_SIDE_PX, key[0] * TILE_SIDE_PX
        return Rect(left, top, left + TILE_SIDE_PX, top + TILE_SIDE_PX).restrict(self.bounds)

    def keys_in(self, rect: Rect) -> Iterator[TileKey]:
        """Keys of all tiles that touch `rect`, present or not, row by row."""
        inside = rect.restrict(self.bounds)
        if inside.empty:
            return
        for row in range(inside.top // TILE_SIDE_PX, (inside.bottom - 1) // TILE_SIDE_PX + 1):
            for column in range(inside.left // TILE_SIDE_PX, (inside.right - 1) // TILE_SIDE_PX + 1):
                yield row, column

    def read(self, rect: Rect) -> Pixels:
        """A fresh array (h, w, channels) of `rect`, which must lie inside the image."""
        out: Pixels = np.zeros((rect.height, rect.width, self.channels), self.dtype)
        self.read_into(rect, out)
        return out

    def read_into(self, rect: Rect, out: Pixels) -> None:
        """Writes the pixels of `rect` into `out` (h, w, channels), all of it."""
        for key in self.keys_in(rect):
            tile_rect = self.tile_rect(key)
            part = tile_rect.restrict(rect)
            target = out[part.moved(-rect.left, -rect.top).slices]
            tile = self.tiles.get(key)
            target[...] = 0 if tile is None else tile[part.moved(-tile_rect.left, -tile_rect.top).slices]

    def with_pixels(self, left: int, top: int, pixels: Pixels) -> TiledImage:
        """A version with `pixels` (h, w, channels) put at (left, top), cut at the edges; the rest is shared."""
        if pixels.ndim != 3 or pixels.shape[2] != self.channels or pixels.dtype != self.dtype:
            raise ValueError(
                f"expected (h, w, {self.channels}) of {self.dtype}, got {pixels.shape} of {pixels.dtype}"
            )
        rect = Rect(left, top, left + pixels.shape[1], top + pixels.shape[0])
        tiles = dict(self.tiles)
        for key in self.keys_in(rect):
            tile_rect = self.tile_rect(key)
            part = tile_rect.restrict(rect)
            tile = self._writable_tile(key, tile_rect)
            tile[part.moved(-tile_rect.left, -tile_rect.top).slices] = pixels[part.moved(-left, -top).slices]
            tile.flags.writeable = False
            tiles[key] = tile
        return TiledImage(self.size, self.channels, self.dtype, tiles)

    def changed_since(self, earlier: TiledImage) -> list[Rect]:
        """Rectangles of the tiles that are not the same objects in both; both must have one size."""
        keys = self.tiles.keys() | earlier.tiles.keys()
        return [self.tile_rect(key) for key in sorted(keys) if self.tiles.get(key) is not earlier.tiles.get(key)]

    def content_rect(self) -> Rect:
        """The smallest rectangle around all pixels that are not zero; empty where there are none."""
        found = Rect(0, 0, 0, 0)
        for key, tile in self.tiles.items():
            ys, xs = np.flatnonzero(tile.any(axis=(1, 2))), np.flatnonzero(tile.any(axis=(0, 2)))
            if len(ys):
                inner = Rect(int(xs[0]), int(ys[0]), int(xs[-1]) + 1, int(ys[-1]) + 1)
                origin = self.tile_rect(key)
                found = found.union(inner.moved(origin.left, origin.top))
        return found

    def _writable_tile(self, key: TileKey, rect: Rect) -> Pixels:
        present = self.tiles.get(key)
        if present is None:
            blank: Pixels = np.zeros((rect.height, rect.width, self.channels), self.dtype)
            return blank
        return present.copy()
