"""How much memory this process has used at most, and giving back what it does not need."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")


def peak_rss_mb() -> float:
    """The largest resident set so far, in megabytes of 10**6 bytes."""
    if sys.platform == "win32":
        import psutil

        return float(psutil.Process().memory_info().peak_wset) / 1e6
    own = _own_peak_kb()
    if own is not None:
        return own * 1024 / 1e6
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def give_back() -> None:
    """Returns what the C library keeps for the next tensor to the system, where it knows how."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's own; others keep little
        if trim is not None:
            trim(0)


def _own_peak_kb() -> int | None:
    """Linux counts into `ru_maxrss` what the process held that started this one; here it does not."""
    try:
        lines = _STATUS.read_text("ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), None)
