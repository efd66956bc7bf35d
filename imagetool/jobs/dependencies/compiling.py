"""Makes Python's compiled modules of packages, which workers read and never write."""

from __future__ import annotations

import re
from pathlib import Path

from imagetool.jobs.dependencies.watched_process import WatchedProcess


def compile_modules(folder: Path, process: WatchedProcess) -> None:
    """Compiles all modules below `folder`; a module that is no Python is left as it is. Nothing is run.

    The compiled ones carry the hash of their source, so that a changed source is never passed over.

    Raises:
        Exception: whatever the process's `check` raises.
    """
    words = ["-m", "compileall", "-qq", "--invalidation-mode", "checked-hash"]
    scratch = f"^{re.escape(str(process.scratch))}"  # which may lie below
    process.run([*words, "-x", scratch, str(folder)], process.scratch / "compileall.out", {})
