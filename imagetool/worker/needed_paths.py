"""What Python, its libraries and the graphics card need of the file system, and no more of it than that."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from imagetool.worker.landlock import DEVICE, LIST, READ, Access, Rule

_LIBRARIES = (
    "/usr /lib /lib32 /lib64 /libx32 /bin /sbin /opt/rocm /opt/cuda /nix/store /gnu/store /run/opengl-driver"
)
_SETTINGS = (
    "ld.so.cache ld.so.conf ld.so.conf.d ld.so.preload localtime timezone locale.alias locale.conf mime.types "
    "fonts ssl/certs ssl/openssl.cnf ssl/cert.pem pki/tls/certs pki/tls/openssl.cnf pki/ca-trust ca-certificates "
    "crypto-policies resolv.conf hosts host.conf nsswitch.conf gai.conf services protocols "
    "OpenCL vulkan glvnd nvidia"
)
_ABOUT_THE_SYSTEM = (
    "/sys /proc/self /proc/cpuinfo /proc/meminfo /proc/stat /proc/loadavg /proc/uptime /proc/version "
    "/proc/devices /proc/filesystems /proc/modules /proc/sys /proc/driver"
)
_PLAIN_DEVICES = "null zero full random urandom"
_GRAPHICS = ("nvidia*", "dri", "kfd", "dxg", "accel", "mali*")


def needed(import_paths: Iterable[str], readable: Iterable[str]) -> Iterator[Rule]:
    """Rules for everything that a worker needs besides its own folders."""
    for folder in (*_LIBRARIES.split(), *(f"/etc/{name}" for name in _SETTINGS.split())):
        yield Rule(Path(folder), READ)
    for folder in _ABOUT_THE_SYSTEM.split():
        yield Rule(Path(folder), Access.READ_FILE | Access.READ_DIR)
    yield Rule(Path("/proc/self/clear_refs"), Access.WRITE_FILE)  # to forget the peak of its own memory
    for name in _PLAIN_DEVICES.split():
        yield Rule(Path("/dev") / name, Access.READ_FILE | Access.WRITE_FILE)
    for pattern in _GRAPHICS:
        yield from (Rule(path, DEVICE) for path in Path("/dev").glob(pattern))
    yield from _python()
    yield from _on_the_way(tuple(import_paths), tuple(readable))


def _python() -> Iterator[Rule]:
    """The installation of Python, and where the loader is told to look for libraries."""
    named = [sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix, str(Path(sys.executable).parent)]
    told = [folder for folder in os.environ.get("LD_LIBRARY_PATH", "").split(":") if folder]
    for folder in (*named, *told):
        path = Path(folder).resolve()
        if not _holds_the_users_files(path):
            yield Rule(path, READ)
    for entry in sys.path:
        path = Path(entry)
        if path.name in ("site-packages", "dist-packages", "lib-dynload"):
            yield Rule(path, READ)


def _holds_the_users_files(path: Path) -> bool:
    import pwd

    try:
        home = Path(pwd.getpwuid(os.getuid()).pw_dir)  # not $HOME, which is the worker's own
    except KeyError:
        home = Path("/root")
    return path in (home, *home.parents, Path(path.anchor))


def _on_the_way(import_paths: tuple[str, ...], readable: tuple[str, ...]) -> Iterator[Rule]:
    """Names, not contents, of what lies beside a package; and the `__init__.py` of the packages it lies in."""
    for entry in (*import_paths, *sys.path):
        yield Rule(Path(entry), LIST)
    for folder in map(Path, readable):
        inside = [Path(entry) for entry in import_paths if folder.is_relative_to(entry)]
        for package in folder.parents:
            if any(package != entry and package.is_relative_to(entry) for entry in inside):
                yield Rule(package / "__init__.py", Access.READ_FILE)
