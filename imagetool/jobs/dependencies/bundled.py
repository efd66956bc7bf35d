"""The wheels that a plugin brings in its own folder, checked against its list of them."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from imagetool.catalog.archives.entry_names import shown
from imagetool.jobs.dependencies.errors import BadWheelsFolder

LIST_NAME = "SHA256SUMS"
"""One line for each wheel, as `sha256sum *.whl` writes it."""

_LINE = re.compile(r"(?P<sha256>[0-9a-f]{64}) [ *](?P<name>[^/\\]+\.whl)")
_LIST_MAX_BYTES = 2**20


def check_wheels(plugin: str, folder: Path) -> None:
    """Sees to it that a folder holds the wheels of its list and nothing else.

    Raises:
        BadWheelsFolder: naming the file at fault.
    """
    listed = _listed(plugin, folder / LIST_NAME)
    for path in sorted(folder.iterdir()):
        if path.name == LIST_NAME:
            continue
        if path.suffix != ".whl" or path.is_symlink() or not path.is_file():
            raise BadWheelsFolder(plugin, f"holds {shown(path.name)}, which is no wheel")
        if path.name not in listed:
            raise BadWheelsFolder(plugin, f"holds {shown(path.name)}, which {LIST_NAME} does not list")
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != listed.pop(path.name):
                raise BadWheelsFolder(plugin, f"holds {shown(path.name)} with other bytes than {LIST_NAME} says")
    for name in listed:
        raise BadWheelsFolder(plugin, f"does not hold {shown(name)}, which {LIST_NAME} lists")


def _listed(plugin: str, path: Path) -> dict[str, str]:
    try:
        if path.stat().st_size > _LIST_MAX_BYTES:
            raise BadWheelsFolder(plugin, f"has a {LIST_NAME} of more than {_LIST_MAX_BYTES} bytes")
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise BadWheelsFolder(plugin, f"has no {LIST_NAME} that can be read") from None
    listed: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        found = _LINE.fullmatch(line)
        if found is None:
            raise BadWheelsFolder(
                plugin, f"has a {LIST_NAME} whose line {number} is not a SHA-256 and a wheel's name"
            )
        if listed.setdefault(found["name"], found["sha256"]) != found["sha256"]:
            raise BadWheelsFolder(plugin, f"has a {LIST_NAME} that lists {shown(found['name'])} twice")
    return listed
