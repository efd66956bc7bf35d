"""Installs a plugin and is killed in the middle: `python -m tests.fakes.killed_installation SOURCE HOME STEP`.

The step counts how often the installer has told how far it is, or asked whether to go on. A run that is not killed
(STEP 0) prints how many there are.
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
    """Counts, and ends the process at a step."""

    def __init__(self, at: int) -> None:
        self._at, self.steps = at, 0

    def step(self, *_: object) -> None:
        """One more; SIGKILL where it is the one."""
        self.steps += 1
        if self.steps == self._at:
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    source, home, at = sys.argv[1:]
    killer = Killer(int(at))
    watch = Watch(killer.step, killer.step)
    installer = Installer(replace(Places.find(), home=Path(home)))
    with installer.prepared(source, watch) as prepared:
        killer.step()
        installer.complete(prepared, watch)
    print(killer.steps)  # noqa: T201 - what the test reads


if __name__ == "__main__":
    main()
