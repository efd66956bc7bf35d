"""`models` and `plugins list`."""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path
from typing import Any

from imagetool.catalog.catalog import Catalog, CatalogModel
from imagetool.catalog.errors import CatalogError
from imagetool.catalog.places import Places
from imagetool.catalog.plugins import Plugin
from imagetool.catalog.store.installed import InstalledPlugin
from imagetool.catalog.store.store import Store
from imagetool.cli.adopting import adopt_dropped
from imagetool.jobs.install.dropped_weights import DroppedFile
from imagetool.jobs.protection import protection
from imagetool.plugin.manifest import Manifest
from imagetool.wire.text import plain


def list_models(options: argparse.Namespace) -> None:
    """Prints every model: id, task, plugin, parameters, weights, licence, ready or why not."""
    places = Places.find()
    adopt_dropped(places)
    catalog = Catalog.scan(places)
    if options.json:
        print(json.dumps({"models": [_model(model) for model in catalog.models]}, indent=2))
        return
    for model in catalog.models:
        about = _why_not(model) or model.entry.summary
        print(f"{model.id:<38} {model.entry.task:<10} {model.plugin.manifest.license:<12} {about}")


def list_plugins(options: argparse.Namespace) -> None:
    """Prints every plugin, the disabled and unusable ones with the reason."""
    places = Places.find()
    dropped = [file for file in adopt_dropped(places) if file.problem]
    catalog = Catalog.scan(places)
    if options.json:
        unusable = [*_broken(catalog), *(_dropped(file) for file in dropped)]
        print(json.dumps({"plugins": [*_plugins(catalog, places), *unusable]}, indent=2))
        return
    for plugin in (*catalog.plugins, *catalog.disabled):
        manifest = plugin.manifest
        state = " (disabled)" if plugin in catalog.disabled else ""
        about = f"{plain(manifest.license, 40):<12} {plain(manifest.name, 80)}{state}"
        print(f"{manifest.id:<28} {manifest.version!s:<16} {about}")
    for broken in catalog.broken:
        print(f"{broken.folder.name:<28} unusable: {broken.error}")
    for file in dropped:
        print(f"{file.name:<28} unusable: {file.problem}")


def _model(model: CatalogModel) -> dict[str, Any]:
    reason = _why_not(model)
    return {
        "id": model.id,
        "name": model.entry.name,
        "task": model.entry.task.value,
        "plugin": model.plugin.manifest.id,
        "params": [
            {
                "type": type(parameter).__name__.removesuffix("Parameter").lower(),
                **dataclasses.asdict(parameter),
            }
            for parameter in model.entry.parameters
        ],
        "weights": [{**dataclasses.asdict(file), "path": str(path)} for file, path in model.weights],
        "variations": model.entry.variations,
        "guides": model.entry.guides,
        "license": model.plugin.manifest.license,
        "ready": reason is None,
        "reason": reason,
    }


def _why_not(model: CatalogModel) -> str | None:
    try:
        model.check_ready()
    except CatalogError as error:
        return str(error)
    return None


def _plugins(catalog: Catalog, places: Places) -> list[dict[str, Any]]:
    installed = {it.id: it for it in Store(places.home).installed() if isinstance(it, InstalledPlugin)}
    return [
        {
            **_about(plugin),
            "enabled": plugin not in catalog.disabled,
            "previous": _previous(installed.get(plugin.manifest.id)),
            "usable": True,
            "reason": None,
        }
        for plugin in (*catalog.plugins, *catalog.disabled)
    ]


def _about(plugin: Plugin) -> dict[str, Any]:
    manifest = plugin.manifest
    return {
        "id": manifest.id,
        "name": manifest.name,
        "version": str(manifest.version),
        "kind": manifest.kind.value,
        "license": manifest.license,
        "author": manifest.author,
        "folder": str(plugin.folder),
        "bundled": plugin.bundled,
        "models": [entry.id for entry in manifest.models],
        "loaders": [loader.id for loader in manifest.loaders],
        "packages": list(manifest.packages),
        "permissions": [] if plugin.shares_worker else _permissions(manifest),
    }


def _permissions(manifest: Manifest) -> list[dict[str, Any]]:
    hosts = tuple(permission.host for permission in manifest.permissions)
    return [
        {"name": it.name, "text": it.text, "enforced": it.enforced, "label": it.label}
        for it in protection().permissions(hosts)
    ]


def _previous(installed: InstalledPlugin | None) -> str | None:
    return installed.previous.rpartition("-")[0] if installed and installed.previous else None


def _broken(catalog: Catalog) -> list[dict[str, Any]]:
    return [_unusable(broken.folder, str(broken.error)) for broken in catalog.broken]


def _dropped(file: DroppedFile) -> dict[str, Any]:
    return _unusable(Places.find().home / "weights" / file.name, file.problem)


def _unusable(folder: Path, reason: str) -> dict[str, Any]:
    return {"id": None, "folder": str(folder), "usable": False, "reason": reason}
