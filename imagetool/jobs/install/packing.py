"""Making a pack of weights out of a bare file: a loader looks into it, and what it says becomes a manifest."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

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
        try:
            found = inspect(plugin, loader, source, folder, places, watch, launch)
        except FileRefused as error:
            if error.final:
                raise
            first = first or error
            continue
        return _written(found, f"{plugin.manifest.id}/{loader.id}", source, folder)
    assert first is not None  # noqa: S101 - somebody was asked, and refused
    raise first


def loaders_for(source: Path, catalog: Catalog) -> list[tuple[Plugin, LoaderEntry]]:
    """The loaders that look into files of that name, or into folders."""
    name = source.name.lower()
    return [
        (plugin, loader)
        for plugin in catalog.plugins
        for loader in plugin.manifest.loaders
        if (loader.folders if source.is_dir() else name.endswith(loader.files))
    ]


def _endings(catalog: Catalog) -> tuple[str, ...]:
    loaders = [loader for plugin in catalog.plugins for loader in plugin.manifest.loaders]
    return tuple(dict.fromkeys(suffix for loader in loaders for suffix in loader.files))


def _written(found: FoundModels, loader: str, source: Path, folder: Path) -> Manifest:
    """The manifest, written and read again like anybody's.

    Raises:
        ModelFailed: where what the loader says is no manifest.
    """
    hashes: dict[str, tuple[str, int]] = {}
    models = [_model_table(table, loader, folder, hashes) for table in found.models]
    digest = hashlib.sha256("".join(sha256 for sha256, _ in sorted(hashes.values())).encode()).hexdigest()
    text = manifest_text(
        {
            "manifest": MANIFEST_VERSION,
            "id": f"{PREFIX}.{slug(source)}",
            "version": f"1+{digest[:12]}",
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
    (folder / FILE_NAME).write_text(text, "utf-8")
    return manifest


def _model_table(table: Any, loader: str, folder: Path, hashes: dict[str, tuple[str, int]]) -> Mapping[str, Any]:
    if not isinstance(table, dict):
        raise ModelFailed("The loader did not say what it found, so nothing was installed.")
    weights = []
    for file in table.get("weights", []):
        name = str(file.get("file", "")) if isinstance(file, dict) else ""
        path = folder / name
        if not name or not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
            raise ModelFailed(f"The loader speaks of the file “{name:.60}”, which it did not write.")
        if name not in hashes:
            with path.open("rb") as stream:
                hashes[name] = hashlib.file_digest(stream, "sha256").hexdigest(), path.stat().st_size
        sha256, size = hashes[name]
        weights.append({"file": name, "sha256": sha256, "size": size})
    return {**table, "loader": loader, "weights": weights}


def slug(source: Path) -> str:
    """A file's name as a part of an id: `SPAN ch28_x4.pth.tar` becomes `span-ch28-x4`."""
    stem = (
        re.sub(r"(\.[a-z][a-z0-9]{0,11})+$", "", source.name.lower()) if source.is_file() else source.name.lower()
    )
    return re.sub(r"[^a-z0-9]+", "-", stem).strip("-")[:_LONGEST_SLUG].strip("-") or "weights"
