"""Puts the packages of a plugin into the plugin's own folder, and tells later whether they are still right."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from packaging import tags
from packaging.requirements import Requirement

from imagetool.catalog.archives.unpacking import Progress
from imagetool.catalog.disk import clear_away, sync_folder, writing
from imagetool.jobs.dependencies.compiling import compile_modules
from imagetool.jobs.dependencies.errors import PackageConflict, PackagesNotInstalled, PipFailed
from imagetool.jobs.dependencies.host import Host
from imagetool.jobs.dependencies.merging import Merging
from imagetool.jobs.dependencies.pip_log import failure
from imagetool.jobs.dependencies.pip_process import PipProcess
from imagetool.jobs.dependencies.resolution import Package, Plan, plan, sources_for
from imagetool.jobs.dependencies.sources import Sources
from imagetool.jobs.dependencies.wanted import Wanted
from imagetool.jobs.dependencies.watched_process import WatchedProcess
from imagetool.jobs.dependencies.wheels import Wheel

RECORD_NAME = "installed.json"
_FORMAT = 1
_SCRATCH = ".part"
_FETCHED, _UNPACKED, _COMPILED = 0.1, 0.7, 0.9  # where in the progress the parts begin


@dataclass(frozen=True, slots=True)
class Installation:
    """What lies in a folder of packages, written there last of all.

    Attributes:
        python: Which Python it was made for: `cp311-linux_x86_64`.
        requirements: Those of the plugin.
        packages: What was installed.
        host_needs: As in `Plan`.
        left_out: Modules that a package brings and imagetool has already: (module, package). imagetool's are used.
    """

    python: str
    requirements: tuple[str, ...]
    packages: tuple[Package, ...]
    host_needs: tuple[tuple[str, str | None], ...]
    left_out: tuple[tuple[str, str], ...]

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """What was installed there; None where nothing was, or not to its end."""
        try:
            table = json.loads((folder / RECORD_NAME).read_text("utf-8"))
            if table["format"] != _FORMAT:
                return None
            return cls(
                python=str(table["python"]),
                requirements=tuple(str(it) for it in table["requirements"]),
                packages=tuple(Package(**it) for it in table["packages"]),
                host_needs=tuple((str(text), who) for text, who in table["host_needs"]),
                left_out=tuple((str(module), str(package)) for module, package in table["left_out"]),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None


def check_installed(wanted: Wanted, folder: Path) -> None:
    """Looks whether a plugin finds what it needs; reads one small file and the versions of imagetool's packages.

    Raises:
        BadRequirement, PackageConflict: as `Wanted.missing`; also where imagetool's packages have changed since.
        PackagesNotInstalled: where the folder holds nothing, something else, or packages for another Python.
    """
    host = Host.find()
    missing = wanted.missing(host)
    if not missing:
        return
    found = Installation.read(folder)
    if found is None:
        raise PackagesNotInstalled(wanted.plugin, f"({', '.join(missing)}) are not installed")
    if found.requirements != wanted.requirements:
        raise PackagesNotInstalled(
            wanted.plugin, f"are those of another version ({', '.join(found.requirements)})"
        )
    if found.python != _this_python():
        raise PackagesNotInstalled(wanted.plugin, f"were made for another Python ({found.python})")
    for text, needed_by in found.host_needs:
        requirement = Requirement(text)
        have = host.version_of(requirement.name)
        if have is None:
            raise PackagesNotInstalled(wanted.plugin, f"need {text}, which imagetool no longer has")
        if not host.satisfies(requirement):
            raise PackageConflict(wanted.plugin, needed_by, text, f"{requirement.name} {have}")


def install(
    wanted: Wanted,
    into: Path,
    *,
    online: bool,
    sources: Sources | None = None,
    compiled: bool = False,
    on_progress: Callable[[float, str], object] = lambda done, text: None,  # noqa: ARG005 - nobody looks
    check: Callable[[], object] = lambda: None,
) -> Installation:
    """Installs what a plugin needs beside imagetool's own packages. No code of a package is run.

    Nothing outside of `into` is changed. What lay in it is cleared away first; after any failure it is empty, and
    where the process is killed, `check_installed` refuses what is left.

    Args:
        wanted: The plugin's requirements.
        into: A folder for the plugin's packages alone.
        online: Whether the network may be used; a plugin's own wheels, and folders, need none.
        sources: Where to look; what this computer is set up with, unless the plugin brings its wheels.
        compiled: Whether Python's compiled modules are made, too: workers, which make none, start faster with
            them, and the folder is half as large again.
        on_progress: Told how much is done, 0 to 1, and what is being done.
        check: Called at least ten times a second where that is possible; may raise to stop.

    Raises:
        DependencyError: as `plan`, and where a wheel is refused.
        BadArchive: where a wheel is refused as an archive.
        DiskError: where the disk is full or not to be written to.
        Exception: whatever `check` or `on_progress` raises.
    """
    _clear(into)
    try:
        with writing(f"the packages of “{wanted.plugin}”"):
            into.mkdir(parents=True, exist_ok=True)
            made = _install(
                wanted,
                into,
                online=online,
                sources=sources,
                compiled=compiled,
                on_progress=on_progress,
                check=check,
            )
            clear_away(into / _SCRATCH)
            _write(made, into)
    except BaseException:
        _clear(into)
        raise
    on_progress(1.0, "")
    return made


def _install(
    wanted: Wanted,
    into: Path,
    *,
    online: bool,
    sources: Sources | None,
    compiled: bool,
    on_progress: Callable[[float, str], object],
    check: Callable[[], object],
) -> Installation:
    scratch, host = into / _SCRATCH, Host.find()
    on_progress(0.0, "Looking for packages")
    missing = wanted.missing(host)
    if missing:
        sources = sources_for(wanted, sources, missing, online=online)
    planned = plan(wanted, online=online, sources=sources, scratch=scratch, check=check)
    merging = Merging(into, host)
    if planned.packages and sources:
        process = WatchedProcess(scratch, check)
        wheels = _fetch(wanted, planned, host, PipProcess(sources, process), on_progress)
        for index, path in enumerate(wheels):
            on_progress(_UNPACKED + (_COMPILED - _UNPACKED) * index / len(wheels), f"Unpacking {path.name}")
            folder = scratch / "unpacked" / str(index)
            merging.add(Wheel.unpack(wanted.plugin, path, folder, _checking(check)))
        if compiled:
            on_progress(_COMPILED, "Preparing")
            compile_modules(into, process)
    left_out = tuple(sorted(merging.left_out.items()))
    return Installation(_this_python(), wanted.requirements, planned.packages, planned.host_needs, left_out)


def _checking(check: Callable[[], object]) -> Progress:
    return lambda done, total: check()  # noqa: ARG005 - bytes of one wheel say little


def _fetch(
    wanted: Wanted, planned: Plan, host: Host, pip: PipProcess, on_progress: Callable[[float, str], object]
) -> list[Path]:
    """The wheels of the plan, with the bytes that it names."""
    downloads, listed = pip.scratch / "downloads", pip.scratch / "packages.txt"
    lines = [f"{it.name}=={it.version} --hash=sha256:{it.sha256}\n" for it in planned.packages]
    listed.write_text("".join(lines), "utf-8")
    begun = 0

    def on_line(line: str) -> None:
        nonlocal begun
        begun += line.startswith(("Collecting ", "Processing "))
        if "Downloading " in line:
            on_progress(_FETCHED + (_UNPACKED - _FETCHED) * min(1.0, begun / len(lines)), line.strip())

    arguments = ["--no-deps", "--require-hashes", "--dest", str(downloads), "--requirement", str(listed)]
    log = pip.run("download", arguments, on_line)
    if log is not None:
        raise failure(wanted.plugin, log, host, pip.sources)
    wheels = sorted(downloads.iterdir())
    if sorted(_sha256(path) for path in wheels) != sorted(it.sha256 for it in planned.packages):
        raise PipFailed(wanted.plugin, "what was fetched is not what was found")
    return wheels


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(made: Installation, into: Path) -> None:
    """The record last, and on the disk only when all else is."""
    path = into / RECORD_NAME
    fresh = path.with_suffix(".new")
    with fresh.open("w", encoding="utf-8") as file:
        json.dump({"format": _FORMAT, **asdict(made)}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(into)


def _clear(folder: Path) -> None:
    """Empties a folder, its record first."""
    clear_away(folder / RECORD_NAME)
    for path in list(folder.iterdir()) if folder.is_dir() else []:
        clear_away(path)


def _this_python() -> str:
    first = next(iter(tags.sys_tags()))
    return f"{first.interpreter}-{first.platform}"
