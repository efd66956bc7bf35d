"""files.json: every file of an installed version with its size and hash, so that a change is noticed."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imagetool.catalog.archives.entry_names import shown
from imagetool.catalog.archives.folder_entries import entries_below, open_file
from imagetool.catalog.archives.listing import BadArchive, Limits
from imagetool.catalog.disk import sync_folder, writing
from imagetool.catalog.store.errors import FilesChanged

FILE_NAME = "files.json"

_FORMAT = 1
_MAX_BYTES = 64 * 2**20
_LIMITS = Limits(entries=500_000, depth=64)  # with the packages it needs
_SHA256 = re.compile(r"[0-9a-f]{64}")
_HASHED_WHEN_USED = (".safetensors", ".onnx")
_UNREADABLE = f"its list “{FILE_NAME}” cannot be read"


@dataclass(frozen=True, slots=True)
class _Sealed:
    size: int
    sha256: str


def seal(folder: Path) -> str:
    """Writes files.json about all that lies in `folder`, and brings everything to the disk.

    Returns:
        The SHA-256 of files.json in hexadecimal: equal for equal content, whenever it was sealed.

    Raises:
        BadArchive: where something in it is a link or a device.
        DiskError: where the disk refuses.
    """
    with writing(f"the plugin {shown(folder.name)}"):
        (folder / FILE_NAME).unlink(missing_ok=True)
        sizes = _sizes(folder, folder.name)
        files = {name: {"sha256": _synced(folder / name), "size": size} for name, size in sizes.items()}
        content = json.dumps({"format": _FORMAT, "files": files}, sort_keys=True, indent=0).encode("ascii")
        with (folder / FILE_NAME).open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        for path, _, _ in os.walk(folder):
            sync_folder(Path(path))
    return hashlib.sha256(content).hexdigest()


def check_seal(folder: Path, *, name: str | None = None, digest: str = "", only_code: bool = False) -> str:
    """Looks at every file: none may be changed, missing or added, compiled Python files included.

    Args:
        folder: A folder that was sealed.
        name: What it is called in errors.
        digest: What the SHA-256 of files.json must begin with.
        only_code: Of weights that are hashed anyway when they are used, the sizes alone are looked at.

    Returns:
        The SHA-256 of files.json.

    Raises:
        FilesChanged: naming the first file that is not as it was.
    """
    name = name or folder.name
    content, sealed = _read(folder, name)
    found = hashlib.sha256(content).hexdigest()
    if not found.startswith(digest):
        raise FilesChanged(name, f"its list “{FILE_NAME}” is another one")
    _compare_sizes(folder, name, sealed)
    for path, file in sealed.items():
        if only_code and path.endswith(_HASHED_WHEN_USED):
            continue
        if _sha256(folder, path, name) != file.sha256:
            raise FilesChanged(name, f"its file {shown(path)} has other content")
    return found


def looks_sealed(folder: Path) -> bool:
    """Whether names, sizes and times speak for a sound seal; reads no content, so `check_seal` decides.

    False does not mean that something was changed: a store that was copied has new times.
    """
    try:
        _, sealed = _read(folder, folder.name)
        _compare_sizes(folder, folder.name, sealed)
        sealed_at = (folder / FILE_NAME).stat().st_mtime_ns
        return all((folder / path).stat().st_mtime_ns <= sealed_at for path in sealed)
    except (FilesChanged, OSError):
        return False


def _sizes(folder: Path, name: str) -> dict[str, int]:
    """The size of every file by its path, files.json apart."""
    found = entries_below(folder, name, _LIMITS, left_out=frozenset())
    return {entry.name: entry.size for entry in found if not entry.folder and entry.name != FILE_NAME}


def _compare_sizes(folder: Path, name: str, sealed: Mapping[str, _Sealed]) -> None:
    try:
        sizes = _sizes(folder, name)
    except BadArchive as error:
        raise FilesChanged(name, f"{shown(error.entry or folder.name)} {error.reason}") from None
    for path in sorted(sealed.keys() | sizes.keys()):
        if path not in sizes:
            raise FilesChanged(name, f"its file {shown(path)} is missing")
        if path not in sealed:
            raise FilesChanged(name, f"the file {shown(path)} was added")
        if sizes[path] != sealed[path].size:
            raise FilesChanged(name, f"its file {shown(path)} has other content")


def _read(folder: Path, name: str) -> tuple[bytes, dict[str, _Sealed]]:
    try:
        with open_file(folder / FILE_NAME) as file:
            content = file.read(_MAX_BYTES)
        table = json.loads(content)
    except (OSError, ValueError, RecursionError):
        raise FilesChanged(name, _UNREADABLE) from None
    if not isinstance(table, dict) or table.get("format") != _FORMAT or not isinstance(table.get("files"), dict):
        raise FilesChanged(name, _UNREADABLE)
    sealed = {path: _read_one(facts) for path, facts in table["files"].items()}
    whole = {path: file for path, file in sealed.items() if file}
    if len(whole) != len(sealed):
        raise FilesChanged(name, _UNREADABLE)
    return content, whole


def _read_one(facts: Any) -> _Sealed | None:
    if not isinstance(facts, dict) or set(facts) != {"size", "sha256"}:
        return None
    size, sha256 = facts["size"], facts["sha256"]
    sound = isinstance(size, int) and isinstance(sha256, str) and _SHA256.fullmatch(sha256)
    return _Sealed(size, sha256) if sound else None


def _sha256(folder: Path, path: str, name: str) -> str:
    try:
        with open_file(folder / path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        raise FilesChanged(name, f"its file {shown(path)} cannot be read") from None


def _synced(path: Path) -> str:
    """The hash of a file, which is on the disk afterwards."""
    with io.FileIO(path, "r+" if os.name == "nt" else "r") as file:  # Windows syncs only what can be written to
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    return digest
