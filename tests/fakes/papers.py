"""Plugins that exist on paper only: manifests, catalogues, offers, and an inventory of them."""

from __future__ import annotations

from pathlib import Path

from imagetool.catalog.catalog import Catalog
from imagetool.catalog.plugins import Plugin
from imagetool.jobs.install.offers import Offer
from imagetool.plugin.manifest import Manifest
from imagetool.plugin.tasks import Task
from imagetool.ui.plugins.inventory import Group, Inventory, PluginFacts


def manifest_of(
    plugin_id: str, *tasks: Task, name: str = "", version: str = "1.0", model: str = "fast", more: str = ""
) -> Manifest:
    """A python plugin with one model for each task; `more` is TOML for the last of them."""
    models = "".join(
        f'[[model]]\nid = "{model}-{task}"\nname = "{model.title()} {task}"\ntask = "{task}"\nentry = "m:M"\n'
        for task in tasks
    )
    text = (
        f'manifest = 1\nid = "{plugin_id}"\nversion = "{version}"\nname = "{name or plugin_id}"\n'
        f'license = "MIT"\nauthor = "Ada"\nkind = "python"\n{models}{more}'
    )
    return Manifest.parse(text, "The plugin on paper")


def plugin_of(manifest: Manifest, *, bundled: bool = False) -> Plugin:
    """As the catalogue would hold it."""
    return Plugin(manifest, Path(f"/nowhere/{manifest.id}/{manifest.version}"), "", bundled=bundled)


def catalog_of(*manifests: Manifest) -> Catalog:
    """A catalogue of these."""
    return Catalog(tuple(plugin_of(manifest) for manifest in manifests), ())


def offer_of(manifest: Manifest, *, agreed: bool = False, changes: tuple[str, ...] = ()) -> Offer:
    """What the user is asked about it."""
    return Offer(manifest, 12_345, 2, (), (), changes, "", agreed)


def facts_of(manifest: Manifest, group: Group = Group.INSTALLED, **more: object) -> PluginFacts:
    """What the manager knows of it."""
    return PluginFacts(manifest.id, group, plugin_of(manifest, bundled=group is Group.BUNDLED), **more)  # type: ignore[arg-type]


def inventory_of(*plugins: PluginFacts, safe_mode: bool = False) -> Inventory:
    """An inventory of these."""
    return Inventory(Catalog((), ()), plugins, safe_mode)
