"""What this process gives up for good: large files, many open files, an administrator's privileges."""

from __future__ import annotations

import ctypes
import os
import sys

_CAPABILITIES_VERSION = 0x20080522
_NO_NEW_PRIVILEGES = 38  # PR_SET_NO_NEW_PRIVS of <linux/prctl.h>


def limit(max_file_bytes: int, max_open_files: int) -> bool:
    """Whether the system took the limits; they hold for all that this process starts, too."""
    if sys.platform == "win32":
        return False
    import resource

    for kind, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, max_file_bytes),
        (resource.RLIMIT_NOFILE, max_open_files),
    ):
        _, hard = resource.getrlimit(kind)
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (least, least))
    return True


def give_up_privileges() -> None:
    """Neither this process nor a program that it starts has or gets more rights than a plain user's.

    Raises:
        OSError: where the kernel refuses.
    """
    library = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_VERSION, 0)  # 0: this process
    none = (ctypes.c_uint32 * 6)()
    for answer in (library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0), library.capset(header, none)):
        if answer != 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
