"""The Python packages that a plugin, or the loader it is run by, needs in a folder of its own."""

from __future__ import annotations

import os
from pathlib import Path

from imagetool.catalog.disk import clear_away, sync_folder, writing
from imagetool.catalog.plugins import Plugin
from imagetool.jobs.dependencies import Wanted, check_installed, install
from imagetool.jobs.dependencies.errors import PackagesNotInstalled
from imagetool.jobs.watch import Watch

WHEELS = "wheels"
"""The folder of a plugin in which it may bring the wheels that it needs."""


def check_packages(plugin: Plugin) -> None:
    """Looks whether a plugin's worker will find what it needs; reads small files only.

    Raises:
        DependencyError: where it will not.
    """
    owner = plugin.loader or plugin
    if owner.packages_folder:
        check_installed(_wanted(owner), owner.packages_folder)


def missing_packages(plugin: Plugin) -> tuple[str, ...]:
    """The requirements that have to be installed for the plugin to run.

    Raises:
        BadRequirement, PackageConflict: where that cannot be.
    """
    try:
        check_packages(plugin)
    except PackagesNotInstalled:
        return _wanted(plugin.loader or plugin).missing()
    return ()


def install_packages(plugin: Plugin, watch: Watch) -> None:
    """Installs them; the user has agreed. A loader's packages are replaced as a whole, or stay as they were.

    Raises:
        DependencyError, BadArchive, DiskError: why not.
    """
    owner = plugin.loader or plugin
    into = owner.packages_folder
    if into is None or not missing_packages(plugin):
        return
    fresh = into.with_name(f"{into.name}.{os.getpid()}.part")
    try:
        wanted = _wanted(owner)
        install(
            wanted,
            fresh,
            online=wanted.wheels is None,
            compiled=owner.bundled,  # others are sealed, and hashed before each start
            on_progress=watch.progress,
            check=watch.check,
        )
        with writing(f"the packages of “{owner.manifest.name}”"):
            clear_away(into)
            fresh.rename(into)
            sync_folder(into.parent)
    finally:
        clear_away(fresh)


def _wanted(owner: Plugin) -> Wanted:
    wheels: Path = owner.folder / WHEELS
    return Wanted(owner.manifest.name, owner.manifest.packages, wheels if wheels.is_dir() else None)
