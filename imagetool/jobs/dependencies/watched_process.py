"""A child process that can be stopped while it works and is seen printing; it writes into one folder only."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from imagetool.jobs.process.environment import worker_environment
from imagetool.jobs.process.process_tree import MARK, kill_tree

_LOOK_EVERY_S = 0.1
_PLACES = ("HOME", "USERPROFILE", "TEMP", "TMP", "TMPDIR")


@dataclass(frozen=True, slots=True)
class WatchedProcess:
    """Runs imagetool's Python in a scrubbed environment, with an empty home below `scratch`.

    `check` is called ten times a second and may raise to stop it.
    """

    scratch: Path
    check: Callable[[], object]
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    def run(
        self,
        arguments: Sequence[str],
        printed: Path,
        variables: Mapping[str, str],
        on_line: Callable[[str], object] | None = None,
    ) -> int:
        """Runs Python and waits for it; what it prints goes to the file `printed`, and line by line to `on_line`.

        Returns:
            Its exit status.

        Raises:
            Exception: whatever `check` raises; the process and all it started are gone then.
        """
        home = self.scratch / "tmp"
        home.mkdir(parents=True, exist_ok=True)
        mark = uuid.uuid4().hex
        with printed.open("wb") as output, printed.open(encoding="utf-8", errors="replace") as reading:
            process = subprocess.Popen(
                [sys.executable, "-I", "-B", "-u", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=home,
                env={**self.scrubbed(home), **variables, MARK: mark},
                start_new_session=True,
            )
            try:
                return self._wait(process, lambda: [on_line(line) for line in reading] if on_line else None)
            except BaseException:
                kill_tree(psutil.Process(process.pid), mark)
                process.wait()
                raise

    def scrubbed(self, home: Path) -> dict[str, str]:
        """The variables that a worker may see, and a home without anybody's settings."""
        return worker_environment(self.environment) | dict.fromkeys(_PLACES, str(home))

    def _wait(self, process: subprocess.Popen[bytes], look: Callable[[], object]) -> int:
        while True:
            self.check()
            look()
            try:
                return process.wait(_LOOK_EVERY_S)
            except subprocess.TimeoutExpired:
                pass  # still at work
