"""Ending a process together with everything it started."""

from __future__ import annotations

import os
import signal

import psutil

_GRACE_S = 1.0


def kill_tree(pid: int) -> None:
    """Kills the process, its descendants and its process group, and waits until they are gone."""
    victims = _descendants(pid)
    if hasattr(os, "killpg"):
        try:
            os.killpg(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass  # the group is gone, or was never made
    for victim in victims:
        try:
            victim.kill()
        except psutil.NoSuchProcess:
            pass
    psutil.wait_procs([victim for victim in victims if victim.pid != pid], timeout=_GRACE_S)


def _descendants(pid: int) -> list[psutil.Process]:
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
