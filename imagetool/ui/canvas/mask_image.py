"""The mask as an image to lay over the picture: a colour that is as dense as the mask."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from imagetool.core.geometry import Rect
from imagetool.core.tiles import TILE_SIDE_PX, TiledImage

_KEPT_TILES = 1024


class MaskImages:
    """Draws parts of masks at halved sizes, and remembers the reduced tiles."""

    def __init__(self) -> None:
        self._reduced: OrderedDict[tuple[int, int], tuple[NDArray[np.uint8], NDArray[np.uint8]]] = OrderedDict()

    def image(self, mask: TiledImage, rect: Rect, level: int, colours: list[int]) -> tuple[Rect, QImage]:
        """The mask of at least `rect` at 1 / 2**level, coloured by a table of 256 ARGB values; and what it covers.

        Each pixel is the strongest that it stands for, so that a thin line stays visible from afar.
        """
        level = min(level, 8)
        step = 1 << level
        covered = _aligned(rect.restrict(mask.bounds), step, mask.bounds)
        width, height = -(-covered.width // step), -(-covered.height // step)
        plane = np.zeros((height, -(-width // 4) * 4), np.uint8)  # QImage wants rows of whole words
        for key in mask.keys_in(covered):
            tile = mask.tiles.get(key)
            if tile is not None:
                self._place(plane, width, tile, mask.tile_rect(key), covered, step)
        image = QImage(plane.data, width, height, plane.shape[1], QImage.Format.Format_Indexed8)
        image.setColorTable(colours)
        return covered, image.copy()

    def _place(
        self, plane: NDArray[np.uint8], width: int, tile: NDArray[np.uint8], place: Rect, covered: Rect, step: int
    ) -> None:
        reduced = self._reduced_tile(tile, step)
        x, y = (place.left - covered.left) // step, (place.top - covered.top) // step
        whole = Rect(x, y, x + reduced.shape[1], y + reduced.shape[0])
        part = whole.restrict(Rect(0, 0, width, plane.shape[0]))
        plane[part.slices] = reduced[part.moved(-x, -y).slices]

    def _reduced_tile(self, tile: NDArray[np.uint8], step: int) -> NDArray[np.uint8]:
        if step == 1:
            return tile[..., 0]
        key = (id(tile), step)
        found = self._reduced.get(key)
        if found is None:  # the tile is kept beside its image, so that its id stays its own
            found = (tile, _strongest(tile[..., 0], step))
            self._reduced[key] = found
            if len(self._reduced) > _KEPT_TILES:
                self._reduced.popitem(last=False)
        return found[1]


def tint(colour: QColor, strongest_alpha: int) -> list[int]:
    """A colour table from transparent to `colour` at that alpha, 0 to 255."""
    return [
        QColor(colour.red(), colour.green(), colour.blue(), v * strongest_alpha // 255).rgba() for v in range(256)
    ]


def grays() -> list[int]:
    """A colour table from black to white."""
    return [QColor(value, value, value).rgba() for value in range(256)]


def _strongest(plane: NDArray[np.uint8], step: int) -> NDArray[np.uint8]:
    """The maximum of each square of `step` pixels, a power of two."""
    height, width = -(-plane.shape[0] // step) * step, -(-plane.shape[1] // step) * step
    padded = np.zeros((height, width), np.uint8)
    padded[: plane.shape[0], : plane.shape[1]] = plane
    strongest = padded
    for _ in range(step.bit_length() - 1):  # many times as quick as one `max` over both axes
        strongest = np.maximum(strongest[0::2], strongest[1::2])
        strongest = np.maximum(strongest[:, 0::2], strongest[:, 1::2])
    return strongest


def _aligned(rect: Rect, step: int, bounds: Rect) -> Rect:
    if rect.empty:
        return rect
    return Rect(
        rect.left // step * step,
        rect.top // step * step,
        min(bounds.right, -(-rect.right // step) * step),
        min(bounds.bottom, -(-rect.bottom // step) * step),
    )


assert TILE_SIDE_PX % 256 == 0  # noqa: S101 - tiles must hold whole pixels of every level
