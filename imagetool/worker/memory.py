"""How much memory a job uses at most, and giving back what nobody needs."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import threading
from pathlib import Path
from types import TracebackType

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_NO_PEAK = b"5"  # of proc(5): the peak is from now on that of what comes
_EVERY_S = 0.02


class PeakRss:
    """Within it, the process's largest resident set is watched.

    Linux keeps the peak itself and starts anew where it is told to; elsewhere, and where that is not allowed, a
    thread looks many times a second.
    """

    def __enter__(self) -> PeakRss:
        self._sampler = None if _forget_peak() else _Sampler()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._sampler:
            self._sampler.close()

    @property
    def mb(self) -> float:
        """The largest so far, in megabytes of 10**6 bytes."""
        if self._sampler:
            return self._sampler.peak_mb
        return peak_rss_mb()


def peak_rss_mb() -> float:
    """The largest resident set since the process began or was told to forget it, in megabytes of 10**6 bytes."""
    if sys.platform == "win32":
        import psutil

        return float(psutil.Process().memory_info().peak_wset) / 1e6
    own = _status_mb("VmHWM:")
    if (
        own is not None
    ):  # Linux counts into `ru_maxrss` what the process held that started this one; here it does not
        return own
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def rss_mb() -> float:
    """The resident set as it is now, in megabytes of 10**6 bytes."""
    own = _status_mb("VmRSS:")
    if own is not None:
        return own
    import psutil

    return float(psutil.Process().memory_info().rss) / 1e6


def give_back() -> None:
    """Returns what the C library keeps for the next tensor to the system, where it knows how."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's own; others keep little
        if trim is not None:
            trim(0)


class _Sampler:
    """Looks at the resident set until it is closed."""

    def __init__(self) -> None:
        self._peak_mb = rss_mb()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="peak-rss", daemon=True)
        self._thread.start()

    @property
    def peak_mb(self) -> float:
        """The largest so far."""
        self._peak_mb = max(self._peak_mb, rss_mb())
        return self._peak_mb

    def close(self) -> None:
        """Ends the thread."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(_EVERY_S):
            self._peak_mb = max(self._peak_mb, rss_mb())


def _forget_peak() -> bool:
    """Whether the system forgets the peak that has been."""
    with contextlib.suppress(OSError):
        descriptor = os.open(_CLEAR, os.O_WRONLY)  # the sandbox lets nothing be cut that is opened
        try:
            os.write(descriptor, _NO_PEAK)
        finally:
            os.close(descriptor)
        return _status_mb("VmHWM:") is not None
    return False


def _status_mb(name: str) -> float | None:
    """One line of what Linux tells of this process."""
    try:
        lines = _STATUS.read_text("ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(name)), None)
