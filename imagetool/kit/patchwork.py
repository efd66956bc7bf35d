"""Puts tiles together to a result whose bytes do not depend on the order in which they come.

What no neighbour reaches goes straight into the result. What several tiles reach is kept apart for each of them,
in the seams, and blended by one fixed formula once the last of them is there.
"""

from __future__ import annotations

import itertools
import zlib
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from imagetool.core.geometry import Rect
from imagetool.core.seam_plan import SeamPlan, Zone
from imagetool.core.tile_plan import TilePlan
from imagetool.kit.errors import UnfitBuffer

Array: TypeAlias = NDArray[Any]


class Patchwork:
    """A result (H, W, C) of any dtype under way.

    With `result`, `seams` and `ledger` in files, it can go on after the death of the process, at any moment: a
    tile counts in the ledger once its pixels lie in the others, with a checksum of them.
    """

    def __init__(
        self, plan: TilePlan, result: Array, seams: Array | None = None, ledger: NDArray[np.uint32] | None = None
    ) -> None:
        """Takes the buffers of an earlier run, or makes its own where there are none.

        Args:
            plan: The tiles.
            result: (H, W, C), written.
            seams: Flat, of the result's dtype, as long as `SeamPlan.length` says; written.
            ledger: One number for each tile, 0 where it is still to come; written.

        Raises:
            UnfitBuffer: where a buffer has another size or dtype.
        """
        self._plan, self._layout = plan, SeamPlan.of(plan)
        self._result = result
        length, count = self._layout.length(result.shape[2]), len(plan.tiles)
        self._seams = np.empty(length, result.dtype) if seams is None else seams
        self._ledger = np.zeros(count, np.uint32) if ledger is None else ledger
        _check("result", self._result, (plan.size.height, plan.size.width, result.shape[2]), result.dtype)
        _check("seams", self._seams, (length,), result.dtype)
        _check("ledger", self._ledger, (count,), np.dtype(np.uint32))
        self._is_done = [False] * count

    @property
    def done(self) -> tuple[int, ...]:
        """The tiles that are there, in the order of the plan."""
        return tuple(index for index, is_done in enumerate(self._is_done) if is_done)

    def is_promised(self, index: int) -> bool:
        """Whether the ledger says that an earlier run has made the tile; `recall` tells whether it is true."""
        return bool(self._ledger[index])

    def recall(self, index: int) -> bool:
        """Takes a tile of an earlier run, if its pixels are those that it wrote; else it has to be computed."""
        if int(self._ledger[index]) != self._checksum(index):
            self._ledger[index] = 0
            return False
        self._settle(index)
        return True

    def lay(self, index: int, pixels: Array) -> None:
        """Takes a tile's part (h, w, C), of the result's dtype; blends it with those neighbours that are there."""
        tile = self._plan.tiles[index]
        part, inner = tile.part, tile.interior

        def own(rect: Rect) -> Array:
            return pixels[rect.moved(-part.left, -part.top).slices]

        self._result[inner.slices] = own(inner)
        for strip in self._layout.strips(index):
            self._kept(index, strip.rect)[...] = own(strip.rect)
        self._settle(index)
        self._ledger[index] = self._checksum(index)

    def _settle(self, index: int) -> None:
        """Counts the tile as done and brings the result up to date where others reach it, too."""
        self._is_done[index] = True
        for zone in self._layout.zones(index):
            if all(self._is_done[sharer] for sharer in zone.tiles):
                self._result[zone.rect.slices] = self._blended(zone)
            else:  # so that what is done can be seen, and used, before all of it is there
                core = zone.rect.restrict(self._plan.tiles[index].core)
                self._result[core.slices] = self._kept(index, core)

    def _blended(self, zone: Zone) -> Array:
        """The mean of what the tiles make of a zone, weighed by ramps that add up to 1.

        Weights are whole numbers and the sums fit a float64, so tiles that agree are left as they are, exactly.
        """
        weights = itertools.product(_ramps(zone.rect.height, zone.rows), _ramps(zone.rect.width, zone.columns))
        mixed = np.zeros((zone.rect.height, zone.rect.width, self._result.shape[2]))
        total = 0.0
        for index, (down, along) in zip(zone.tiles, weights, strict=True):
            weight = down[:, None] * along
            mixed += self._kept(index, zone.rect) * weight[..., None]
            total += float(weight[0, 0])
        mixed /= total
        if np.issubdtype(self._result.dtype, np.integer):
            mixed += 0.5
        return mixed.astype(self._result.dtype)

    def _kept(self, index: int, rect: Rect) -> Array:
        """What a tile makes of a rectangle inside of a strip: a view of the seams (h, w, C)."""
        strip, channels = self._layout.strip_of(index, rect), self._result.shape[2]
        pixels = self._seams[strip.begin_px * channels : strip.end_px * channels]
        inside = rect.moved(-strip.rect.left, -strip.rect.top).slices
        return pixels.reshape(strip.rect.height, strip.rect.width, channels)[inside]

    def _checksum(self, index: int) -> int:
        """Of a tile's pixels, where they lie; never 0."""
        begin, end = (px * self._result.shape[2] for px in self._layout.begins_px[index : index + 2])
        interior = np.ascontiguousarray(self._result[self._plan.tiles[index].interior.slices])
        return zlib.crc32(self._seams[begin:end].data, zlib.crc32(interior.data)) or 1


def _ramps(length: int, sharers: int) -> list[Array]:
    """Along one axis of a zone: the weights of the tile before and of the one after, or of the only one."""
    if sharers == 1:
        return [np.ones(length)]
    rising = 2 * np.arange(length) + 1.0
    return [2 * length - rising, rising]


def _check(name: str, array: Array, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    if array.shape != shape or array.dtype != dtype:
        raise UnfitBuffer(name, f"{dtype} of shape {shape}", f"{array.dtype} of shape {array.shape}")
