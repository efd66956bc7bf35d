"""Ending a process together with everything it started."""

from __future__ import annotations

import os
import signal

import psutil

MARK = "IMAGETOOL_WORKER"
"""Environment variable by which the processes that a worker started are known after their parents' death."""

_GRACE_S = 1.0
_ROUNDS = 3  # a process that is being killed may start others meanwhile


def kill_tree(root: psutil.Process, mark: str) -> None:
    """Kills a child of ours and all that it started, and waits for these; the child itself is left to be reaped.

    What it started is known by parentage, by the process group, and by `mark`, the value of MARK.
    """
    _kill_group(root)
    for _ in range(_ROUNDS):
        victims = _descendants(root) | _marked(mark)
        for victim in victims:
            try:
                victim.kill()
            except psutil.Error:
                pass  # gone
        others = victims - {root}
        psutil.wait_procs(others, timeout=_GRACE_S)
        if not others:
            return


def _kill_group(root: psutil.Process) -> None:
    if hasattr(os, "killpg") and root.is_running():
        try:
            os.killpg(root.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass  # the group is gone, or was never made


def _descendants(root: psutil.Process) -> set[psutil.Process]:
    try:
        return {root, *root.children(recursive=True)}
    except psutil.Error:
        return set()


def _marked(mark: str) -> set[psutil.Process]:
    """All processes that carry the mark, dead ones that nobody has reaped excepted."""
    found = set()
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.add(process)
        except (psutil.Error, OSError):
            pass  # gone, or not ours
    return found
