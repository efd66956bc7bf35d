"""The folder of weights: a file that the user puts there becomes a model, and one that goes, goes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from imagetool.catalog.disk import DiskError
from imagetool.catalog.errors import LoaderMissing
from imagetool.catalog.places import Places
from imagetool.catalog.store.errors import StoreBusy
from imagetool.catalog.store.store import Store
from imagetool.core.errors import ImagetoolError
from imagetool.jobs.install.installer import Installer
from imagetool.jobs.install.packing import PREFIX, slug
from imagetool.jobs.process.worker_process import WorkerProcess
from imagetool.jobs.watch import Watch
from imagetool.jobs.worker import Launch

FOLDER = "weights"
NOTES = ".known.json"
_REPLACES = "“{}” would replace “{}”, which did not come from here. Remove that, or rename the file."
_MOST_NOTES_BYTES = 4 * 1024**2


@dataclass(frozen=True, slots=True)
class DroppedFile:
    """A file or folder in the folder of weights, as it was when it was looked at.

    Attributes:
        name: Its name.
        size: In bytes; of a folder 0.
        changed_ns: When it was changed last; 0 where it should be looked at again.
        plugin: The id of the pack that was made of it; "" where none could be.
        problem: Why not, as a sentence.
    """

    name: str
    size: int
    changed_ns: int
    plugin: str
    problem: str


def known_files(places: Places) -> tuple[DroppedFile, ...]:
    """What is known of the folder; reads one small file, and looks into none of the others."""
    try:
        with (places.home / FOLDER / NOTES).open("rb") as file:
            listed: Any = json.loads(file.read(_MOST_NOTES_BYTES))
        return tuple(DroppedFile(**item) for item in listed)
    except (OSError, ValueError, TypeError, RecursionError):
        return ()  # it is looked at again


def has_news(places: Places) -> bool:
    """Whether a file came, changed or went since the folder was last adopted."""
    known = {(it.name, it.size, it.changed_ns) for it in known_files(places)}
    return known != {_state(path) for path in _files(places)}


def adopt(places: Places, watch: Watch, launch: Launch = WorkerProcess) -> tuple[DroppedFile, ...]:
    """Makes packs of new and changed files, and removes those whose file went; blocks.

    A pack of weights runs no code, and the user has put the file there, so nobody is asked; what would need
    packages or downloads is not installed from here.
    """
    known = {(it.name, it.size, it.changed_ns): it for it in known_files(places)}
    installer = Installer(places, launch)
    now = []
    for path in _files(places):
        watch.check()
        now.append(known.get(_state(path)) or _adopted(path, installer, watch))
    kept = {it.plugin for it in now}
    for gone in (it for it in known.values() if it.plugin and it.plugin not in kept):
        if _source_of(installer, gone.plugin) == str((places.home / FOLDER / gone.name).absolute()):
            _remove(places, gone.plugin)
    if known or now:
        _write(places, now)
    return tuple(now)


def _files(places: Places) -> list[Path]:
    folder = places.home / FOLDER
    there = folder.iterdir() if folder.is_dir() else ()
    return sorted(path for path in there if not path.name.startswith(".") and (path.is_file() or path.is_dir()))


def _state(path: Path) -> tuple[str, int, int]:
    found = path.stat()
    return path.name, 0 if path.is_dir() else found.st_size, found.st_mtime_ns


def _adopted(path: Path, installer: Installer, watch: Watch) -> DroppedFile:
    name, size, changed_ns = _state(path)
    if _taken(installer, f"{PREFIX}.{slug(path)}", path):
        return DroppedFile(name, size, 0, "", _REPLACES.format(name, f"{PREFIX}.{slug(path)}"))
    try:
        with installer.prepared(str(path), watch) as prepared:
            offer = prepared.offer
            found = prepared.plugin.manifest.id
            if _taken(installer, found, path):
                return DroppedFile(name, size, 0, "", _REPLACES.format(name, found))
            if offer.runs_code or offer.packages or offer.downloads:
                problem = f"“{name}” has to be installed by hand, because it needs your consent."
                return DroppedFile(name, size, changed_ns, "", problem)
            done = installer.complete(prepared, watch)
    except (StoreBusy, DiskError, LoaderMissing) as error:  # may be otherwise next time
        return DroppedFile(name, size, 0, "", str(error))
    except ImagetoolError as error:
        return DroppedFile(name, size, changed_ns, "", str(error))
    return DroppedFile(name, size, changed_ns, done.plugin_id, "")


def _taken(installer: Installer, plugin_id: str, path: Path) -> bool:
    """Whether a plugin of that id is installed that did not come from this file."""
    return _source_of(installer, plugin_id) not in ("", str(path.absolute()))


def _source_of(installer: Installer, plugin_id: str) -> str:
    try:
        return installer.origin(plugin_id)
    except ImagetoolError:
        return ""


def _remove(places: Places, plugin_id: str) -> None:
    try:
        Store(places.home).remove(plugin_id)
    except ImagetoolError:
        pass  # it was removed by hand before


def _write(places: Places, files: list[DroppedFile]) -> None:
    from imagetool.core.files import atomic_write  # loads the picture libraries: only to write

    text = json.dumps([asdict(file) for file in files], indent=1)
    atomic_write(places.home / FOLDER / NOTES, lambda file: file.write(text.encode("utf-8")))
