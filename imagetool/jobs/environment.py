"""The environment a worker is born into: an allow-list, so that secrets and switches do not leak in."""

from __future__ import annotations

from collections.abc import Mapping

_ALLOWED = frozenset(
    {
        "CUDA_DEVICE_ORDER",
        "CUDA_VISIBLE_DEVICES",
        "HOME",
        "LANG",
        "LC_ALL",
        "LC_CTYPE",
        "LD_LIBRARY_PATH",
        "NVIDIA_VISIBLE_DEVICES",
        "OMP_NUM_THREADS",
        "PATH",
        "SYSTEMROOT",
        "TEMP",
        "TMP",
        "TMPDIR",
        "TZ",
        "USER",
        "USERPROFILE",
        "WINDIR",
    }
)


_OWN = {
    # Threads of torch that wait for each other spin; where other programs want the processor, too, they spin away
    # the time the others need to get done, and a job takes six times as long. A thousand turns are enough.
    "GOMP_SPINCOUNT": "1000",
}


def worker_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The part of `environment` that a worker may see, and what imagetool sets itself."""
    return _OWN | {name: value for name, value in environment.items() if name.upper() in _ALLOWED}
