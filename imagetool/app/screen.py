"""Finds out whether a window can be shown, before Qt tries and aborts."""

from __future__ import annotations

import ctypes
import os
import socket
import sys
from collections.abc import Mapping

_WITHOUT = (
    "Pictures can be edited without a window, too: “python main.py run inpaint PHOTO --mask MASK -o RESULT”."
)
_NO_DISPLAY = f"The editor needs a display, and there is none here. {_WITHOUT}"
_NO_LIBRARY = (
    "The editor needs the library libxcb-cursor0 to show a window: install it "
    f"(sudo apt-get install libxcb-cursor0) and start again. {_WITHOUT}"
)
_TIMEOUT_S = 2.0


def why_no_window(environment: Mapping[str, str] = os.environ) -> str | None:
    """One sentence that says why no window can be shown here and what to do; None where one can."""
    if not sys.platform.startswith("linux"):
        return None
    platform = environment.get("QT_QPA_PLATFORM", "")
    if platform and not platform.startswith(("xcb", "wayland")):
        return None
    if environment.get("WAYLAND_DISPLAY") and not platform.startswith("xcb"):
        return None
    if not _x_answers(environment.get("DISPLAY", "")):
        return _NO_DISPLAY
    return None if _library_there("libxcb-cursor.so.0") else _NO_LIBRARY


def _x_answers(display: str) -> bool:
    """Whether an X server listens at a display like `:1` or `host:10.0`."""
    host, _, rest = display.rpartition(":")
    number = rest.partition(".")[0]
    if not number.isdigit():
        return False
    path = f"/tmp/.X11-unix/X{number}"  # noqa: S108 - where X puts it
    attempts: list[tuple[int, object]] = [(socket.AF_UNIX, path), (socket.AF_UNIX, f"\0{path}")]
    if host not in ("", "unix"):
        attempts = [(socket.AF_INET, (host, 6000 + int(number)))]
    return any(_connects(family, address) for family, address in attempts)


def _connects(family: int, address: object) -> bool:
    with socket.socket(family) as probe:
        probe.settimeout(_TIMEOUT_S)
        try:
            probe.connect(address)  # type: ignore[arg-type]
        except OSError:
            return False
    return True


def _library_there(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True
