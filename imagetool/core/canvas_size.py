"""A larger canvas around a picture: empty margins, which the mask then covers so that a model can fill them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from imagetool.core.document import State
from imagetool.core.errors import ImagetoolError
from imagetool.core.geometry import Rect, Size
from imagetool.core.picture import MAX_PIXELS
from imagetool.core.tiles import TiledImage, TileKey

OVERLAP_PX = 8
"""How far the mask of new margins reaches into the picture, so that the seam is painted anew."""

MOST_SIDE_PX = 60_000


class CanvasTooLarge(ImagetoolError):
    """Nobody could open a picture of that size again."""

    def __init__(self, size: Size) -> None:
        self.size = size
        super().__init__(
            f"{size} px is too large: a picture has at most {MAX_PIXELS / 1e6:.0f} megapixels. Add less."
        )


@dataclass(frozen=True, slots=True)
class Margins:
    """What is added at each side, in pixels; none is below 0."""

    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0

    def __post_init__(self) -> None:
        if min(self.left, self.top, self.right, self.bottom) < 0:
            raise ValueError(f"margins are not below 0: {self}")

    @classmethod
    def by_share(cls, size: Size, across: float, down: float) -> Margins:
        """So large a share of the width at the left and at the right, and of the height above and below."""
        x, y = round(size.width * across), round(size.height * down)
        return cls(x, y, x, y)

    @property
    def any(self) -> bool:
        """Whether anything is added."""
        return self != Margins()

    def around(self, size: Size) -> Size:
        """The canvas with the margins."""
        return Size(self.left + size.width + self.right, self.top + size.height + self.bottom)


def enlarged_canvas(state: State, margins: Margins, overlap_px: int = OVERLAP_PX) -> State:
    """The same layers and hints on a larger canvas, and a mask over what is new.

    The new margins are transparent in every layer. The mask reaches `overlap_px` into the picture, but never
    beyond its middle. Takes as long as copying all layers.

    Raises:
        CanvasTooLarge: where it would be.
    """
    size = margins.around(state.size)
    if size.pixels > MAX_PIXELS or max(size) > MOST_SIDE_PX:
        raise CanvasTooLarge(size)
    layers = tuple(replace(layer, pixels=_moved(layer.pixels, size, margins)) for layer in state.layers)
    return replace(
        state,
        size=size,
        layers=layers,
        mask=margin_mask(state.size, margins, overlap_px),
        hints=tuple(hint.moved(margins.left, margins.top) for hint in state.hints),
        opened=state.frame.moved(margins.left, margins.top),
    )


def margin_mask(size: Size, margins: Margins, overlap_px: int) -> TiledImage:
    """255 in the margins around a picture of `size`, and `overlap_px` into it at each side that has one."""
    whole = margins.around(size)
    across, down = (min(overlap_px, side // 2) for side in size)
    kept = Rect(
        margins.left + across * bool(margins.left),
        margins.top + down * bool(margins.top),
        margins.left + size.width - across * bool(margins.right),
        margins.top + size.height - down * bool(margins.bottom),
    )
    blank = TiledImage.blank(whole, 1)
    tiles = {}
    for key in blank.keys_in(blank.bounds):
        rect = blank.tile_rect(key)
        if rect.restrict(kept) == rect:
            continue
        tile = np.full((rect.height, rect.width, 1), 255, np.uint8)
        part = rect.restrict(kept)
        if not part.empty:
            tile[part.moved(-rect.left, -rect.top).slices] = 0
        tile.flags.writeable = False
        tiles[key] = tile
    return TiledImage(whole, 1, blank.dtype, tiles)


def _moved(image: TiledImage, size: Size, margins: Margins) -> TiledImage:
    """The image on a larger sheet; what holds nothing there holds nothing here."""
    sheet = TiledImage.blank(size, image.channels, image.dtype)
    keys: set[TileKey] = set()
    for key in image.tiles:
        keys.update(sheet.keys_in(image.tile_rect(key).moved(margins.left, margins.top)))
    tiles = {}
    for key in sorted(keys):
        rect = sheet.tile_rect(key)
        seen = rect.moved(-margins.left, -margins.top).restrict(image.bounds)
        tile = np.zeros((rect.height, rect.width, image.channels), image.dtype)
        tile[seen.moved(margins.left - rect.left, margins.top - rect.top).slices] = image.read(seen)
        tile.flags.writeable = False
        tiles[key] = tile
    return TiledImage(size, image.channels, image.dtype, tiles)
