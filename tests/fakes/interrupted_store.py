"""Changes a store of plugins again and again, and is interrupted one file operation later each time.

Run as `python -m tests.fakes.interrupted_store CHANGE MODE HOME COPIES`. Each time HOME is copied to a folder of
COPIES and a forked process changes that copy; the outcomes are printed as JSON. MODE is `kill` (SIGKILL just
before the operation), `full` (from then on nothing can be made), or `small` (no file can be larger than so many
bytes).
"""

from __future__ import annotations

import errno
import json
import os
import resource
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from packaging.version import Version

from imagetool.catalog.archives.unpacking import copy_folder
from imagetool.catalog.disk import DiskError
from imagetool.catalog.store.seals import seal
from imagetool.catalog.store.store import Store
from imagetool.core.files import atomic  # noqa: F401 - once, not in every forked process

ID = "org.example.x"
ENDED, REFUSED = 0, 3
SIZES = (0, 1, 4, 16, 60, 100, 150, 200, 300, 400, 600, 1000, 10_000)
_MAKING = {"os.mkdir", "os.rename", "os.link", "os.symlink", "os.truncate"}
_TAKING = {"os.remove", "os.rmdir", "shutil.rmtree"}


def install(store: Store, version: str) -> None:
    """Puts a version together and uses it, as an installation does."""
    source = store_source(version)
    with store.stage() as staging, store.changing():
        copied = staging.path / "content"
        copy_folder(source, copied)
        seal(copied)
        placed = store.place(copied, ID, Version(version))
        store.switch(ID, placed, {"version": version})
        store.prune(ID)


def store_source(version: str) -> Path:
    """The folder that a version is installed from, beside the home."""
    return SOURCES / version


SOURCES = Path(os.environ.get("TEST_SOURCES", "."))
CHANGES: dict[str, Callable[[Store], object]] = {
    "update": lambda store: install(store, "3.0"),
    "roll back": lambda store: store.roll_back(ID),
    "disable": lambda store: store.set_enabled(ID, False),
    "remove": lambda store: store.remove(ID),
    "sweep": lambda store: store.sweep(),
}


def main(change: str, mode: str, home: Path, copies: Path) -> None:
    outcomes = []
    for number in range(1000):
        copy = shutil.copytree(home, copies / f"{number}", symlinks=True)
        outcomes.append(_run(CHANGES[change], mode, number, copy))
        if outcomes[-1] == ENDED or (mode == "small" and number + 1 == len(SIZES)):
            break
    print(json.dumps(outcomes))  # noqa: T201 - the test reads it


def _run(change: Callable[[Store], object], mode: str, number: int, home: Path) -> int:
    """How a process ends that is interrupted at that number: a status, or minus a signal."""
    child = os.fork()
    if not child:
        _interrupt(mode, number)
        try:
            change(Store(home, wait_s=0))
        except DiskError:
            os._exit(REFUSED)
        os._exit(ENDED)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _interrupt(mode: str, number: int) -> None:
    if mode == "small":
        resource.setrlimit(resource.RLIMIT_FSIZE, (SIZES[number], SIZES[number]))
        return
    seen = 0

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal seen
        makes = event in _MAKING or (event == "open" and _writes(arguments))
        if not makes and event not in _TAKING:
            return
        seen += 1
        if mode == "kill" and seen > number:
            os.kill(os.getpid(), signal.SIGKILL)
        if mode == "full" and seen > number and makes:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    sys.addaudithook(hook)


def _writes(arguments: tuple[Any, ...]) -> bool:
    flags = arguments[2]
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
