"""What can be wrong with the store of installed plugins, in sentences."""

from __future__ import annotations

from imagetool.catalog.archives.entry_names import shown
from imagetool.catalog.errors import CatalogError


class StoreError(CatalogError):
    """Base of all errors about installed plugins."""


class StoreBusy(StoreError):
    """Another process or thread is changing the store."""

    def __init__(self) -> None:
        super().__init__("Plugins are being installed or removed by another imagetool; wait until it is done.")


class NotInstalled(StoreError):
    """There is no installed plugin of that id, or no such version of it."""

    def __init__(self, plugin_id: str, version_dir: str | None = None) -> None:
        self.plugin_id, self.version_dir = plugin_id, version_dir
        what = f"The plugin {shown(plugin_id)} is not installed"
        if version_dir is not None:
            what = f"The version {shown(version_dir)} of the plugin {shown(plugin_id)} is not there"
        super().__init__(f"{what}; “plugins list” shows what is.")


class NothingToRollBack(StoreError):
    """The plugin has no earlier version."""

    def __init__(self, plugin_id: str) -> None:
        self.plugin_id = plugin_id
        super().__init__(f"There is no earlier version of the plugin {shown(plugin_id)} to go back to.")


class BadPluginId(StoreError):
    """The id cannot be the name of a folder on every system."""

    def __init__(self, plugin_id: str) -> None:
        self.plugin_id = plugin_id
        super().__init__(
            f"{shown(plugin_id)} cannot be the id of a plugin; it takes small letters, digits, dots and hyphens, "
            "and no name that a system keeps for itself."
        )


class BadRecord(StoreError):
    """What is written down about an installed plugin cannot be used."""

    def __init__(self, plugin_id: str, reason: str) -> None:
        self.plugin_id, self.reason = plugin_id, reason
        super().__init__(
            f"The plugin {shown(plugin_id)} cannot be used: {reason}. Remove it and install it again."
        )


class FilesChanged(StoreError):
    """The files of a plugin are not the ones that were installed; none of them is loaded."""

    def __init__(self, name: str, reason: str) -> None:
        self.name, self.reason = name, reason
        super().__init__(f"{shown(name)} was changed after it was installed: {reason}. Install it again.")
