"""How the worker of a plugin is started: what it may import, read, write and use."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import psutil

from imagetool.catalog.places import Places
from imagetool.catalog.plugins import Plugin
from imagetool.catalog.store.seals import check_seal
from imagetool.jobs.packages import check_packages
from imagetool.jobs.worker import WorkerPlan
from imagetool.wire.messages import Confinement

MOST_FILE_BYTES = 16 * 1024**3
MOST_OPEN_FILES = 4096
_MEMORY_SHARE = 0.8  # of the computer's memory, for a plugin and all that it starts


def worker_plan(
    plugin: Plugin, places: Places, pool_folders: tuple[Path, ...], kept_in: Path | None = None
) -> WorkerPlan:
    """Of the bundled plugins' worker, or of the one that a third party's plugin has for itself.

    `kept_in` is where the pixels of its long jobs lie, on the disk.

    Raises:
        FilesChanged: where the plugin's files are no longer those that were installed.
        DependencyError: where its packages are not there.
    """
    if plugin.shares_worker:
        return WorkerPlan(_texts((places.runtime, *plugin.import_paths)))
    check_packages(plugin)
    scratch = pool_folders[-1] / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(mode=0o700)
    kept = (kept_in,) if kept_in else ()
    return confined_plan(plugin, places, (), (scratch,), pixels=(*pool_folders, *kept))


def confined_plan(
    plugin: Plugin,
    places: Places,
    readable: Iterable[Path],
    writable: Iterable[Path],
    pixels: Iterable[Path] = (),
) -> WorkerPlan:
    """A worker for one plugin that sees Python, its libraries, the plugin's own files and these paths only.

    The first of `writable` is where its home and its temporary files are; `pixels` are folders of pixel buffers.

    Raises:
        FilesChanged: where the plugin's files are no longer those that were installed.
    """
    for sealed in (one for one in (plugin, plugin.loader) if one and one.sealed):
        check_seal(sealed.folder, name=sealed.manifest.id, digest=sealed.digest, only_code=True)
    confinement = Confinement(
        readable=_texts((places.runtime / "imagetool", *plugin.readable, *readable)),
        writable=_texts(writable),
        network=bool(plugin.manifest.permissions),
        max_file_bytes=MOST_FILE_BYTES,
        max_open_files=MOST_OPEN_FILES,
        pixels=_texts(pixels),
    )
    most_bytes = int(psutil.virtual_memory().total * _MEMORY_SHARE)
    return WorkerPlan(_texts((places.runtime, *plugin.import_paths)), confinement, most_bytes)


def _texts(paths: Iterable[Path]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(path.absolute()) for path in paths))
