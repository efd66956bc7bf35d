"""How the picture of a job is cut into tiles, and which of them are done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psutil
from numpy.typing import NDArray

from imagetool.core.geometry import Rect, Size
from imagetool.core.seam_plan import SeamPlan
from imagetool.core.tile_plan import TilePlan, Tiling
from imagetool.jobs.device import AUTO, Device
from imagetool.jobs.forecast import is_tiled
from imagetool.jobs.measures import Measures
from imagetool.jobs.request import Request


@dataclass(frozen=True, slots=True)
class Cutting:
    """A job in tiles: which ones, and how many numbers lie in the seams of a result with so many channels."""

    tiling: Tiling
    plan: TilePlan
    seams_length: int

    @classmethod
    def of(cls, request: Request, tiling: Tiling, channels: int) -> Cutting | None:
        """None where the job is not carried out in tiles."""
        if not is_tiled(request) or request.source is None:
            return None
        plan = TilePlan.of(request.source.size, request.target or request.source.size, tiling)
        return cls(tiling, plan, SeamPlan.of(plan).length(channels))

    def done(self, ledger: NDArray[Any]) -> tuple[Rect, ...]:
        """What of the result is finished: the tiles that the ledger counts, each without what it shares."""
        return tuple(tile.core for tile, checksum in zip(self.plan.tiles, ledger, strict=True) if checksum)


def tiling_of(request: Request, measures: Measures | None, devices: Sequence[Device]) -> Tiling:
    """The tiles that a job is to be tried with: those that are asked for, else the largest that fit."""
    entry = request.model.entry
    size_px = request.tile_px or entry.tile.size
    if not request.tile_px and measures and is_tiled(request):
        device = _device_of(request.device, devices)
        free_bytes = _free_bytes(request, device)
        named = device.id if device else request.device
        size_px = measures.tile_px(entry, request.model, named, free_bytes, request.precision)
    return Tiling(size_px, entry.tile.overlap, entry.tile.multiple_of)


def _device_of(wanted: str, devices: Sequence[Device]) -> Device | None:
    """The device that is meant, as far as devices are known."""
    for device in devices:
        if wanted in (AUTO, device.id, device.id.partition(":")[0]):
            return device
    return None


def _free_bytes(request: Request, device: Device | None) -> float:
    """What is free for tiles: of a graphics card's memory, or of the computer's once the pixels are lent."""
    if device and device.memory_bytes:
        return float(device.memory_bytes)
    size = request.source.size if request.source else Size(0, 0)
    depth = request.source.dtype.itemsize if request.source else 1
    lent_bytes = 4 * depth * (size.pixels + (request.target or size).pixels)
    return max(0.0, float(psutil.virtual_memory().available) - lent_bytes)
