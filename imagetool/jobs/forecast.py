"""What a job will take, in seconds and bytes, guessed from earlier runs of the same model on this computer."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from imagetool.core.amounts import shown_estimate, shown_seconds
from imagetool.core.geometry import Size
from imagetool.core.seam_plan import SeamPlan
from imagetool.core.tile_plan import BLEND_PX, TilePlan, Tiling
from imagetool.jobs.request import Request
from imagetool.plugin.tasks import Task

TILED = frozenset({Task.UPSCALE, Task.DENOISE, Task.FILTER, Task.SCORE})
"""Tasks that are carried out in tiles, unless the model wants the whole picture."""

JOURNAL_TILES, JOURNAL_S, JOURNAL_PIXELS = 4, 20.0, 8_000_000
_ALIKE = 5
_LEAST_SHARE = 0.25
"""A job a tenth as large does not take a tenth of the time: some of it is spent on loading the model."""

_LEAST_BYTES_PER_PIXEL = 128.0
"""Of a crop. No network that enlarges or denoises well needs less; what is measured can be too low."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One run.

    Attributes:
        pixels: How many the result had.
        tiles: How many tiles or crops there were.
        tile_px: Side of the tiles; 0 where there were none.
        seconds: Of the worker.
        base_rss_mb: The worker's resident set with the model loaded, in 10**6 bytes.
        peak_rss_mb: The largest; what it was lent is in it where there were no tiles.
        gpu_peak_mb: Of a graphics card's memory.
        crop_pixels: How many pixels of the picture the model saw at once.
        lent_bytes: Source, result and seams, which lie in memory that both processes share.
        form: Tells runs with other parameters apart.
    """

    pixels: int
    tiles: int
    tile_px: int
    seconds: float
    base_rss_mb: float
    peak_rss_mb: float
    gpu_peak_mb: float
    crop_pixels: int
    lent_bytes: int
    form: str = ""

    @property
    def crop_bytes(self) -> float:
        """What the worker needed for one crop; 0 where that is not known."""
        if not 0 < self.base_rss_mb <= self.peak_rss_mb:
            return 0.0
        held = 0 if self.tile_px else self.lent_bytes  # between tiles, what was lent leaves the worker's memory
        spent = (self.peak_rss_mb - self.base_rss_mb) * 1e6 - held
        return max(spent, _LEAST_BYTES_PER_PIXEL * self.crop_pixels)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What to expect of a job.

    Attributes:
        seconds: Of the worker; None where the model has not run yet.
        ram_bytes: Of the worker, with all pixels it is lent; None where the model has not run yet.
        gpu_bytes: Of a graphics card's memory; 0 where none is used, or that is not known.
        disk_bytes: What a long job keeps on the disk until it is over, so that it can be resumed.
        device: Kind of the device that this was measured on; empty where the model has not run yet.
    """

    seconds: float | None
    ram_bytes: int | None
    gpu_bytes: int
    disk_bytes: int
    device: str = ""

    def line(self, device: str) -> str:
        """As one line, such as “≈ 12 s · 1.3 GB · CPU”; `device` stands last, and alone where nothing is known."""
        amounts = (
            ("", self.ram_bytes or 0),
            (" on the graphics card", self.gpu_bytes),
            (" on the disk", self.disk_bytes),
        )
        parts = [f"{shown_estimate(count)}{where}" for where, count in amounts if count]
        if self.seconds is not None:
            seconds = shown_seconds(self.seconds)
            parts.insert(0, seconds if self.seconds < 1 else f"≈ {seconds}")
        return " · ".join([*parts, device])


@dataclass(frozen=True, slots=True)
class Extent:
    """How large a job is: tiles, pixels of the picture seen at once, and bytes of source, result and seams."""

    tiles: int
    crop_pixels: int
    lent_bytes: int

    @classmethod
    def of(cls, request: Request, pixels: int, tile_px: int) -> Extent:
        """Of a request whose result has so many pixels."""
        source = request.source.size if request.source else None
        depth = request.source.dtype.itemsize if request.source else 1
        lent_bytes = 4 * depth * (source.pixels if source else 0) + _result_bytes(request, pixels, depth)
        if not is_tiled(request) or source is None or not tile_px:
            return cls(1, pixels, lent_bytes)
        tile = request.model.entry.tile
        tiling = Tiling(tile_px, tile.overlap, tile.multiple_of)
        plan = TilePlan.of(source, request.target or source, tiling)
        around = 2 * (tile.overlap + BLEND_PX)
        counts = (plan.columns, plan.rows)
        sides = (min(tile_px, side, side // count + around) for side, count in zip(source, counts, strict=True))
        crop_pixels = math.prod(sides)
        return cls(len(plan.tiles), crop_pixels, lent_bytes + depth * SeamPlan.of(plan).length(4))


def is_tiled(request: Request) -> bool:
    """Whether the picture is computed in tiles."""
    entry = request.model.entry
    return entry.task in TILED and not entry.whole


def result_pixels(request: Request) -> int:
    """How many pixels a request's result has; a large mask takes a moment."""
    if request.mask is not None:
        return request.mask.content_rect().size.pixels
    size = request.target or (request.source.size if request.source else Size(0, 0))
    return size.pixels * (request.count if request.model.entry.task is Task.GENERATE else 1)


def is_long(tiles: int, seconds: float | None, pixels: int) -> bool:
    """Whether a job keeps what is done on the disk, so that it can be resumed."""
    worth = pixels >= JOURNAL_PIXELS if seconds is None else seconds >= JOURNAL_S
    return tiles >= JOURNAL_TILES and worth


def expected_seconds(runs: Sequence[Measured], pixels: int, form: str) -> float | None:
    """From the runs that were most like it: of the same parameters where there are any, then of like size.

    The lower median leaves out what was slow once, because the computer was busy.
    """
    alike = _alike(runs, pixels, form)
    if not alike or pixels <= 0:
        return None
    return statistics.median_low(run.seconds * max(_LEAST_SHARE, pixels / run.pixels) for run in alike)


def expected_ram(runs: Sequence[Measured], pixels: int, form: str, extent: Extent) -> int | None:
    """The worker with its model, one crop, and what it is lent, in bytes."""
    known = [run for run in _alike(runs, pixels, form) if run.crop_bytes]
    if not known:
        return None
    base = statistics.median(run.base_rss_mb for run in known) * 1e6
    return round(base + bytes_per_pixel(known) * extent.crop_pixels + extent.lent_bytes)


def expected_gpu(runs: Sequence[Measured], pixels: int, form: str, extent: Extent) -> int:
    """In bytes; what the model itself takes is not told apart from what a crop takes."""
    known = [run for run in _alike(runs, pixels, form) if run.gpu_peak_mb]
    if not known:
        return 0
    return round(max(_of_larger(run.gpu_peak_mb * 1e6, run.crop_pixels, extent.crop_pixels) for run in known))


def bytes_per_pixel(runs: Sequence[Measured], *, gpu: bool = False) -> float:
    """How much memory a pixel of a crop takes, in bytes; 0 where no run tells.

    Only the largest crops count: in small ones what any crop costs is a large part.
    """
    known = [(run.crop_pixels, run.gpu_peak_mb * 1e6 if gpu else run.crop_bytes) for run in runs]
    known = [(pixels, spent) for pixels, spent in known if pixels and spent]
    if not known:
        return 0.0
    largest = max(pixels for pixels, _ in known)
    return statistics.median_high(spent / pixels for pixels, spent in known if 2 * pixels >= largest)


def _alike(runs: Sequence[Measured], pixels: int, form: str) -> list[Measured]:
    """The few runs that tell most, the nearest in size first."""
    same = [run for run in runs if run.form == form] or list(runs)
    return sorted(same, key=lambda run: abs(math.log(run.pixels / max(1, pixels))))[:_ALIKE]


def _of_larger(spent: float, pixels: int, wanted: int) -> float:
    return spent * max(1.0, wanted / max(1, pixels))


def _result_bytes(request: Request, pixels: int, depth: int) -> int:
    match request.model.entry.task:
        case Task.SCORE:
            return 4 * pixels
        case Task.SEGMENT:
            return pixels
    return 4 * depth * pixels
