"""Reading the manifests of what lies in the plugin folders; no code of a plugin is imported for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from imagetool.catalog.errors import LoaderMissing
from imagetool.catalog.places import Places
from imagetool.catalog.plugins import BrokenPlugin, Plugin
from imagetool.catalog.store.installed import BrokenRecord, InstalledPlugin
from imagetool.catalog.store.store import Store
from imagetool.core.errors import ImagetoolError
from imagetool.plugin import API_VERSION
from imagetool.plugin.errors import ManifestError, Problem
from imagetool.plugin.manifest import FILE_NAME, Kind, Manifest

MANIFEST_MAX_BYTES = 256 * 1024
PACKAGES = "packages"
"""The folder of a plugin that its required packages are installed to."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one place held."""

    plugins: tuple[Plugin, ...]
    broken: tuple[BrokenPlugin, ...]
    disabled: tuple[Plugin, ...] = ()


def scan_bundled(places: Places) -> Found:
    """The plugins that are part of imagetool."""
    plugins, broken = [], []
    for path in sorted(places.bundled_plugins.glob(f"*/{FILE_NAME}")):
        try:
            manifest = read_manifest(path)
        except ManifestError as error:
            broken.append(BrokenPlugin(path.parent, error))
            continue
        packages = places.home / PACKAGES / manifest.id if manifest.packages else None
        plugins.append(
            Plugin(
                manifest,
                path.parent,
                f"{places.bundled_plugins.name}.{path.parent.name}",
                bundled=True,
                weights_folder=places.bundled_weights / path.parent.name,
                packages_folder=packages,
            )
        )
    return Found(tuple(plugins), tuple(broken))


def scan_installed(places: Places, bundled: tuple[Plugin, ...]) -> Found:
    """The plugins that the user has installed; packs of weights know their loader's plugin."""
    enabled: list[Plugin] = []
    disabled: list[Plugin] = []
    broken: list[BrokenPlugin] = []
    for item in Store(places.home).installed():
        if isinstance(item, BrokenRecord):
            broken.append(BrokenPlugin(item.folder, item.error))
            continue
        try:
            plugin = read_installed(item)
        except ImagetoolError as error:
            broken.append(BrokenPlugin(_home_of(item.folder), error))
            continue
        (enabled if item.enabled else disabled).append(plugin)
    loaders = (*bundled, *enabled)
    with_loaders = []
    for plugin in enabled:
        try:
            with_loaders.append(with_loader(plugin, loaders))
        except LoaderMissing as error:
            broken.append(BrokenPlugin(_home_of(plugin.folder), error))
    return Found(tuple(with_loaders), tuple(broken), tuple(disabled))


def _home_of(version_folder: Path) -> Path:
    """The folder of all versions of an installed plugin, which is named after its id."""
    return version_folder.parent.parent


def read_installed(item: InstalledPlugin) -> Plugin:
    """The current version of an installed plugin, without its loader.

    Raises:
        ManifestError: where its manifest cannot be used.
    """
    manifest = read_manifest(item.folder / FILE_NAME, item.id)
    if manifest.id != item.id:
        problem = Problem("id", f"is {manifest.id!r}, but it was installed as {item.id!r}")
        raise ManifestError(f"The plugin “{item.id}”", (problem,))
    return third_party(manifest, item.folder, sealed=True)


def third_party(manifest: Manifest, folder: Path, *, sealed: bool) -> Plugin:
    """A plugin that is none of ours, lying in `folder`."""
    packages = folder / PACKAGES if manifest.packages else None
    return Plugin(manifest, folder, "", bundled=False, packages_folder=packages, sealed=sealed)


def with_loader(plugin: Plugin, known: tuple[Plugin, ...]) -> Plugin:
    """A pack of weights together with the plugin whose loader it names; another plugin as it is.

    Raises:
        LoaderMissing: where nobody brings the loader.
    """
    if plugin.manifest.kind is not Kind.WEIGHTS:
        return plugin
    named = plugin.manifest.models[0].loader
    owner = named.partition("/")[0]
    loader = next((other for other in known if other.manifest.id == owner), None)
    able = {f"{owner}/{entry.id}" for entry in loader.manifest.loaders} if loader else set()
    for model in plugin.manifest.models:
        if model.loader not in able:
            raise LoaderMissing(plugin.manifest.name, model.loader)
    return replace(plugin, loader=loader)


def read_manifest(path: Path, name: str = "") -> Manifest:
    """The manifest at `path`, fit for this contract; `name` is what the plugin is called in errors.

    Raises:
        ManifestError: where it cannot be read or used.
    """
    source = f"The plugin “{name or path.parent.name}”"
    try:
        if path.stat().st_size > MANIFEST_MAX_BYTES:
            raise ManifestError(source, (Problem(FILE_NAME, f"is larger than {MANIFEST_MAX_BYTES} bytes"),))
        manifest = Manifest.parse(path.read_text("utf-8"), source)
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(source, (Problem(FILE_NAME, f"cannot be read ({error})"),)) from None
    if not manifest.requires_imagetool.contains(API_VERSION, prereleases=True):
        what = f"needs version {manifest.requires_imagetool} of the contract, here it is {API_VERSION}"
        raise ManifestError(source, (Problem("requires.imagetool", what),))
    return manifest
