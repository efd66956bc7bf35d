"""The packages that imagetool itself runs on: they come first in every worker and are never installed twice."""

from __future__ import annotations

import importlib.machinery
import site
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Self

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

import imagetool

_RESERVED = frozenset({"imagetool", "numpy", "plugins", "sitecustomize", "torch", "usercustomize"})


@dataclass(frozen=True, slots=True)
class Host:
    """What a worker has on its path before anything of a plugin.

    Attributes:
        versions: By canonical name. All that lies in imagetool's environment, whether imagetool asked for it or
            not, because all of it is found first.
        paths: The folders that are searched for modules.
    """

    versions: Mapping[str, Version]
    paths: tuple[str, ...]

    @classmethod
    def find(cls) -> Self:
        """The environment of this process, as `python -I` sees it: without the user's own packages."""
        folders = site.getsitepackages()
        runtime = str(Path(imagetool.__file__).resolve().parents[1])
        return cls(_versions(folders), (runtime, *folders))

    def version_of(self, name: str) -> Version | None:
        """The version of a package, however its name is written."""
        return self.versions.get(canonicalize_name(name))

    def satisfies(self, requirement: Requirement) -> bool:
        """Whether it has the package in a version that fits; extras are not looked into."""
        version = self.version_of(requirement.name)
        return version is not None and requirement.specifier.contains(version, prereleases=True)

    def reserves(self, module: str) -> bool:
        """Whether a module of that name must not come from anywhere else."""
        return module in _RESERVED or module in sys.stdlib_module_names

    def has_module(self, module: str) -> bool:
        """Whether a module of that name is found here; a namespace, which others may add to, does not count."""
        spec = importlib.machinery.PathFinder.find_spec(module, list(self.paths))
        return spec is not None and spec.origin is not None

    def constraints(self) -> str:
        """For pip: exactly these versions and no others."""
        return "".join(f"{name}=={version}\n" for name, version in sorted(self.versions.items()))


def _versions(folders: Sequence[str]) -> dict[str, Version]:
    found: dict[str, Version] = {}
    for distribution in metadata.distributions(path=list(folders)):
        name = distribution.metadata["Name"]
        if not name:
            continue  # the rest of an uninstallation
        try:
            found.setdefault(canonicalize_name(name), Version(distribution.version))
        except (InvalidVersion, TypeError):
            pass  # no requirement can name it
    return found
