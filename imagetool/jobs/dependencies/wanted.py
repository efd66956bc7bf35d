"""What a plugin says it needs, and what of that imagetool does not have already."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from imagetool.jobs.dependencies.errors import BadRequirement, PackageConflict
from imagetool.jobs.dependencies.host import Host

_ADDRESSES = ("://", "git+", "hg+", "svn+", "bzr+")
_ARCHIVES = (".whl", ".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
_PATHS = (".", "/", "\\", "~", "file:")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The requirements of a plugin.

    Attributes:
        plugin: Its name, for sentences.
        requirements: As of PEP 508, names and versions only.
        wheels: The folder of wheels that it brings; where there is one, nothing is looked for elsewhere.
    """

    plugin: str
    requirements: tuple[str, ...]
    wheels: Path | None = None

    def parsed(self) -> tuple[Requirement, ...]:
        """The requirements that hold on this computer.

        Raises:
            BadRequirement: for an address, a path, an option or a text that is no requirement.
        """
        read = (self._parse(text) for text in self.requirements)
        return tuple(it for it in read if it.marker is None or it.marker.evaluate({"extra": ""}))

    def missing(self, host: Host | None = None) -> tuple[str, ...]:
        """The requirements that imagetool's own packages do not fulfil; reads files only.

        Raises:
            BadRequirement: as `parsed`.
            PackageConflict: where imagetool has the package in a version that does not fit.
        """
        host = host or Host.find()
        wanted = self.parsed()
        for requirement in wanted:
            have = host.version_of(requirement.name)
            if have is not None and not host.satisfies(requirement):
                raise PackageConflict(self.plugin, None, written(requirement), f"{requirement.name} {have}")
        return tuple(written(it) for it in wanted if it.extras or not host.satisfies(it))

    def _parse(self, text: str) -> Requirement:
        try:
            requirement = Requirement(text)
            requirement.specifier.contains("0")  # reads the numbers
        except (InvalidRequirement, ValueError):
            raise BadRequirement(self.plugin, text, _why_not(text)) from None
        if requirement.url:
            raise BadRequirement(self.plugin, text, "is an address")
        if requirement.name.endswith(_ARCHIVES):
            raise BadRequirement(self.plugin, text, "is a path")
        return requirement


def _why_not(text: str) -> str:
    if text.strip().startswith("-"):
        return "is an option of pip"
    if any(sign in text for sign in _ADDRESSES):
        return "is an address"
    if text.strip().startswith(_PATHS) or text.strip().endswith(_ARCHIVES):
        return "is a path"
    return "is not a requirement"


def written(requirement: Requirement) -> str:
    """A requirement without its marker: `einops[x]>=0.8`."""
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    return f"{requirement.name}{extras}{requirement.specifier}"
