"""Making a pack of weights out of a bare file: a loader looks into it, and what it says becomes a manifest."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from imagetool.catalog.archives.folder_entries import entries_below
from imagetool.catalog.archives.listing import Limits, check_entries
from imagetool.catalog.catalog import Catalog
from imagetool.catalog.manifest_text import manifest_text
from imagetool.catalog.places import Places
from imagetool.catalog.plugins import Plugin
from imagetool.jobs.errors import JobError, ModelFailed
from imagetool.jobs.install.inspection import FileRefused, FoundModels, inspect
from imagetool.jobs.process.worker_process import WorkerProcess
from imagetool.jobs.watch import Watch
from imagetool.jobs.worker import Launch
from imagetool.plugin.errors import ManifestError
from imagetool.plugin.manifest import FILE_NAME, MANIFEST_VERSION, LoaderEntry, Manifest

PREFIX = "local"
"""Ids of packs that were made here begin with it."""

_LONGEST_SLUG = 60
_LIMITS = Limits(total_bytes=64 * 2**30, entry_bytes=32 * 2**30)


class NoLoader(JobError):
    """Nothing here knows files of that kind."""

    def __init__(self, path: Path, endings: tuple[str, ...]) -> None:
        self.path, self.endings = path, endings
        super().__init__(
            f"“{path.name}” is neither a plugin nor a file of weights that can be read. "
            f"Give a plugin's folder or zip, or a file that ends in {', '.join(endings)}."
        )


def make_pack(
    source: Path,
    folder: Path,
    catalog: Catalog,
    places: Places,
    watch: Watch,
    launch: Launch = WorkerProcess,
) -> Manifest:
    """Writes a pack of weights for the file or folder `source` into the empty `folder`.

    Loaders are asked in the order of the catalogue until one takes it.

    Raises:
        NoLoader: where there is no loader for such a name.
        FileRefused: where none takes it; with the sentence of the first one that was asked, or of a final one.
        WorkerDied, ModelFailed: where a loader failed.
    """
    able = loaders_for(source, catalog)
    if not able:
        raise NoLoader(source, _endings(catalog))
    first: FileRefused | None = None
    for plugin, loader in able:
        # What the loader writes is looked at when its process is gone: it may have left links there.
        with tempfile.TemporaryDirectory(dir=folder.parent, ignore_cleanup_errors=True) as name:
            try:
                found = inspect(plugin, loader, source, Path(name), places, watch, launch)
            except FileRefused as error:
                if error.final:
                    raise
                first = first or error
                continue
            return _written(found, f"{plugin.manifest.id}/{loader.id}", source, Path(name), folder)
    assert first is not None  # noqa: S101 - somebody was asked, and refused
    raise first


def loaders_for(source: Path, catalog: Catalog) -> list[tuple[Plugin, LoaderEntry]]:
    """The loaders for files of that name, or for folders; those that need packages of their own come last."""
    name = source.name.lower()
    able = [
        (plugin, loader)
        for plugin in catalog.plugins
        for loader in plugin.manifest.loaders
        if (loader.folders if source.is_dir() else name.endswith(loader.files))
    ]
    return sorted(able, key=lambda pair: bool(pair[0].manifest.packages))


def _endings(catalog: Catalog) -> tuple[str, ...]:
    loaders = [loader for plugin in catalog.plugins for loader in plugin.manifest.loaders]
    return tuple(dict.fromkeys(suffix for loader in loaders for suffix in loader.files))


def _written(found: FoundModels, loader: str, source: Path, made: Path, folder: Path) -> Manifest:
    """The pack in `folder`: the files in `made` that the loader speaks of, and a manifest, read like anybody's.

    Raises:
        ModelFailed: where what the loader says is no manifest, or speaks of what it did not write.
        BadArchive: where it wrote links or devices.
    """
    entries = entries_below(made, source.name, _LIMITS, left_out=frozenset())
    check_entries(source.name, entries, _LIMITS)
    pack = _Pack(made, folder, frozenset(entry.name for entry in entries if not entry.folder))
    models = [pack.model_table(table, loader) for table in found.models]
    text = manifest_text(
        {
            "manifest": MANIFEST_VERSION,
            "id": f"{PREFIX}.{slug(source)}",
            "version": f"1+{pack.digest[:12]}",
            "name": found.name or slug(source),
            "license": found.license or "unknown",
            "summary": found.summary,
            "kind": "weights",
            "model": models,
        }
    )
    try:
        manifest = Manifest.parse(text, f"What was found in “{source.name}”")
    except ManifestError as error:
        raise ModelFailed(str(error), text) from None
    with (folder / FILE_NAME).open("x", encoding="utf-8") as file:
        file.write(text)
    return manifest


class _Pack:
    """A pack that is being put together: files move from what the loader made to the pack's own folder."""

    def __init__(self, made: Path, folder: Path, files: frozenset[str]) -> None:
        self._made, self._folder, self._files = made, folder, files
        self._hashes: dict[str, tuple[str, int]] = {}

    @property
    def digest(self) -> str:
        """A hash of all files that were taken."""
        return hashlib.sha256("".join(sha256 for sha256, _ in sorted(self._hashes.values())).encode()).hexdigest()

    def model_table(self, table: Any, loader: str) -> Mapping[str, Any]:
        """One model as its manifest has it, with size and hash of its files."""
        if not isinstance(table, dict) or not isinstance(table.get("weights", []), list):
            raise ModelFailed("The loader did not say what it found, so nothing was installed.")
        weights = []
        for file in table.get("weights", []):
            name = str(file.get("file", "")) if isinstance(file, dict) else ""
            if name not in self._files:
                raise ModelFailed(f"The loader speaks of the file “{name:.60}”, which it did not write.")
            sha256, size = self._taken(name)
            weights.append({"file": name, "sha256": sha256, "size": size})
        return {**table, "loader": loader, "weights": weights}

    def _taken(self, name: str) -> tuple[str, int]:
        if name not in self._hashes:
            path = self._folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            (self._made / name).rename(path)
            with path.open("rb") as stream:
                self._hashes[name] = hashlib.file_digest(stream, "sha256").hexdigest(), path.stat().st_size
        return self._hashes[name]


def slug(source: Path) -> str:
    """A file's name as a part of an id: `SPAN ch28_x4.pth.tar` becomes `span-ch28-x4`."""
    stem = (
        re.sub(r"(\.[a-z][a-z0-9]{0,11})+$", "", source.name.lower()) if source.is_file() else source.name.lower()
    )
    return re.sub(r"[^a-z0-9]+", "-", stem).strip("-")[:_LONGEST_SLUG].strip("-") or "weights"
