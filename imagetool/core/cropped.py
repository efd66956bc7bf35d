"""A part of a picture as a picture of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from imagetool.core.compositing import Flattened
from imagetool.core.geometry import Rect, Size
from imagetool.core.picture import Pixels
from imagetool.core.tiles import TiledImage


@dataclass(frozen=True, eq=False, slots=True)
class Cropped:
    """What a state looks like inside `rect`, which lies in the picture; safe to read from any thread."""

    whole: Flattened
    rect: Rect

    @property
    def size(self) -> Size:
        """Width and height of the part."""
        return self.rect.size

    @property
    def dtype(self) -> np.dtype[Any]:
        """uint8 or uint16."""
        return self.whole.dtype

    def read_into(self, rect: Rect, out: Pixels) -> None:
        """Writes the pixels of `rect`, counted from the part's corner, into `out` (h, w, 4)."""
        self.whole.read_into(rect.moved(self.rect.left, self.rect.top), out)

    def pixels(self) -> Pixels:
        """All of it, a fresh array (h, w, 4)."""
        out: Pixels = np.empty((self.size.height, self.size.width, 4), self.dtype)
        self.read_into(Rect.of_size(self.size), out)
        return out


def cropped_mask(mask: TiledImage, rect: Rect) -> TiledImage:
    """The part of a mask inside `rect`, which lies in the picture; tiles that hold nothing are left out."""
    part = TiledImage.from_array(mask.read(rect))
    tiles = {key: tile for key, tile in part.tiles.items() if tile.any()}
    return TiledImage(part.size, part.channels, part.dtype, tiles)
