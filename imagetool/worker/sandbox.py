"""Shuts this process in before a plugin's code is in it, as far as the system lets it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

from imagetool.jobs.protection import can_filter_calls, landlock_version
from imagetool.wire.messages import Start
from imagetool.worker import landlock, seccomp
from imagetool.worker.forbidden_calls import forbidden_calls
from imagetool.worker.limits import give_up_privileges, limit
from imagetool.worker.needed_paths import needed

FILES, NETWORK, PROCESSES, LIMITS = "files", "network", "processes", "limits"
_PATIENCE_S = 5.0


def confine(start: Start) -> tuple[str, ...]:
    """Applies the confinement of a start, if there is one; the names of what is enforced from now on.

    There must be one thread only; those that are started afterwards and all child processes are confined, too.

    Raises:
        OSError: where the system says that it can enforce something, and then does not.
    """
    if start.confinement is None:
        return ()
    enforced = []
    if limit(start.confinement.max_file_bytes, start.confinement.max_open_files):
        enforced.append(LIMITS)
    if sys.platform == "linux":
        enforced += _confine_on_linux(start)
    return tuple(name for name in (FILES, NETWORK, PROCESSES, LIMITS) if name in enforced)


def _confine_on_linux(start: Start) -> list[str]:
    version, filters = landlock_version(), can_filter_calls()
    confinement = start.confinement
    if confinement is None or threading.active_count() != 1:
        raise RuntimeError("a thread that runs already would not be confined")
    _wake_the_graphics_card()
    give_up_privileges()
    if version:
        landlock.restrict(version, _rules(start), network=confinement.network)
    if filters:
        seccomp.install(forbidden_calls(os.getpid(), version, network=confinement.network))
    # Landlock alone neither sees a change of mode nor a datagram: what is half true is not claimed.
    return [NETWORK, PROCESSES, *([FILES] if version else [])] if filters else []


def _rules(start: Start) -> list[landlock.Rule]:
    confinement = start.confinement
    if confinement is None:
        return []
    own = [
        *((path, landlock.READ) for path in confinement.readable),
        *((path, landlock.WRITE) for path in confinement.writable),
        *((path, landlock.PIXELS) for path in confinement.pixels),
    ]
    rules = [landlock.Rule(Path(path), access) for path, access in own]
    return [*rules, *needed(start.import_paths, confinement.readable)]


def _wake_the_graphics_card() -> None:
    """NVIDIA's library makes a missing device with a program that needs the privileges that are given up next."""
    helper = shutil.which("nvidia-modprobe")
    if helper and Path("/proc/driver/nvidia").exists() and not Path("/dev/nvidia-uvm").exists():
        try:
            subprocess.run([helper, "-u", "-c=0"], capture_output=True, timeout=_PATIENCE_S, check=False)
        except (OSError, subprocess.TimeoutExpired):
            pass  # jobs run on the processor then
