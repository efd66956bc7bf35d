"""The installed plugins on the disk: every change leaves the old state or the new one, whatever happens."""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from packaging.version import Version

from imagetool.catalog.archives.entry_names import why_not
from imagetool.catalog.disk import clear_away, sync_folder, writing
from imagetool.catalog.store import records, seals
from imagetool.catalog.store.errors import (
    BadPluginId,
    BadRecord,
    FilesChanged,
    NothingToRollBack,
    NotInstalled,
)
from imagetool.catalog.store.installed import DIGEST_LENGTH, BrokenRecord, InstalledPlugin, read_plugin
from imagetool.catalog.store.lock import WriterLock
from imagetool.catalog.store.records import VERSION_DIR, Record, read_record, write_record

_ID = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*")
_ID_LENGTH, _VERSION_LENGTH = 100, 48
_WAIT_S = 2.0
_LEFT_BY_A_KILL = ".imagetool-*.tmp"  # see core.files.atomic


@dataclass(frozen=True, slots=True)
class Staging:
    """A private folder on the store's disk, in which a version is put together."""

    path: Path


class Store:
    """All installed plugins, in `home/plugins`; reading needs no lock, and sees each change as a whole.

    Every change raises `StoreBusy` where another process is writing, and `DiskError` where the disk refuses.
    """

    def __init__(self, home: Path, *, wait_s: float = _WAIT_S) -> None:
        self._home = home
        self._plugins, self._staging = home / "plugins", home / "staging"
        self._lock = WriterLock(home / "plugins.lock", wait_s)

    def installed(self) -> tuple[InstalledPlugin | BrokenRecord, ...]:
        """All plugins, by id."""
        found: list[InstalledPlugin | BrokenRecord] = []
        for folder in self._folders():
            try:
                found.append(read_plugin(folder))
            except BadRecord as error:
                if (folder / records.FILE_NAME).exists():  # else it is being made or removed
                    found.append(BrokenRecord(folder.name, folder, error))
        return tuple(found)

    def find(self, plugin_id: str) -> InstalledPlugin:
        """The plugin of that id.

        Raises:
            NotInstalled, BadRecord: where there is none, or none that can be used.
        """
        folder = self._folder(plugin_id)
        if not (folder / records.FILE_NAME).exists():
            raise NotInstalled(plugin_id)
        return read_plugin(folder)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Holds the lock over several changes.

        An installation holds it from `place` to `switch`: what is placed and not yet used looks like something
        left behind, which another process would sweep away.
        """
        with self._lock.held():
            yield

    @contextmanager
    def stage(self) -> Iterator[Staging]:
        """A new empty folder; what is not placed from it is gone at the end, or after a kill when swept."""
        path = self._staging / f"{os.getpid()}-{secrets.token_hex(6)}"
        with writing("the plugin"):
            path.mkdir(mode=0o700, parents=True)
        try:
            yield Staging(path)
        finally:
            clear_away(path)

    def place(self, folder: Path, plugin_id: str, version: Version) -> str:
        """Moves a sealed folder out of a staging to the versions of a plugin; it is not used yet.

        The same content placed again is the same version; where that was changed meanwhile, it lies beside it.

        Returns:
            The name of its folder, for `switch`.
        """
        digest = hashlib.sha256((folder / seals.FILE_NAME).read_bytes()).hexdigest()[:DIGEST_LENGTH]
        name = f"{str(version)[:_VERSION_LENGTH]}-{digest}"
        with self._change(plugin_id) as folder_of_plugin:
            versions = folder_of_plugin / "versions"
            versions.mkdir(mode=0o700, parents=True, exist_ok=True)
            place = _free_place(versions, name)
            if not place.exists():
                folder.rename(place)
                for changed in (versions, versions.parent, self._plugins, self._home):
                    sync_folder(changed)
            return place.name

    def switch(
        self, plugin_id: str, version_dir: str, consented: Mapping[str, Any], *, enabled: bool | None = None
    ) -> InstalledPlugin:
        """Uses a placed version from now on; the one before is kept as the previous one.

        Args:
            plugin_id: The plugin.
            version_dir: What `place` returned.
            consented: What the user agreed to, as JSON can hold it.
            enabled: Whether its models are offered; None leaves that as it is, and a new plugin enabled.

        Raises:
            NotInstalled: where there is no such version.
        """
        with self._change(plugin_id) as folder:
            placed = folder / "versions" / version_dir / seals.FILE_NAME
            if not VERSION_DIR.fullmatch(version_dir) or not placed.is_file():
                raise NotInstalled(plugin_id, version_dir)
            old = _old_record(folder)
            before = None if old is None else old.previous if old.current == version_dir else old.current
            consents = {**(old.consents if old else {}), version_dir: consented}
            enabled = (old.enabled if old else True) if enabled is None else enabled
            write_record(folder, Record(version_dir, before, enabled, consents))
        return read_plugin(folder)

    def roll_back(self, plugin_id: str) -> InstalledPlugin:
        """Uses the previous version again; doing it twice changes nothing.

        Raises:
            NothingToRollBack: where there is none.
        """
        with self._change(plugin_id) as folder:
            now = self.find(plugin_id)
            record = read_record(folder)
            if now.previous is None or now.previous not in now.version_dirs:
                raise NothingToRollBack(plugin_id)
            write_record(folder, replace(record, current=now.previous, previous=now.current))
        return self.find(plugin_id)

    def set_enabled(self, plugin_id: str, enabled: bool) -> InstalledPlugin:
        """Offers the plugin's models, or does not."""
        with self._change(plugin_id) as folder:
            self.find(plugin_id)
            write_record(folder, replace(read_record(folder), enabled=enabled))
        return self.find(plugin_id)

    def remove(self, plugin_id: str) -> None:
        """Removes a plugin with all its versions, also a broken one.

        Raises:
            NotInstalled: where there is none.
        """
        with self._change(plugin_id) as folder:
            if not folder.is_dir():
                raise NotInstalled(plugin_id)
            self._move_away(folder)

    def prune(self, plugin_id: str) -> None:
        """Removes all versions but the current and the previous one."""
        with self._change(plugin_id) as folder:
            if not folder.is_dir():
                raise NotInstalled(plugin_id)
            kept = read_record(folder).versions
            for version in _listed(folder / "versions"):
                if version.name not in kept:
                    self._move_away(version)

    def sweep(self) -> None:
        """Removes what killed processes have left: stagings, versions that were never used, temporary files."""
        import psutil  # takes a while to load, and only this needs it

        if not self._home.is_dir():
            return
        with writing("the list of plugins"), self.changing():
            for path in _listed(self._staging):
                pid = path.name.partition("-")[0]
                if not pid.isdigit() or not psutil.pid_exists(int(pid)):
                    clear_away(path)
            for folder in self._folders():
                for path in folder.glob(_LEFT_BY_A_KILL):
                    clear_away(path)
                if not (folder / records.FILE_NAME).exists():
                    self._move_away(folder)
                elif _old_record(folder):
                    self.prune(folder.name)

    def _folder(self, plugin_id: str) -> Path:
        """Where a plugin of that id lies or would lie; an id never leads out of the store."""
        if not _ID.fullmatch(plugin_id) or len(plugin_id) > _ID_LENGTH or why_not(plugin_id, depth=0):
            raise BadPluginId(plugin_id)
        return self._plugins / plugin_id

    def _folders(self) -> list[Path]:
        return [path for path in _listed(self._plugins) if path.is_dir() and _ID.fullmatch(path.name)]

    @contextmanager
    def _change(self, plugin_id: str) -> Iterator[Path]:
        folder = self._folder(plugin_id)
        with writing(f"the plugin “{plugin_id}”"), self.changing():
            yield folder

    def _move_away(self, path: Path) -> None:
        """Out of the list in one step; what is left of it after a kill is swept."""
        with self.stage() as staging:
            path.rename(staging.path / path.name)
            sync_folder(path.parent)


def _free_place(versions: Path, name: str) -> Path:
    """Where the version goes: where the same content lies already, or where nothing does."""
    for number in itertools.count(1):
        place = versions / (name if number == 1 else f"{name}.{number}")
        if not place.exists():
            break
        try:
            seals.check_seal(place, digest=name.rpartition("-")[2])
            break
        except FilesChanged:
            continue  # it is not replaced: it may be the one in use
    return place


def _old_record(folder: Path) -> Record | None:
    try:
        return read_record(folder)
    except BadRecord:
        return None


def _listed(folder: Path) -> list[Path]:
    """What lies in a folder, in order; nothing where there is no folder."""
    try:
        return sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
