"""What the window remembers between two starts, in one small JSON file."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

_RECENT = 12
_FORMER = ("timings",)  # jobs/measures.py remembers them now


class Settings:
    """Values by name; a file that cannot be read counts as empty, one that cannot be written is let be."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "settings.json"
        self._values = _read(self._path)

    def get(self, name: str, default: Any) -> Any:
        """The value of that name, if it has the type of `default`; else `default`."""
        value = self._values.get(name, default)
        return value if isinstance(value, type(default)) else default

    def set(self, name: str, value: Any) -> None:
        """Remembers a JSON value and writes the file."""
        if self._values.get(name) != value:
            self._values[name] = value
            self._write()

    @property
    def recent(self) -> list[Path]:
        """The files opened last, the newest first, as far as they still exist."""
        paths = [Path(text) for text in self.get("recent", []) if isinstance(text, str)]
        return [path for path in paths if path.is_file()]

    def add_recent(self, path: Path) -> None:
        """Puts a file at the head of the recent ones."""
        others = [text for text in self.get("recent", []) if text != str(path)]
        self.set("recent", [str(path), *others][:_RECENT])

    @property
    def keys(self) -> dict[str, list[str]]:
        """The shortcuts that the user has changed, by command."""
        changed = self.get("keys", {}).items()
        return {
            name: [key for key in keys if isinstance(key, str)] for name, keys in changed if isinstance(keys, list)
        }

    def _write(self) -> None:
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh = self._path.with_suffix(".new")
            fresh.write_text(json.dumps(self._values, indent=1), "utf-8")
            fresh.replace(self._path)


def _read(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(values, dict):
        return {}
    return {name: value for name, value in values.items() if name not in _FORMER}
