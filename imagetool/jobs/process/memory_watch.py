"""Watches how much memory a worker and all that it started use, and how many processes those are."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

import psutil

from imagetool.jobs.errors import MemoryVerdict

_EVERY_S = 0.25
_FAMILY_EVERY = 2  # looks at the memory for one look at who there is
MOST_PROCESSES = 256
_PROC = Path("/proc")


class MemoryWatch:
    """Calls `exceeded(reason)` once, on a thread of its own, which ends then or soon after `stop`.

    `other` is asked twice a second, too, for a reason of another kind; `lent` for the size of what lies in memory
    as files.
    """

    def __init__(
        self,
        root: psutil.Process,
        limit_bytes: int,
        exceeded: Callable[[str], None],
        other: Callable[[], str] = str,
        lent: Callable[[], int] = int,
    ) -> None:
        self._root, self._limit_bytes, self._exceeded = root, limit_bytes, exceeded
        self._other, self._lent = other, lent
        self._stopped = threading.Event()
        self.thread = threading.Thread(target=self._run, name="worker-memory", daemon=True)

    def stop(self) -> None:
        """Ends the watch."""
        self._stopped.set()

    def _run(self) -> None:
        family, looks, other = [self._root.pid], 0, ""
        while not self._stopped.wait(_EVERY_S):
            if looks % _FAMILY_EVERY == 0:
                family, other = family_of(self._root), self._other()
            looks += 1
            reason = objection(family, self._limit_bytes, self._lent()) or other
            if reason:
                self._exceeded(reason)
                return


def objection(family: list[int], limit_bytes: int, lent_bytes: int = 0) -> str:
    """Why these processes must end, or nothing; a MemoryVerdict where it is for their memory.

    `lent_bytes` is what they hold in files that lie in memory.
    """
    if len(family) > MOST_PROCESSES:
        return f"It started more than {MOST_PROCESSES} processes."
    # What is cheap to read counts too much (libraries, shared pages), so most of the time nothing else is read.
    if sum(map(_resident_bytes, family)) + lent_bytes <= limit_bytes:
        return ""
    if _used_bytes(family, lent_bytes) <= limit_bytes:
        return ""
    return MemoryVerdict(f"It used more than {limit_bytes / 1e9:.1f} GB of memory.")


def family_of(root: psutil.Process) -> list[int]:
    """The process and all its descendants."""
    if not (_PROC / "self" / "task" / str(os.getpid()) / "children").exists():
        return [root.pid, *_children(root)]
    found: list[int] = []
    waiting = [root.pid]
    while waiting and len(found) <= MOST_PROCESSES:
        pid = waiting.pop()
        found.append(pid)
        waiting += _children_from_proc(pid)
    return found


def _children(root: psutil.Process) -> Iterable[int]:
    try:
        return [child.pid for child in root.children(recursive=True)]
    except psutil.Error:
        return []


def _children_from_proc(pid: int) -> list[int]:
    """A tenth of the time that searching all processes takes."""
    children: list[int] = []
    try:
        for task in (_PROC / str(pid) / "task").iterdir():
            children += map(int, (task / "children").read_bytes().split())
    except OSError:
        pass  # it ended meanwhile
    return children


def _resident_bytes(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def _used_bytes(family: list[int], lent_bytes: int) -> int:
    """What would be free without them: shared pages are counted once, files read from the disk not at all.

    Lent files may be mapped, and count as shared then, or may not be.
    """
    read = _own_bytes if len(family) == 1 else _share_bytes
    parts = [read(pid) for pid in family]
    return sum(own for own, _ in parts) + max(sum(shared for _, shared in parts), lent_bytes)


def _own_bytes(pid: int) -> tuple[int, int]:
    """Of one process: its own memory, and the memory that it may share with others."""
    return _read_sizes(pid, "status", "RssAnon:", "RssShmem:") or (_resident_bytes(pid), 0)


def _share_bytes(pid: int) -> tuple[int, int]:
    """The same, with each page divided by the number of processes that have it; a thousand times as slow."""
    return _read_sizes(pid, "smaps_rollup", "Pss_Anon:", "Pss_Shmem:") or _own_bytes(pid)


def _read_sizes(pid: int, name: str, *keys: str) -> tuple[int, int] | None:
    try:
        text = (_PROC / str(pid) / name).read_text("ascii", "replace")
    except OSError:
        return None
    sizes = {key: int(rest[0]) * 1024 for key, *rest in map(str.split, text.splitlines()) if key in keys}
    own, shared = (sizes.get(key, 0) for key in keys)
    return own, shared
