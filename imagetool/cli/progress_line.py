"""One line of progress that replaces the last, where somebody is watching."""

from __future__ import annotations

import sys


def show_progress(done: float, text: str) -> None:
    """How much is done, 0 to 1, and what is being done."""
    _show(f"{done:4.0%} {text}")


def clear_progress() -> None:
    """Leaves the line empty for what comes next."""
    _show("")


def _show(line: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
