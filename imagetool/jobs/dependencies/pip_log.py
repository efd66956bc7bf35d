"""What pip's log says of a failure, as one of our errors."""

from __future__ import annotations

import re
from collections.abc import Sequence

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version

from imagetool.catalog.disk import DiskFull
from imagetool.core.errors import ImagetoolError
from imagetool.jobs.dependencies.errors import (
    ContradictoryPackages,
    IndexUnreachable,
    NoSuchPackage,
    NoWheel,
    PackageConflict,
    PipFailed,
    PipMissing,
)
from imagetool.jobs.dependencies.host import Host
from imagetool.jobs.dependencies.sources import Sources

_STAMP = re.compile(r"^\d{4}-\d\d-\d\dT\S+ ")
_DEPENDS = re.compile(
    r"^\s+(?P<who>\S+) (?P<version>\S+) depends on (?P<name>[\w.-]+)(?P<extras>\[.*?\])?(?P<rest>.*)$"
)
_NOT_FOUND = re.compile(r"ERROR: No matching distribution found for (?P<name>[\w.-]+)(?P<rest>[^;]*)")
_SKIPPED = re.compile(r"(?:No sources permitted for|none of the wheel's tags).*?/(?P<file>[^/\s#]+)(?:[\s#]|$)")
_UNREACHABLE = ("connection error", "Retrying (Retry(", "There was a problem confirming the ssl", "HTTP error")
_MISSING = ("No module named pip", "No module named 'pip'")
_FULL = ("No space left on device", "Disk quota exceeded", "[Errno 28]")
_DETAILS_LINES = 200


def failure(plugin: str, log: str, host: Host, sources: Sources) -> ImagetoolError:
    """The error for a run of pip that went wrong; the end of the log is its details."""
    lines = [_STAMP.sub("", line) for line in log.splitlines()]
    details = "\n".join(lines[-_DETAILS_LINES:])
    if any(sign in log for sign in _MISSING):
        return PipMissing(plugin)
    if any(sign in log for sign in _FULL):
        return DiskFull(f"the packages of “{plugin}”")
    needs = [found for line in lines if (found := _DEPENDS.match(line))]
    for found in needs:
        have = host.version_of(found["name"])
        if have is not None:
            return PackageConflict(plugin, found["who"], _requirement(found), f"{found['name']} {have}", details)
    if any("conflicting dependencies" in line for line in lines):
        facts = [f"{found['who']} {found['version']} needs {_requirement(found)}" for found in needs]
        return ContradictoryPackages(plugin, list(dict.fromkeys(facts))[:4], details)
    if any(sign in line for sign in _UNREACHABLE for line in lines):
        return IndexUnreachable(plugin, sources.shown, details)
    for found in filter(None, (_NOT_FOUND.search(line) for line in lines)):
        package = f"{found['name']}{found['rest'].split(' (from ')[0].strip()}"
        if _is_there_otherwise(found["name"], package, lines):
            return NoWheel(plugin, package, details)
        return NoSuchPackage(plugin, package, sources.shown, details)
    return PipFailed(plugin, _last_error(lines), details)


def _requirement(found: re.Match[str]) -> str:
    """Pip's “numpy<2.1 and >=1.22” as “numpy<2.1,>=1.22”."""
    rest = found["rest"].split(";")[0].strip().replace(" and ", ",")
    return f"{found['name']}{found['extras'] or ''}{rest}"


def _is_there_otherwise(name: str, package: str, lines: Sequence[str]) -> bool:
    """Whether what was looked for was there as sources, or as a wheel for other computers."""
    try:
        wanted = Requirement(package)
    except InvalidRequirement:
        return False
    passed_over = (_name_and_version(found["file"]) for found in map(_SKIPPED.search, lines) if found)
    return any(
        one == canonicalize_name(name) and wanted.specifier.contains(version, prereleases=True)
        for one, version in filter(None, passed_over)
    )


def _name_and_version(file: str) -> tuple[str, Version] | None:
    try:
        return parse_wheel_filename(file)[:2] if file.endswith(".whl") else parse_sdist_filename(file)
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
        return None


def _last_error(lines: Sequence[str]) -> str:
    errors = [line.partition("ERROR: ")[2] for line in lines if "ERROR: " in line]
    return (errors or [line for line in lines if line.strip()] or ["nothing"])[-1].strip()[:200]
