"""Installs a plugin and is killed in the middle: `python -m tests.fakes.killed_installation SOURCE HOME STEP`.

The step is what the installer says it is doing, or `consent`; another word kills nothing. Prints the steps.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

from imagetool.catalog.places import Places
from imagetool.jobs.install.installer import Installer
from imagetool.jobs.watch import Watch


class Killer:
    """Notes the steps, and ends the process at one."""

    def __init__(self, at: str) -> None:
        self._at = at
        self.steps: list[str] = []

    def step(self, _: float, text: str) -> None:
        """The next one; SIGKILL where it is the one."""
        self.steps.append(text)
        if text == self._at:
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    source, home, at = sys.argv[1:]
    killer = Killer(at)
    watch = Watch(killer.step)
    installer = Installer(replace(Places.find(), home=Path(home)))
    with installer.prepared(source, watch) as prepared:
        killer.step(0.0, "consent")
        installer.complete(prepared, watch)
    print("\n".join(killer.steps))  # noqa: T201 - what the test reads


if __name__ == "__main__":
    main()
