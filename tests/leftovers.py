"""Threads, processes and pixel folders that a test has left behind."""

from __future__ import annotations

import os
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

import psutil

from imagetool.wire.buffers import FOLDER_PREFIX

_GRACE_S = 1.0  # for a thread or a process that was told to end and is just ending


@dataclass(frozen=True)
class Leftovers:
    """What there is at one moment, or what has come since an earlier one."""

    threads: frozenset[threading.Thread]
    processes: frozenset[psutil.Process]
    folders: frozenset[Path]

    @classmethod
    def now(cls) -> Leftovers:
        """All threads, all child processes, and the pixel folders of this process."""
        return cls(frozenset(threading.enumerate()), frozenset(_processes()), frozenset(_folders()))

    @classmethod
    def since(cls, before: Leftovers) -> Leftovers:
        """What has come since and does not go within a second."""
        threads = frozenset(threading.enumerate()) - before.threads
        for thread in threads - {threading.current_thread()}:
            if not _native(thread):
                thread.join(_GRACE_S)
        processes = frozenset(_processes()) - before.processes
        _, alive = psutil.wait_procs(processes, timeout=_GRACE_S)
        left = frozenset(thread for thread in threads if thread.is_alive() and not _native(thread))
        return cls(left, frozenset(alive), frozenset(_folders()) - before.folders)

    def __bool__(self) -> bool:
        return bool(self.threads or self.processes or self.folders)

    def __str__(self) -> str:
        names = [
            *(f"the thread “{thread.name}”" for thread in self.threads),
            *(f"the process {process}" for process in self.processes),
            *(f"the folder {folder}" for folder in self.folders),
        ]
        return ", ".join(names)


def _native(thread: threading.Thread) -> bool:
    """Whether it is a thread of Qt's that once called Python: it belongs to a pool that lives as long as we do."""
    return isinstance(thread, threading._DummyThread)


def _processes() -> list[psutil.Process]:
    if not _has_children():
        return []
    return [process for process in psutil.Process().children(recursive=True) if _running(process)]


def _has_children() -> bool:
    """Whether there is any child, dead or alive; the system knows it at once, where psutil reads all processes."""
    if not hasattr(os, "waitid"):
        return True
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)  # looks, and takes nothing away
    except ChildProcessError:
        return False
    return True


def _running(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _folders() -> list[Path]:
    mine = f"{FOLDER_PREFIX}{os.getpid()}-"
    parents = (Path("/dev/shm"), Path(tempfile.gettempdir()))  # noqa: S108 - nothing is written
    names = [(parent, name) for parent in parents if parent.is_dir() for name in os.listdir(parent)]  # noqa: PTH208 - thousands
    return [parent / name for parent, name in names if name.startswith(mine)]
