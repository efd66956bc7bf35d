"""Opens the editor: display, coarse picture and window at the same time, so that nobody waits."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from imagetool.app.screen import why_no_window

SAFE_MODE = "--safe-mode"
_USAGE = (
    "usage: python main.py [--safe-mode] [FILE …]\n       python main.py run TASK INPUT -o OUTPUT … (see --help)"
)


def main(arguments: Sequence[str], open_window: Callable[[list[Path], bool], int] | None = None) -> int:
    """Shows the window with the files given; returns the exit status."""
    safe_mode = SAFE_MODE in arguments
    arguments = [argument for argument in arguments if argument != SAFE_MODE]
    unknown = [argument for argument in arguments if argument.startswith("-")]
    if unknown:
        print(f"“{unknown[0]}” is not understood.\n{_USAGE}", file=sys.stderr)  # noqa: T201
        return 2
    reason = why_no_window()
    if reason:
        print(reason, file=sys.stderr)  # noqa: T201 - there is no window to say it in
        return 1
    return (open_window or _open)([Path(argument) for argument in arguments], safe_mode)


def _open(paths: list[Path], safe_mode: bool) -> int:
    from PySide6.QtCore import QThread

    from imagetool.app.quick_look import quick_look

    QThread.currentThread()  # the first thread that Qt sees is its main one
    with ThreadPoolExecutor(1) as early:
        looking = early.submit(quick_look, paths[0]) if paths else None

        from imagetool.app.startup import Startup  # brings the widgets

        startup = Startup(paths, safe_mode=safe_mode)
        return startup.run(looking.result if looking else None)
