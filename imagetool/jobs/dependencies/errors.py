"""Why the packages of a plugin cannot be installed or used, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from imagetool.catalog.archives.entry_names import shown
from imagetool.core.errors import ImagetoolError


class DependencyError(ImagetoolError):
    """Base of all errors about the packages of a plugin; `details` is what pip said, where it was asked."""

    def __init__(self, plugin: str, sentence: str, details: str = "") -> None:
        self.plugin, self.details = plugin, details
        super().__init__(sentence)


class BadRequirement(DependencyError):
    """A requirement is not the name of a package with its versions."""

    def __init__(self, plugin: str, requirement: str, reason: str) -> None:
        self.requirement, self.reason = requirement, reason
        super().__init__(
            plugin,
            f"“{plugin}” needs {shown(requirement)}, which {reason}; its author has to name a package and its "
            "versions, such as einops>=0.8.",
        )


class PackageConflict(DependencyError):
    """A package that imagetool brings is needed in another version, by the plugin or by another package."""

    def __init__(self, plugin: str, needed_by: str | None, requirement: str, have: str, details: str = "") -> None:
        self.needed_by, self.requirement, self.have = needed_by, requirement, have
        chain = f"{needed_by}, which needs {requirement}" if needed_by else requirement
        super().__init__(
            plugin,
            f"“{plugin}” needs {chain}, but imagetool has {have}; ask its author for a version that works with "
            "that.",
            details,
        )


class ContradictoryPackages(DependencyError):
    """The packages that a plugin needs do not go together; `facts` are “a 1.0 needs c<2”."""

    def __init__(self, plugin: str, facts: Sequence[str], details: str = "") -> None:
        self.facts = tuple(facts)
        listed = f" ({'; '.join(facts)})" if facts else ""
        super().__init__(
            plugin,
            f"The packages that “{plugin}” needs contradict each other{listed}; tell its author.",
            details,
        )


class NoWheel(DependencyError):
    """There is a package of that name, but none that is ready-made for this computer."""

    def __init__(self, plugin: str, package: str, details: str = "") -> None:
        self.package = package
        super().__init__(
            plugin,
            f"“{plugin}” needs {package}, of which there is no wheel for this computer, and packages are never "
            "built here; ask its author for one that is ready-made.",
            details,
        )


class NoSuchPackage(DependencyError):
    """Nothing of that name and version was found; `where` says where it was looked for."""

    def __init__(self, plugin: str, package: str, where: str, details: str = "") -> None:
        self.package, self.where = package, where
        super().__init__(
            plugin,
            f"“{plugin}” needs {package}, which is not to be found in {where}; ask its author about it.",
            details,
        )


class NetworkNeeded(DependencyError):
    """Packages would have to be downloaded, and that was not agreed to."""

    def __init__(self, plugin: str, packages: Sequence[str]) -> None:
        self.packages = tuple(packages)
        super().__init__(
            plugin, f"“{plugin}” needs {', '.join(packages)}; agree to the download, or go without the plugin."
        )


class IndexUnreachable(DependencyError):
    """The package index did not answer."""

    def __init__(self, plugin: str, where: str, details: str = "") -> None:
        self.where = where
        super().__init__(
            plugin,
            f"The packages that “{plugin}” needs cannot be fetched because {where} does not answer; check the "
            "connection and try again.",
            details,
        )


class PackagesNotInstalled(DependencyError):
    """The plugin's own folder does not hold what it needs; `reason` is the rest of “Its packages …”."""

    def __init__(self, plugin: str, reason: str) -> None:
        self.reason = reason
        super().__init__(plugin, f"“{plugin}” cannot run: its packages {reason}; install it again.")


class BadWheel(DependencyError):
    """A wheel was refused; `reason` is the rest of a sentence that begins with it."""

    def __init__(self, plugin: str, wheel: str, reason: str) -> None:
        self.wheel, self.reason = wheel, reason
        super().__init__(plugin, f"“{plugin}” cannot be installed: its package {shown(wheel)} {reason}.")


class BadWheelsFolder(DependencyError):
    """The folder of bundled wheels is not as it should be; `reason` is the rest of “its folder of wheels …”."""

    def __init__(self, plugin: str, reason: str) -> None:
        self.reason = reason
        super().__init__(
            plugin,
            f"“{plugin}” cannot be installed: its folder of wheels {reason}; ask its author for a new copy.",
        )


class PipMissing(DependencyError):
    """The program that finds packages is not there."""

    def __init__(self, plugin: str) -> None:
        super().__init__(
            plugin,
            f"“{plugin}” needs packages, and pip is not there to find them; run “python -m ensurepip” with "
            "imagetool's Python and try again.",
        )


class PipFailed(DependencyError):
    """Pip ended with an error that is none of the known ones."""

    def __init__(self, plugin: str, reason: str, details: str = "") -> None:
        self.reason = reason
        super().__init__(
            plugin,
            f"The packages that “{plugin}” needs cannot be installed (pip says: {reason}); see the details.",
            details,
        )
