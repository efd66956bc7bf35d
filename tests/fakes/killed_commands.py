"""Command lines that are killed at a moment of their progress, with nothing but what lies on the disk left."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
_WAIT_S = 60.0


def finish(arguments: Sequence[object], home: Path) -> subprocess.CompletedProcess[str]:
    """Runs a command to its end."""
    return subprocess.run(
        _line(arguments), env=_environment(home), capture_output=True, text=True, timeout=_WAIT_S, check=False
    )


def kill_at(arguments: Sequence[object], home: Path, moment: str) -> str:
    """Runs a command until its progress says `moment`, then ends it and all that it started with SIGKILL.

    Returns:
        What it had shown by then.
    """
    ours, theirs = pty.openpty()  # progress is shown where somebody watches
    with subprocess.Popen(
        _line(arguments), env=_environment(home), stderr=theirs, stdout=subprocess.DEVNULL
    ) as command:
        os.close(theirs)
        shown = ""
        try:
            while moment not in shown:
                shown += _read(ours)
        finally:
            _kill(command.pid)
            os.close(ours)
    return shown


def first_tile(shown: str) -> int:
    """The number of the tile that a command began with."""
    found = re.search(r"tile (\d+) of", shown)
    assert found, f"no tile was begun: {shown!r}"
    return int(found[1])


def _kill(pid: int) -> None:
    """Both processes at once, as a power cut would."""
    root = psutil.Process(pid)
    everybody = [root, *root.children(recursive=True)]
    for process in everybody:
        os.kill(process.pid, signal.SIGKILL)
    psutil.wait_procs(everybody[1:], timeout=_WAIT_S)


def _read(descriptor: int) -> str:
    try:
        data = os.read(descriptor, 4096)
    except OSError:  # how the end of a terminal is told
        data = b""
    assert data, "the command ended before that moment"
    return data.decode(errors="replace")


def _line(arguments: Sequence[object]) -> list[str]:
    return [sys.executable, str(ROOT / "main.py"), *map(str, arguments)]


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "IMAGETOOL_HOME": str(home), "OMP_NUM_THREADS": "1"}
