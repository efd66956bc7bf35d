"""record.json: which version of an installed plugin is used, and what the user agreed to."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from imagetool.catalog.disk import DiskFailed, DiskFull
from imagetool.catalog.store.errors import BadRecord

FILE_NAME = "record.json"
VERSION_DIR = re.compile(r"[0-9A-Za-z][0-9A-Za-z.!+_-]{0,99}")

_FORMAT = 1
_MAX_BYTES = 2**20
_KEYS = {"format", "current", "previous", "enabled", "consented"}
_INCOMPLETE = "what is written down about it is damaged"


@dataclass(frozen=True, slots=True)
class Record:
    """One record.json.

    Attributes:
        current: The folder of the version that is used, in `versions`.
        previous: The one that was used before; None where there is none.
        enabled: Whether its models are offered.
        consents: What the user agreed to, for each of the two versions.
    """

    current: str
    previous: str | None
    enabled: bool
    consents: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def versions(self) -> tuple[str, ...]:
        """The folders that are kept."""
        return (self.current,) if self.previous is None else (self.current, self.previous)


def read_record(folder: Path) -> Record:
    """Reads the record of the plugin in `folder`, which is named after its id.

    Raises:
        BadRecord: where there is none that this version can use.
    """
    try:
        with (folder / FILE_NAME).open("rb") as file:
            table = json.loads(file.read(_MAX_BYTES))
    except OSError as error:
        raise BadRecord(folder.name, f"its record cannot be read ({(error.strerror or '').lower()})") from None
    except (ValueError, RecursionError):
        raise BadRecord(folder.name, _INCOMPLETE) from None
    if isinstance(table, dict) and isinstance(table.get("format"), int) and table["format"] > _FORMAT:
        raise BadRecord(folder.name, "it was installed by a newer version of imagetool")
    if not _sound(table):
        raise BadRecord(folder.name, _INCOMPLETE)
    return Record(table["current"], table["previous"], table["enabled"], table["consented"])


def _sound(table: Any) -> bool:
    if not isinstance(table, dict) or set(table) != _KEYS or table["format"] != _FORMAT:
        return False
    consents = table["consented"]
    return (
        _is_version(table["current"])
        and (table["previous"] is None or _is_version(table["previous"]))
        and isinstance(table["enabled"], bool)
        and isinstance(consents, dict)
        and all(isinstance(consent, dict) for consent in consents.values())
    )


def _is_version(value: Any) -> bool:
    return isinstance(value, str) and VERSION_DIR.fullmatch(value) is not None


def write_record(folder: Path, record: Record) -> None:
    """Replaces the record as a whole; after any failure or kill it is the old or the new one.

    Raises:
        DiskError: the old record is still there.
    """
    from imagetool.core.files import SaveError, atomic_write  # loads the picture libraries: only to write
    from imagetool.core.files.errors import DiskFullError

    table = {
        "format": _FORMAT,
        "current": record.current,
        "previous": record.previous,
        "enabled": record.enabled,
        "consented": {name: dict(record.consents.get(name, {})) for name in record.versions},
    }
    content = json.dumps(table, indent=1).encode("ascii")
    what = f"the record of the plugin “{folder.name}”"
    try:
        atomic_write(folder / FILE_NAME, lambda file: file.write(content))
    except DiskFullError:
        raise DiskFull(what) from None
    except SaveError as error:
        raise DiskFailed(what, error.reason) from None
