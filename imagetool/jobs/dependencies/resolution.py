"""Which packages a plugin needs beside those of imagetool, in which versions, and from where."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from imagetool.jobs.dependencies.bundled import check_wheels
from imagetool.jobs.dependencies.errors import NetworkNeeded, PipFailed
from imagetool.jobs.dependencies.host import Host
from imagetool.jobs.dependencies.pip_log import failure
from imagetool.jobs.dependencies.pip_process import PipProcess
from imagetool.jobs.dependencies.sources import Sources
from imagetool.jobs.dependencies.wanted import Wanted, written
from imagetool.jobs.dependencies.watched_process import WatchedProcess

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Package:
    """A package that has to be installed; `sha256` is that of its wheel."""

    name: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to be installed.

    Attributes:
        packages: In pip's order; empty where imagetool has all that is needed.
        host_needs: What is expected of imagetool's own packages: the requirement, and which package has it; None
            for the plugin itself.
        source: Where the packages come from, for people.
    """

    packages: tuple[Package, ...]
    host_needs: tuple[tuple[str, str | None], ...]
    source: str


def plan(
    wanted: Wanted,
    *,
    online: bool,
    sources: Sources | None = None,
    scratch: Path | None = None,
    check: Callable[[], object] = lambda: None,
) -> Plan:
    """Asks pip what is needed; installs nothing.

    Args:
        wanted: The plugin's requirements.
        online: Whether the network may be used; a plugin's own wheels, and folders, need none.
        sources: Where to look; what this computer is set up with, unless the plugin brings its wheels.
        scratch: For what is fetched on the way; a temporary folder where None is given.
        check: Called ten times a second; may raise to stop.

    Raises:
        DependencyError: where a requirement is none, contradicts a package of imagetool or another, is nowhere to
            be found or not ready-made, or where the network would be needed.
        DiskError: where the disk is full.
        Exception: whatever `check` raises.
    """
    host = Host.find()
    missing = wanted.missing(host)
    if not missing:
        return Plan((), _direct_needs(wanted, host), "imagetool")
    sources = sources_for(wanted, sources, missing, online=online)
    made = scratch or Path(tempfile.mkdtemp(prefix="imagetool-packages-"))
    try:
        return _asked(wanted, host, missing, PipProcess(sources, WatchedProcess(made, check)))
    finally:
        if scratch is None:
            shutil.rmtree(made, ignore_errors=True)


def sources_for(wanted: Wanted, sources: Sources | None, missing: tuple[str, ...], *, online: bool) -> Sources:
    """Where to look: the plugin's own wheels, once they are checked; otherwise where this computer looks.

    Raises:
        BadWheelsFolder: where the plugin's wheels are not those of its list.
        NetworkNeeded: where the network is needed and `online` is false.
    """
    if wanted.wheels is not None:
        check_wheels(wanted.plugin, wanted.wheels)
        return Sources.only(wanted.wheels)
    if not online and (sources is None or not sources.offline):
        raise NetworkNeeded(wanted.plugin, missing)
    return sources or Sources.of_this_computer()


def _asked(wanted: Wanted, host: Host, missing: tuple[str, ...], pip: PipProcess) -> Plan:
    pip.scratch.mkdir(parents=True, exist_ok=True)
    constraints, report = pip.scratch / "constraints.txt", pip.scratch / "report.json"
    constraints.write_text(host.constraints(), "utf-8")
    arguments = ["--dry-run", "--report", str(report), "--constraint", str(constraints), "--", *missing]
    log = pip.run("install", arguments)
    if log is not None:
        raise failure(wanted.plugin, log, host, pip.sources)
    items = json.loads(report.read_text("utf-8"))["install"]
    packages = tuple(_package(wanted.plugin, item) for item in items)
    needs = [need for item in items for need in _needs(item, host)]
    return Plan(packages, tuple(dict.fromkeys((*_direct_needs(wanted, host), *needs))), pip.sources.shown)


def _package(plugin: str, item: Mapping[str, Any]) -> Package:
    name, version = item["metadata"]["name"], item["metadata"]["version"]
    sha256 = item["download_info"].get("archive_info", {}).get("hashes", {}).get("sha256", "")
    if not _SHA256.fullmatch(sha256):
        raise PipFailed(plugin, f"there is no SHA-256 of {name} {version}")
    return Package(canonicalize_name(name), version, sha256)


def _direct_needs(wanted: Wanted, host: Host) -> tuple[tuple[str, None], ...]:
    return tuple((written(it), None) for it in wanted.parsed() if host.version_of(it.name))


def _needs(item: Mapping[str, Any], host: Host) -> list[tuple[str, str]]:
    """What a package that is to be installed expects of imagetool's own."""
    extras = ("", *item.get("requested_extras", ()))
    needs = []
    for text in item["metadata"].get("requires_dist", ()):
        it = Requirement(text)
        holds = it.marker is None or any(it.marker.evaluate({"extra": extra}) for extra in extras)
        if holds and host.version_of(it.name):
            needs.append((written(it), item["metadata"]["name"]))
    return needs
