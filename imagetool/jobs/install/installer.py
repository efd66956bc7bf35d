"""Installing a plugin: everything is read and tried first, then one rename makes it so.

The steps: 1 a private folder, 2 fetch, 3 unpack, 4 read the manifest or make one, 5 look at the weights, 6 the
user's consent, 7 fetch weights, 8 install packages, 9 seal and test, 10 move into place and switch. Until the
last one nothing that was installed is touched; what an interrupted installation leaves is swept at the next.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from imagetool.catalog.archives.unpacking import copy_folder, plugin_root, unpack
from imagetool.catalog.catalog import Catalog
from imagetool.catalog.downloads.download import download
from imagetool.catalog.errors import BundledPlugin
from imagetool.catalog.places import Places
from imagetool.catalog.plugins import Plugin
from imagetool.catalog.scanning import PACKAGES, read_manifest, third_party, with_loader
from imagetool.catalog.store.errors import StoreBusy, StoreError
from imagetool.catalog.store.seals import FILE_NAME as SEALED_LIST
from imagetool.catalog.store.seals import seal
from imagetool.catalog.store.store import Store
from imagetool.jobs.install.errors import (
    AnotherPlugin,
    NeverUpdatable,
    SelfTestFailed,
    SourceNotFound,
    WeightsNotAsPromised,
)
from imagetool.jobs.install.offers import Offer, make_offer
from imagetool.jobs.install.packing import make_pack
from imagetool.jobs.install.self_test import ModelTest, self_test
from imagetool.jobs.packages import install_packages, missing_packages
from imagetool.jobs.process.worker_process import WorkerProcess
from imagetool.jobs.watch import Watch
from imagetool.jobs.worker import Launch
from imagetool.plugin.errors import ManifestError
from imagetool.plugin.manifest import FILE_NAME, Manifest
from imagetool.plugin.weights import WeightsFile

OTHER_CONTENT = "Its files are others than those that are installed, although the version is the same."
MOST_DOWNLOAD_BYTES = 32 * 1024**3
_ARCHIVES = (".zip", ".whl")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plugin that has been read and waits for consent; `folder` is private and lasts as long as `prepared`."""

    source: str
    folder: Path
    plugin: Plugin
    offer: Offer


@dataclass(frozen=True, slots=True)
class Installed:
    """What was installed, and how its models did."""

    plugin_id: str
    version: str
    tests: tuple[ModelTest, ...]


class Installer:
    """Installs plugins and files of weights; blocks, so it is called from a background thread."""

    def __init__(self, places: Places, launch: Launch = WorkerProcess) -> None:
        self._places, self._launch = places, launch
        self._store = Store(places.home)

    @contextlib.contextmanager
    def prepared(self, source: str, watch: Watch, wanted: str = "") -> Iterator[Prepared]:
        """Reads and checks what is at a path or an https address; nothing of it is executed.

        Where a plugin is to be updated, its id is `wanted`, and no other one is taken.

        Raises:
            ImagetoolError: in one sentence why it cannot be installed; nothing is left of it.
        """
        with contextlib.suppress(StoreBusy):  # somebody else is at it, and sweeps as well
            self._store.sweep()
        with self._store.stage() as staging:
            watch.progress(0.0, "reading")
            folder = staging.path / "plugin"
            local = self._local(source, watch)
            manifest, folder = self._read(local, folder, watch)
            if wanted and manifest.id != wanted:
                raise AnotherPlugin(wanted, manifest.id)
            plugin = self._plugin(manifest, folder, sealed=False)
            _check_weights(plugin)
            yield Prepared(source, folder, plugin, self._offer(plugin))

    def complete(self, prepared: Prepared, watch: Watch) -> Installed:
        """Carries out what the user has agreed to; call it inside `prepared`.

        Raises:
            ImagetoolError: why not; what was installed before is as it was.
        """
        folder, manifest = prepared.folder, prepared.plugin.manifest
        self._fetch_weights(prepared.plugin, watch)
        watch.progress(0.3, "installing packages")
        install_packages(prepared.plugin, watch)
        seal(folder)
        sealed = replace(prepared.plugin, sealed=True)
        tests = self_test(sealed, self._places, watch.part(0.5, 0.95), self._launch)
        if any(not test.passed for test in tests):
            raise SelfTestFailed(manifest.name, tests)
        watch.progress(0.95, "putting it in its place")
        watch.check()
        consent = {
            "version": str(manifest.version),
            "source": _kept(prepared.source),
            "agreed": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "lines": list(prepared.offer.lines),
            "tests": [
                {"model": test.model, "seconds": round(test.seconds, 3), "peak_rss_mb": round(test.peak_rss_mb, 1)}
                for test in tests
            ],
        }
        with self._store.changing():
            self._store.switch(manifest.id, self._store.place(folder, manifest.id, manifest.version), consent)
            self._store.prune(manifest.id)
        return Installed(manifest.id, str(manifest.version), tests)

    def origin(self, plugin_id: str) -> str:
        """Where an installed plugin came from.

        Raises:
            NotInstalled: where it is not installed.
            NeverUpdatable: where nobody wrote that down.
        """
        source = self._store.find(plugin_id).consented.get("source")
        if not isinstance(source, str):
            raise NeverUpdatable(plugin_id)
        return source

    def _local(self, source: str, watch: Watch) -> Path:
        """The file or folder; what lies at an address is fetched first, and kept where that is interrupted."""
        if not source.startswith(("https://", "http://")):
            try:
                path = Path(source).expanduser()
                if not source.strip() or not path.exists():
                    raise SourceNotFound(source)
            except (OSError, RuntimeError, ValueError):  # too long a name, no such user, a zero byte
                raise SourceNotFound(source) from None
            return path
        name = source.split("?")[0].split("#")[0].rstrip("/").rpartition("/")[2] or "plugin.zip"
        to = self._places.home / "downloads" / hashlib.sha256(source.encode()).hexdigest()[:16] / Path(name).name
        sha256 = source.rpartition("#sha256=")[2] if "#sha256=" in source else None
        download(
            source.partition("#")[0],
            to,
            cap_bytes=MOST_DOWNLOAD_BYTES,
            sha256=sha256,
            check=watch.check,
        )
        return to

    def _read(self, local: Path, folder: Path, watch: Watch) -> tuple[Manifest, Path]:
        """What was named becomes a plugin's folder."""
        if local.is_dir() and (local / FILE_NAME).is_file():
            copy_folder(local, folder, on_progress=lambda *_: watch.check())
        elif local.is_file() and local.suffix.lower() in _ARCHIVES:
            unpack(local, folder, on_progress=lambda *_: watch.check())
            folder = plugin_root(folder, local.name)
        else:
            folder.mkdir()
            catalog = Catalog.scan(self._places)
            make_pack(local, folder, catalog, self._places, watch.part(0.05, 0.3), self._launch)
        return read_manifest(folder / FILE_NAME), folder

    def _plugin(self, manifest: Manifest, folder: Path, *, sealed: bool) -> Plugin:
        catalog = Catalog.scan(self._places)
        for known in catalog.plugins:
            if known.bundled and known.manifest.id == manifest.id:
                raise BundledPlugin(manifest.id)
        return with_loader(third_party(manifest, folder, sealed=sealed), catalog.plugins)

    def _offer(self, plugin: Plugin) -> Offer:
        manifest, before = plugin.manifest, self._installed(plugin.manifest.id)
        files = [path for path in plugin.folder.rglob("*") if path.is_file()]
        offer = make_offer(
            manifest,
            before,
            size_bytes=sum(path.stat().st_size for path in files),
            file_count=len(files),
            packages=missing_packages(plugin),
            agreed=False,
        )
        if before is None or before.version != manifest.version:
            return offer
        if not self._is_installed(plugin):
            return replace(offer, changes=(*offer.changes, OTHER_CONTENT))
        return replace(offer, agreed=not offer.changes and not offer.packages)

    def _is_installed(self, plugin: Plugin) -> bool:
        """Whether exactly these files are installed; packages apart, which are resolved anew."""
        return _hashes(plugin.folder) == _hashes(self._store.find(plugin.manifest.id).folder)

    def _installed(self, plugin_id: str) -> Manifest | None:
        """The manifest of the version that is installed; None where there is none that can be read."""
        try:
            found = self._store.find(plugin_id)
            return read_manifest(found.folder / FILE_NAME)
        except (StoreError, ManifestError):
            return None

    def _fetch_weights(self, plugin: Plugin, watch: Watch) -> None:
        for file, path in _weights_of(plugin):
            if file.url and not path.is_file():
                watch.progress(0.1, f"fetching {file.file}")
                download(file.url, path, cap_bytes=file.size, sha256=file.sha256, check=watch.check)


def _weights_of(plugin: Plugin) -> list[tuple[WeightsFile, Path]]:
    return [(file, plugin.folder / file.file) for model in plugin.manifest.models for file in model.weights]


def _check_weights(plugin: Plugin) -> None:
    """Every file of weights is there as promised, or can be fetched."""
    for file, path in _weights_of(plugin):
        if not path.is_file():
            if file.url:
                continue
            raise WeightsNotAsPromised(file.file, "the file is missing and no address is given")
        if path.stat().st_size != file.size:
            raise WeightsNotAsPromised(file.file, f"it has {path.stat().st_size} bytes instead of {file.size}")
        with path.open("rb") as stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() != file.sha256:
                raise WeightsNotAsPromised(file.file, "its SHA-256 is another one")


def _hashes(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file by its path, but for installed packages and the list of files."""
    hashes = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and name.parts[0] != PACKAGES and name.parts[-1] != SEALED_LIST:
            with path.open("rb") as stream:
                hashes[name.as_posix()] = hashlib.file_digest(stream, "sha256").hexdigest()
    return hashes


def _kept(source: str) -> str:
    """A source as it is written down: a path that still leads there from another folder."""
    return source if source.startswith("https://") else str(Path(source).expanduser().absolute())
