"""What this system can keep a plugin from doing, found out without starting or changing any process."""

from __future__ import annotations

import ctypes
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

_LANDLOCK_CREATE_RULESET, _ASK_VERSION = 444, 1  # the same number on every processor; <linux/landlock.h>
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_ASK_ACTION, _ACTION_ERRNO = 2, 0x00050000  # <linux/seccomp.h>


@dataclass(frozen=True, slots=True)
class Permission:
    """One thing a plugin may or may not do, and whether the system sees to it or only the plugin's good will."""

    name: str
    text: str
    enforced: bool

    @property
    def label(self) -> str:
        """For people and programs alike."""
        return "enforced" if self.enforced else "not enforced on this system"

    def __str__(self) -> str:
        return f"{self.text} ({self.label})"


@dataclass(frozen=True, slots=True)
class Protection:
    """What is enforced for a confined worker; the names are those of `Ready.enforced`, and `memory`."""

    files: bool
    network: bool
    processes: bool
    limits: bool
    memory: bool = True  # watched by imagetool itself

    def permissions(self, hosts: Sequence[str] = ()) -> tuple[Permission, ...]:
        """What to show for a plugin that asks to reach these hosts; none means that it asks for no network."""
        if hosts:
            named = ", ".join(hosts)
            network = Permission(
                "network", f"Network: it may reach any host; it says that it needs {named}", False
            )
        else:
            network = Permission("network", "Network: it reaches no other computer", self.network)
        return (
            Permission("files", "Files: it reads and writes its own folders only, none of yours", self.files),
            network,
            Permission("processes", "Programs: it cannot look into or end other programs", self.processes),
            Permission("limits", "Limits: on the size of its files and their number", self.limits),
            Permission("memory", "Memory: it is ended if it takes nearly all there is", self.memory),
        )

    @property
    def labels(self) -> dict[str, str]:
        """The label of each name, for JSON."""
        return {permission.name: permission.label for permission in self.permissions()}


@cache
def protection() -> Protection:
    """What this system can enforce; it does not change while the program runs."""
    filters = can_filter_calls()
    return Protection(
        files=landlock_version() > 0 and filters,
        network=filters,
        processes=filters,
        limits=sys.platform != "win32",
    )


def landlock_version() -> int:
    """The version of Landlock that the kernel offers; 0 where there is none."""
    if sys.platform != "linux":
        return 0
    return max(0, _call(_LANDLOCK_CREATE_RULESET, None, 0, _ASK_VERSION))


def can_filter_calls() -> bool:
    """Whether the kernel lets a process give up system calls, on a processor whose calls we know."""
    number = _SECCOMP.get(platform.machine())
    if sys.platform != "linux" or number is None or sys.maxsize < 2**32:
        return False
    return _call(number, _ASK_ACTION, 0, ctypes.byref(ctypes.c_uint32(_ACTION_ERRNO))) == 0


def _call(number: int, *arguments: object) -> int:
    call = ctypes.CDLL(None).syscall
    call.restype = ctypes.c_long
    return int(call(ctypes.c_long(number), *arguments))
