"""What models took on this computer: one small file, written after each job, read before the next."""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any, TypeAlias

import psutil

from imagetool.catalog.catalog import CatalogModel
from imagetool.catalog.disk import DiskError
from imagetool.catalog.store.errors import StoreBusy
from imagetool.catalog.store.lock import WriterLock
from imagetool.core.files.atomic import CheckedFile, atomic_write
from imagetool.core.files.errors import PictureFileError
from imagetool.core.tile_plan import Tiling
from imagetool.jobs.device import AUTO
from imagetool.jobs.forecast import (
    Extent,
    Forecast,
    Measured,
    bytes_per_pixel,
    expected_gpu,
    expected_ram,
    expected_seconds,
    is_long,
)
from imagetool.jobs.request import Report, Request
from imagetool.plugin.model_entry import ModelEntry

TILE_SIDES_PX = (256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096)
TILE_BUDGET_BYTES = 1.0e9
"""One tile takes no more of the computer's own memory, however much is free."""

LITTLE_MORE = 1.12
"""A processor computes so many pixels for each that is kept at most, if the memory allows it."""

_FORMAT = 1
_MOST_BYTES = 2**20
_MOST_RUNS, _MOST_MODELS = 20, 150
_WAIT_S = 2.0
_LARGEST = 1e15
_INTEGERS, _FLOATS, _LAST = (0, 1, 2, 7, 8), (3, 4, 5, 6), 9

Key: TypeAlias = tuple[str, str, str, str]  # model, version, kind of device, precision
_Runs: TypeAlias = dict[Key, list[Measured]]


class Measures:
    """May be used by any thread, and by several processes on one file; all methods may read it from the disk.

    A file that cannot be read counts as empty, and what cannot be written is forgotten: forecasts get worse, and
    nothing else happens.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "measures.json"
        self._lock = WriterLock(folder / "measures.lock", _WAIT_S)
        self._reading = threading.Lock()
        self._seen: tuple[int, ...] = ()
        self._runs: _Runs = {}

    def add(self, request: Request, report: Report, pixels: int) -> None:
        """Remembers a job that is done; `pixels` is how many its result has."""
        run = _measured(request, report, pixels)
        if run is None:
            return
        key = (*_of(request.model), _kind(report.device), report.precision)
        with contextlib.suppress(StoreBusy, DiskError, PictureFileError, OSError), self._lock.held():
            runs = dict(self._all())
            kept = [*runs.pop(key, []), run][-_MOST_RUNS:]
            newest = {**runs, key: kept}
            data = _as_json(dict(list(newest.items())[-_MOST_MODELS:]))
            atomic_write(self._path, lambda file: _write(file, data))

    def forecast(self, request: Request, pixels: int, device: str) -> Forecast:
        """What a job will take that makes so many pixels.

        Args:
            request: Its `tile_px` and `precision` are heeded where it has any.
            pixels: Of the result; under a mask, of the mask's rectangle.
            device: Its kind or its id, such as `cuda:0`; “auto” for where the model ran last.
        """
        kind, runs = self._newest(request.model, device, request.precision)
        form = _form(request)
        extent = Extent.of(request, pixels, request.tile_px or self._next_tile_px(request, kind, runs))
        seconds = expected_seconds(runs, pixels, form)
        return Forecast(
            seconds,
            expected_ram(runs, pixels, form, extent),
            expected_gpu(runs, pixels, form, extent),
            extent.lent_bytes if is_long(extent.tiles, seconds, pixels) else 0,
            kind if runs else "",
        )

    def tile_px(
        self, entry: ModelEntry, model: CatalogModel, device: str, available_bytes: float, precision: str = ""
    ) -> int:
        """Side of the largest tile that fits, by what was measured; the manifest's until something was.

        On a processor it is no larger than it takes to have little overlap: what the user looks at shall come
        soon, and a job that is stopped is not to compute a large tile to its end.

        Args:
            entry: How the model wants its tiles.
            model: Whose runs count.
            device: Its kind or its id; `auto` for where the model ran last.
            available_bytes: What is free of the memory that the tiles are computed in.
            precision: That of the job; the one used last where it is empty.
        """
        kind, runs = self._newest(model, device, precision)
        on_card = kind == "cuda"
        each = bytes_per_pixel([run for run in runs if run.tile_px], gpu=on_card)
        if not each:
            return entry.tile.size
        budget = available_bytes / 2 if on_card else min(TILE_BUDGET_BYTES, available_bytes / 2)
        least = 2 * entry.tile.overlap + 64
        sides = TILE_SIDES_PX if on_card else _worth_while(entry)
        fitting = [side for side in sides if each * side**2 <= budget]
        side = max(fitting[-1] if fitting else sides[0], least)
        return -(-side // entry.tile.multiple_of) * entry.tile.multiple_of

    def _next_tile_px(self, request: Request, kind: str, runs: Sequence[Measured]) -> int:
        """The tiles that a job will probably have; of a graphics card it is not asked how much is free."""
        entry = request.model.entry
        if kind == "cuda":
            return (runs[-1].tile_px if runs else 0) or entry.tile.size
        free_bytes = float(psutil.virtual_memory().available)
        return self.tile_px(entry, request.model, kind, free_bytes, request.precision)

    def _newest(self, model: CatalogModel, device: str, precision: str) -> tuple[str, Sequence[Measured]]:
        """The runs of a model on a device in a precision, the ones used last where none is named; and its kind."""
        kind, found = _kind(device), _of(model)
        for key, runs in reversed(self._all().items()):
            if key[:2] == found and kind in (key[2], AUTO) and precision in (key[3], ""):
                return key[2], runs
        return kind, ()

    def _all(self) -> _Runs:
        """What the file holds, read again only when somebody has written it; the latest used stands last."""
        with self._reading:
            try:
                state = self._path.stat()
            except OSError:
                self._seen, self._runs = (), {}
                return self._runs
            seen = (state.st_mtime_ns, state.st_size, state.st_ino)
            if seen != self._seen:
                self._seen, self._runs = seen, _read(self._path)
            return self._runs


def _worth_while(entry: ModelEntry) -> tuple[int, ...]:
    """The sides up to the first one of which little is overlap; what is in view would only come later."""
    for count, side in enumerate(TILE_SIDES_PX, 1):
        step = Tiling(side, entry.tile.overlap, entry.tile.multiple_of).step_px(TILE_SIDES_PX[-1] + 1)
        if side**2 <= LITTLE_MORE * step**2:
            return TILE_SIDES_PX[:count]
    return TILE_SIDES_PX


def _measured(request: Request, report: Report, pixels: int) -> Measured | None:
    """None where there is nothing to learn."""
    if pixels <= 0 or report.resumed or not 0 < report.seconds < _LARGEST:
        return None
    extent = Extent.of(request, pixels, report.tile_px)
    run = Measured(
        pixels,
        max(0, report.tiles),
        max(0, report.tile_px),
        round(report.seconds, 3),
        round(report.base_rss_mb, 1),
        round(report.peak_rss_mb, 1),
        round(report.gpu_peak_mb, 1),
        extent.crop_pixels,
        extent.lent_bytes,
        _form(request),
    )
    return _run_of(list(astuple(run)))


def _of(model: CatalogModel) -> tuple[str, str]:
    return model.id, str(model.plugin.manifest.version)


def _kind(device: str) -> str:
    return device.partition(":")[0]


def _form(request: Request) -> str:
    """A few letters for the values of the form, and how many pictures there are to be."""
    told = repr((sorted(request.params.items()), request.count))
    return hashlib.sha256(told.encode()).hexdigest()[:8]


def _read(path: Path) -> _Runs:
    """What fits of a file that anybody may have written."""
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
        value = json.loads(data) if len(data) <= _MOST_BYTES else None
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(value, dict) or value.get("format") != _FORMAT or not isinstance(value.get("models"), list):
        return {}
    found: _Runs = {}
    for entry in value["models"][-_MOST_MODELS:]:
        key, runs = _entry_of(entry)
        if key and runs:
            found[key] = runs[-_MOST_RUNS:]
    return found


def _entry_of(entry: object) -> tuple[Key | None, list[Measured]]:
    match entry:
        case {
            "model": str(model),
            "version": str(version),
            "device": str(device),
            "precision": str(precision),
            "runs": list(runs),
        }:
            known = (_run_of(run) for run in runs)
            return (model, version, device, precision), [run for run in known if run]
    return None, []


def _run_of(values: object) -> Measured | None:
    if not isinstance(values, list) or len(values) != _LAST + 1 or not isinstance(values[_LAST], str):
        return None
    whole = all(type(values[place]) is int for place in _INTEGERS)
    real = all(type(values[place]) in (int, float) for place in _FLOATS)
    if not whole or not real:
        return None
    numbers = values[:_LAST]
    if not all(0 <= number < _LARGEST for number in numbers):  # false for what is no number, too
        return None
    run = Measured(*values)
    return run if run.pixels and run.seconds else None


def _as_json(runs: Mapping[Key, Sequence[Measured]]) -> bytes:
    models: list[dict[str, Any]] = [
        {
            **dict(zip(("model", "version", "device", "precision"), key, strict=True)),
            "runs": [list(astuple(run)) for run in of_key],
        }
        for key, of_key in runs.items()
    ]
    return json.dumps({"format": _FORMAT, "models": models}).encode()


def _write(file: CheckedFile, data: bytes) -> None:
    file.write(data)
