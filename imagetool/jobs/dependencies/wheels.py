"""One wheel: whether it is for this computer and holds what it lists, and which of its files are taken over."""

from __future__ import annotations

import base64
import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path, PurePosixPath

from packaging import tags
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from imagetool.catalog.archives.entry_names import shown
from imagetool.catalog.archives.listing import Limits
from imagetool.catalog.archives.unpacking import Progress, unpack
from imagetool.jobs.dependencies.errors import BadWheel

LIMITS = Limits(entries=50_000, ratio=1100)
"""Wheels are checked against hashes before; a table of zeros in one is no attack."""

_HASHES = ("sha256", "sha384", "sha512")
_UNHASHED = ("RECORD", "RECORD.jws", "RECORD.p7s")
_MODULES = ("purelib", "platlib")
_MOST_HEADER_BYTES = 2**22


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel that has been unpacked to `folder` and found sound; `files` are below it, `.data` included."""

    plugin: str
    file_name: str
    name: str
    version: Version
    folder: Path
    files: tuple[str, ...]

    @classmethod
    def unpack(cls, plugin: str, path: Path, folder: Path, on_progress: Progress | None = None) -> Wheel:
        """Unpacks a wheel and checks every file of it.

        Raises:
            BadWheel: where it is for other computers, or is not what it says.
            BadArchive: where the archive itself is refused.
            DiskError: as `archives.unpack`.
        """
        name, version = _named(plugin, path)
        unpack(path, folder, LIMITS, on_progress)
        info = _info_folder(plugin, path.name, folder, name)
        _check_headers(plugin, path.name, info, name, version)
        files = tuple(sorted(it.relative_to(folder).as_posix() for it in folder.rglob("*") if it.is_file()))
        _check_record(plugin, path.name, folder, info, files)
        return cls(plugin, path.name, name, version, folder, files)

    def placed(self) -> Iterator[tuple[str, str | None]]:
        """Each file, and where it belongs in a folder of modules; None for scripts and others that do not.

        Raises:
            BadWheel: where one would be run by Python at its start.
        """
        for file in self.files:
            place = _place(file)
            if place is not None and "/" not in place and place.lower().endswith((".pth", ".egg-link")):
                raise BadWheel(
                    self.plugin, self.file_name, f"brings {shown(file)}, which Python would run at its start"
                )
            yield file, place


def _named(plugin: str, path: Path) -> tuple[str, Version]:
    try:
        name, version, _, made_for = parse_wheel_filename(path.name)
    except (InvalidWheelFilename, InvalidVersion):
        raise BadWheel(plugin, path.name, "does not have the name of a wheel") from None
    if made_for.isdisjoint(tags.sys_tags()):
        raise BadWheel(plugin, path.name, "is made for another system or another Python")
    return name, version


def _place(file: str) -> str | None:
    top, _, rest = file.partition("/")
    if not top.endswith(".data") or not rest:
        return file
    scheme, _, below = rest.partition("/")
    return below if scheme in _MODULES and below else None


def _info_folder(plugin: str, wheel: str, folder: Path, name: str) -> Path:
    found = [it for it in folder.iterdir() if it.name.endswith(".dist-info") and it.is_dir()]
    if len(found) != 1 or canonicalize_name(found[0].name.partition("-")[0]) != name:
        raise BadWheel(plugin, wheel, "does not have one folder that describes it")
    return found[0]


def _check_headers(plugin: str, wheel: str, info: Path, name: str, version: Version) -> None:
    format_version = _header(plugin, wheel, info / "WHEEL", "Wheel-Version")
    if format_version.partition(".")[0] != "1":
        raise BadWheel(plugin, wheel, f"has the format {format_version[:20]!r}; version 1 is known here")
    said = _header(plugin, wheel, info / "METADATA", "Name"), _header(plugin, wheel, info / "METADATA", "Version")
    try:
        same = canonicalize_name(said[0]) == name and Version(said[1]) == version
    except InvalidVersion:
        same = False
    if not same:
        raise BadWheel(plugin, wheel, f"holds {shown(' '.join(said))} instead")


def _header(plugin: str, wheel: str, path: Path, key: str) -> str:
    try:
        if path.stat().st_size > _MOST_HEADER_BYTES:
            raise BadWheel(plugin, wheel, f"has a {path.name} of more than {_MOST_HEADER_BYTES} bytes")
        text = path.read_text("utf-8", "replace")
    except OSError:
        raise BadWheel(plugin, wheel, f"has no {path.name}") from None
    return str(HeaderParser().parsestr(text).get(key, "")).strip()


def _check_record(plugin: str, wheel: str, folder: Path, info: Path, files: tuple[str, ...]) -> None:
    unhashed = {f"{info.name}/{name}" for name in _UNHASHED}
    listed = dict(_listed(plugin, wheel, info))
    for file in files:
        if file in unhashed:
            continue
        if file not in listed:
            raise BadWheel(plugin, wheel, f"holds {shown(file)}, which its RECORD does not list")
        if _digest(folder / file, listed[file]) != listed[file]:
            raise BadWheel(plugin, wheel, f"holds {shown(file)} with other bytes than its RECORD says")
    present = set(files) | unhashed
    for name in listed:
        if name not in present and "__pycache__" not in PurePosixPath(name).parts:
            raise BadWheel(plugin, wheel, f"does not hold {shown(name)}, which its RECORD lists")


def _listed(plugin: str, wheel: str, info: Path) -> Iterator[tuple[str, str]]:
    """The files and hashes of a RECORD."""
    try:
        with (info / "RECORD").open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                if len(row) != 3:
                    raise BadWheel(plugin, wheel, "has a RECORD whose lines are not three columns")
                yield row[0], row[1]
    except (OSError, UnicodeDecodeError, csv.Error):
        raise BadWheel(plugin, wheel, "has no RECORD that can be read") from None


def _digest(path: Path, listed: str) -> str:
    """The hash of a file, in the manner of the one that is listed; empty where that is none."""
    algorithm = listed.partition("=")[0]
    if algorithm not in _HASHES:
        return "none that is strong enough"
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, algorithm).digest()
    return f"{algorithm}={base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"
