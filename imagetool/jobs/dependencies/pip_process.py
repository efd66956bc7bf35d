"""Runs pip without the user's settings: what holds is written down in `Sources`."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from imagetool.jobs.dependencies.sources import Sources
from imagetool.jobs.dependencies.watched_process import WatchedProcess

_OPTIONS = "--no-input --disable-pip-version-check --no-color --progress-bar off --retries 2 --only-binary :all:"
_LOG_TAIL_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class PipProcess:
    """Pip, with its cache and its log in the scratch folder of the process."""

    sources: Sources
    process: WatchedProcess

    @property
    def scratch(self) -> Path:
        """Where it writes."""
        return self.process.scratch

    def run(
        self, command: str, arguments: Sequence[str], on_line: Callable[[str], object] | None = None
    ) -> str | None:
        """Runs a command of pip and waits for it; `on_line` is given what it prints, soon after.

        Returns:
            None where it went well; otherwise the end of its log.

        Raises:
            Exception: whatever the process's `check` raises; pip and all it started are gone then.
        """
        log, printed = self.scratch / f"{command}.log", self.scratch / f"{command}.out"
        own = ["--cache-dir", str(self.scratch / "cache"), "--log", str(log), *self.sources.arguments]
        words = ["-m", "pip", command, *_OPTIONS.split(), *own, *arguments]
        code = self.process.run(words, printed, self.sources.environment(self.process.environment), on_line)
        return None if code == 0 else _end_of(log if log.exists() else printed)


def _end_of(log: Path) -> str:
    with log.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - _LOG_TAIL_BYTES))
        return file.read().decode("utf-8", "replace")
