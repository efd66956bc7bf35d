"""Ending a process together with everything it started."""

from __future__ import annotations

import os
import signal
import subprocess

import psutil

MARK = "IMAGETOOL_WORKER"
"""Environment variable by which the processes that a worker started are known after their parents' death."""

_GRACE_S = 1.0
_ROUNDS = 3  # a process that is being killed may start others meanwhile


def kill_tree(root: psutil.Process, mark: str) -> None:
    """Kills a child of ours and all that it started, and waits for these; the child itself is left to be reaped.

    What it started is known by parentage, by the process group, and by `mark`, the value of MARK.
    """
    victims = _descendants(root)  # once their parents are dead, nobody knows whose they are
    _kill_group(root)
    for _ in range(_ROUNDS):
        victims |= _descendants(root) | _marked(mark)
        for victim in victims:
            try:
                victim.kill()
            except psutil.Error:
                pass  # gone
        others = victims - {root}
        psutil.wait_procs(others, timeout=_GRACE_S)
        if not others:
            return
        victims = set()


def wait_and_kill_group(process: subprocess.Popen[bytes]) -> int:
    """Waits for a child of ours that leads a group; its exit status. What is left of the group is killed.

    This happens before the child is reaped: until then nobody else can have its number.
    """
    if hasattr(os, "waitid"):
        try:
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
            os.killpg(process.pid, signal.SIGKILL)
        except (ChildProcessError, ProcessLookupError, PermissionError):
            pass  # reaped by another thread, or the group is gone
    return process.wait()


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
