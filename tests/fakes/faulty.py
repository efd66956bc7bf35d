"""The plugins of tests/faulty_plugins as the catalogue would list them."""

from __future__ import annotations

from pathlib import Path

from imagetool.catalog.catalog import CatalogModel
from imagetool.catalog.plugins import Plugin
from imagetool.plugin.manifest import Manifest

FOLDER = Path(__file__).parents[1] / "faulty_plugins"


def faulty(name: str, *, own_process: bool = False) -> CatalogModel:
    """The model of a faulty plugin, in the worker that all share, or in one of its own like a third party's."""
    folder = FOLDER / name
    manifest = Manifest.parse((folder / "plugin.toml").read_text("utf-8"), f"The plugin “{name}”")
    package = "" if own_process else f"{FOLDER.name}.{name}"
    return CatalogModel(Plugin(manifest, folder, package, bundled=not own_process), manifest.models[0])
