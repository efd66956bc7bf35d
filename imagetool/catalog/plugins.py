"""What the catalogue knows of one plugin: its manifest, and where its parts lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from imagetool.core.errors import ImagetoolError
from imagetool.plugin.manifest import Manifest

VERSIONS = "versions"
"""The folder of an installed plugin in which its versions lie, each named after its version and its hash."""


@dataclass(frozen=True, slots=True)
class Plugin:
    """A folder with a sound manifest; `package` is what its modules are imported under.

    Attributes:
        manifest: As it was read.
        folder: Of its files.
        package: "" where its modules are imported by their own names.
        bundled: Whether it is a part of imagetool.
        weights_folder: Where its weights lie; None: in `folder`.
        packages_folder: Where the packages it requires are installed; None where it requires none.
        loader: For a pack of weights, the plugin whose loader makes its models.
        sealed: Whether the folder's files are known by their hashes and must not change.
    """

    manifest: Manifest
    folder: Path
    package: str
    bundled: bool
    weights_folder: Path | None = None
    packages_folder: Path | None = None
    loader: Plugin | None = None
    sealed: bool = False

    @property
    def shares_worker(self) -> bool:
        """Whether it runs in the process of the bundled plugins."""
        return self.bundled and not self.manifest.packages

    @property
    def digest(self) -> str:
        """What the hash of the sealed folder's list begins with; "" as long as it is not in its place."""
        return self.folder.name.rpartition("-")[2][:12] if self.folder.parent.name == VERSIONS else ""

    @property
    def import_paths(self) -> tuple[Path, ...]:
        """What a worker needs on its path to import the plugin, or its loader, behind imagetool's own."""
        if self.loader:
            return self.loader.import_paths
        packages = (self.packages_folder,) if self.packages_folder else ()
        return (*packages, self.folder.parent.parent if self.bundled else self.folder)

    @property
    def readable(self) -> tuple[Path, ...]:
        """The folders that its worker must be able to read."""
        code = (
            self.folder.parent if self.bundled else self.folder
        )  # the package around a bundled one is imported, too
        own = [code, *(folder for folder in (self.weights_folder, self.packages_folder) if folder)]
        return (*own, *(self.loader.readable if self.loader else ()))

    def module_and_class(self, entry: str) -> tuple[str, str]:
        """`module:Class` of its manifest as a worker imports it."""
        module, attribute = entry.split(":")
        return (f"{self.package}.{module}" if self.package else module), attribute


@dataclass(frozen=True, slots=True)
class BrokenPlugin:
    """A folder that wants to be a plugin and cannot."""

    folder: Path
    error: ImagetoolError
