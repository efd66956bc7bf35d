"""The environment a worker is born into: an allow-list, so that secrets and switches do not leak in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from imagetool.wire.messages import Confinement

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
    # The C library of Linux gives every large tensor back to the system and takes fresh pages for the next one,
    # which costs more than some layers. Here it keeps them while a job runs: a quarter less for the fast model,
    # a tenth less for the strong one. The worker gives them back after each job (worker/memory.py).
    "MALLOC_MMAP_THRESHOLD_": str(4 * 1024**3),
    "MALLOC_TRIM_THRESHOLD_": str(8 * 1024**3),
}


# Where programs and libraries put what they keep; below the scratch folder of a confined worker.
_HOMES = {
    "": "HOME USERPROFILE TMPDIR TEMP TMP",
    "cache": "XDG_CACHE_HOME TORCH_HOME HF_HOME NUMBA_CACHE_DIR MPLCONFIGDIR",
    "compiled": "TORCHINDUCTOR_CACHE_DIR TRITON_CACHE_DIR CUDA_CACHE_PATH",
    "data": "XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_RUNTIME_DIR APPDATA LOCALAPPDATA",
}
# A library that may not ask the network says so at once, where it would otherwise try for a minute.
_OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}


def worker_environment(environment: Mapping[str, str], confinement: Confinement | None = None) -> dict[str, str]:
    """The part of `environment` that a worker may see, and what imagetool sets itself.

    A confined worker is at home in its scratch folder.
    """
    allowed = {name: value for name, value in environment.items() if name.upper() in _ALLOWED}
    if confinement is None:
        return _OWN | allowed
    scratch = Path(confinement.writable[0])
    homes = {name: str(scratch / folder) for folder, names in _HOMES.items() for name in names.split()}
    return _OWN | allowed | homes | ({} if confinement.network else _OFFLINE)
