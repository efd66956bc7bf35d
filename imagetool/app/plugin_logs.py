"""What went wrong with each plugin, written down beside the settings, as much of the end as is worth keeping."""

from __future__ import annotations

import contextlib
import datetime as dt
from pathlib import Path

MOST_BYTES = 128 * 1024
_DETAILS = 20_000


class PluginLogs:
    """One small file for each plugin; used by one thread. A file that cannot be written is let be."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "logs"

    def add(self, plugin_id: str, sentence: str, details: str) -> None:
        """Writes down what happened, now."""
        now = dt.datetime.now().astimezone().isoformat(" ", timespec="seconds")
        entry = "\n".join(part for part in (f"{now} {sentence}", details[-_DETAILS:]) if part)
        text = f"{self.text(plugin_id)}\n\n{entry}".strip()
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            fresh = self._path(plugin_id).with_suffix(".new")
            fresh.write_bytes(text.encode("utf-8", "replace")[-MOST_BYTES:])
            fresh.replace(self._path(plugin_id))

    def text(self, plugin_id: str) -> str:
        """All that is kept of a plugin; "" where there is nothing."""
        try:
            return self._path(plugin_id).read_bytes()[-MOST_BYTES:].decode("utf-8", "replace")
        except OSError:
            return ""

    def _path(self, plugin_id: str) -> Path:
        return self._folder / f"{Path(plugin_id).name}.log"
