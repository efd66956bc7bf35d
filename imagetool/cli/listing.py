"""`models` and `plugins list`."""

from __future__ import annotations

import argparse
import dataclasses
import json
from typing import Any

from imagetool.catalog.catalog import Catalog, CatalogModel
from imagetool.catalog.errors import CatalogError
from imagetool.catalog.places import Places


def list_models(options: argparse.Namespace) -> None:
    """Prints every model: id, task, plugin, parameters, weights, licence, ready or why not."""
    catalog = Catalog.scan(Places.find())
    if options.json:
        print(json.dumps({"models": [_model(model) for model in catalog.models]}, indent=2))
        return
    for model in catalog.models:
        about = _why_not(model) or model.entry.summary
        print(f"{model.id:<38} {model.entry.task:<10} {model.plugin.manifest.license:<12} {about}")


def list_plugins(options: argparse.Namespace) -> None:
    """Prints every plugin folder, the unusable ones with the reason."""
    catalog = Catalog.scan(Places.find())
    if options.json:
        print(json.dumps({"plugins": [*_plugins(catalog), *_broken(catalog)]}, indent=2))
        return
    for plugin in catalog.plugins:
        manifest = plugin.manifest
        print(f"{manifest.id:<24} {manifest.version!s:<8} {manifest.license:<12} {manifest.name}")
    for broken in catalog.broken:
        print(f"{broken.folder.name:<24} unusable: {broken.error}")


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


def _plugins(catalog: Catalog) -> list[dict[str, Any]]:
    return [
        {
            "id": plugin.manifest.id,
            "name": plugin.manifest.name,
            "version": str(plugin.manifest.version),
            "license": plugin.manifest.license,
            "folder": str(plugin.folder),
            "bundled": plugin.bundled,
            "models": [entry.id for entry in plugin.manifest.models],
            "usable": True,
            "reason": None,
        }
        for plugin in catalog.plugins
    ]


def _broken(catalog: Catalog) -> list[dict[str, Any]]:
    return [
        {"id": None, "folder": str(broken.folder), "usable": False, "reason": str(broken.error)}
        for broken in catalog.broken
    ]
