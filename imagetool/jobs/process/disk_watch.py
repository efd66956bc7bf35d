"""How much a worker's files take, and whether they fill the disk."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

LEAST_FREE_BYTES = 1_000_000_000
MUCH_BYTES = 1_000_000_000


def disk_objection(scratch: Path, least_free_bytes: int = LEAST_FREE_BYTES, much_bytes: int = MUCH_BYTES) -> str:
    """Why the worker must end, or nothing: the disk is nearly full, and much of that is its doing."""
    try:
        if shutil.disk_usage(scratch).free >= least_free_bytes:
            return ""
    except OSError:
        return ""  # the folder is gone, and with it what was in it
    held = held_bytes([scratch])
    if held < much_bytes:
        return ""
    return f"It filled the disk with {held / 1e9:.1f} GB of temporary files."


def held_bytes(folders: Sequence[Path]) -> int:
    """What the files in the folders and below take."""
    return sum(
        _size_bytes(Path(parent) / name)
        for folder in folders
        for parent, _, names in os.walk(folder)
        for name in names
    )


def _size_bytes(path: Path) -> int:
    try:
        facts = path.lstat()
    except OSError:
        return 0  # removed meanwhile
    return getattr(facts, "st_blocks", facts.st_size // 512) * 512  # Windows does not know of holes
