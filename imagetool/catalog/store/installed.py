"""An installed plugin as its folder in the store describes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imagetool.catalog.store import seals
from imagetool.catalog.store.errors import BadRecord
from imagetool.catalog.store.records import read_record

DIGEST_LENGTH = 12
"""How much of the SHA-256 of files.json is part of a version's folder name, after the last hyphen."""


@dataclass(frozen=True, slots=True)
class InstalledPlugin:
    """A plugin of the store.

    Attributes:
        id: Its id.
        folder: The folder of the version that is used.
        version_dirs: The names of the folders of all its versions.
        current: The one that is used.
        previous: The one that `roll_back` goes to; None where there is none.
        enabled: Whether its models are offered.
        consented: What the user agreed to for the current version.
    """

    id: str
    folder: Path
    version_dirs: tuple[str, ...]
    current: str
    previous: str | None
    enabled: bool
    consented: Mapping[str, Any]

    def check(self, *, only_code: bool = False) -> None:
        """Looks whether its files are those that were installed; as `seals.check_seal`.

        Raises:
            FilesChanged: naming the first file that is not.
        """
        digest = self.current.rpartition("-")[2][:DIGEST_LENGTH]
        seals.check_seal(self.folder, name=self.id, digest=digest, only_code=only_code)


@dataclass(frozen=True, slots=True)
class BrokenRecord:
    """A plugin of the store that cannot be used, and why; it can be removed, or installed again."""

    id: str
    folder: Path
    error: BadRecord


def read_plugin(folder: Path) -> InstalledPlugin:
    """Reads what the store has of the plugin in `folder`, which is named after its id.

    Raises:
        BadRecord: where it cannot be used.
    """
    record = read_record(folder)
    used = folder / "versions" / record.current
    if not (used / seals.FILE_NAME).is_file():
        raise BadRecord(folder.name, "its files are not there")
    names = tuple(sorted(path.name for path in used.parent.iterdir()))
    consented = record.consents.get(record.current, {})
    return InstalledPlugin(folder.name, used, names, record.current, record.previous, record.enabled, consented)
