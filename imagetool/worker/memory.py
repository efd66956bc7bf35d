"""How much memory this process has used at most."""

from __future__ import annotations

import sys


def peak_rss_mb() -> float:
    """The largest resident set so far, in megabytes of 10**6 bytes."""
    if sys.platform == "win32":
        import psutil

        return float(psutil.Process().memory_info().peak_wset) / 1e6
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6
