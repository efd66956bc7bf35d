"""How much memory a program and all that it starts use at most, looked at many times a second."""

from __future__ import annotations

import subprocess
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

EVERY_S = 0.05


@dataclass(slots=True)
class Peak:
    """The largest sums over all processes, in bytes.

    Attributes:
        resident: Of the resident sets, in which what two processes share counts twice.
        proportional: The same with what is shared counted once.
        processes: Resident set of each process when their sum was largest.
        available: The least that the computer had left.
        swapped_out: How much was written to swap meanwhile, by anybody.
    """

    resident: int = 0
    proportional: int = 0
    processes: list[int] = field(default_factory=list)
    available: int = 2**62
    swapped_out: int = 0


def peak_of(words: Sequence[str]) -> tuple[Peak, str]:
    """Runs a command to its end; its peak, and what it said on stdout.

    Raises:
        SystemExit: where it fails, with what it said.
    """
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as wrong:
        before = psutil.swap_memory().sout
        started = subprocess.Popen(words, stdout=out, stderr=wrong)
        peak = _watched(started)
        peak.swapped_out = psutil.swap_memory().sout - before
        out.seek(0)
        wrong.seek(0)
        if started.returncode:
            raise SystemExit(f"{' '.join(words)}\nended with {started.returncode}: {wrong.read()}")
        return peak, out.read()


def _watched(started: subprocess.Popen[bytes]) -> Peak:
    peak, ended = Peak(), threading.Event()
    watch = threading.Thread(target=_watch, args=(psutil.Process(started.pid), peak, ended))
    watch.start()
    started.wait()
    ended.set()
    watch.join()
    return peak


def _watch(root: psutil.Process, peak: Peak, ended: threading.Event) -> None:
    looks = 0
    while not ended.wait(EVERY_S):
        try:
            family = [root, *root.children(recursive=True)]
        except psutil.Error:
            return
        sizes = [_resident(process) for process in family]
        if sum(sizes) > peak.resident:
            peak.resident, peak.processes = sum(sizes), sizes
        if looks % 4 == 0:
            peak.proportional = max(peak.proportional, sum(map(_proportional, family)))
        peak.available = min(peak.available, psutil.virtual_memory().available)
        looks += 1


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _proportional(process: psutil.Process) -> int:
    """What is shared with others divided by their number; 0 where the system does not tell."""
    try:
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text("ascii", "replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
