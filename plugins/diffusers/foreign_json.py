"""Reads JSON files of somebody else's folder: plain data, of bounded size, with nothing said twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from imagetool.kit.checkpoint_errors import shown
from imagetool.plugin import CannotRun

MOST_BYTES = 32 * 1024**2

_CODE = {"auto_map", "custom_pipelines", "trust_remote_code"}
_LFS = "version https://git-lfs.github.com/spec/"


class _NotData(ValueError):
    pass


def read_table(path: Path) -> dict[str, Any]:
    """The table in a file.

    Raises:
        CannotRun: in one sentence that names the file, also where it asks for code to be run.
    """
    table = _read(path)
    if not isinstance(table, dict):
        raise _refused(path, "holds no table")
    named = sorted(_CODE & set(table))
    if named:
        raise _refused(path, f"asks for code of its own to be run (“{named[0]}”), which is not done")
    if "quantization_config" in table:
        raise _refused(path, "describes quantised weights, which are not read here; use the full ones")
    return table


def real_file(path: Path) -> Path:
    """The path, once it is known to be a file and no link, which could lead anywhere.

    Raises:
        CannotRun: where it is none.
    """
    if path.is_symlink() or path.parent.is_symlink():
        raise _refused(path, "is a link; copy the folder together with what its links point to")
    if not path.is_file():
        raise _refused(path, "is missing")
    return path


def _read(path: Path) -> object:
    real_file(path)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _refused(path, f"has more than {MOST_BYTES} bytes")
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise _refused(path, "cannot be read as text") from None
    if text.startswith(_LFS):
        raise _refused(path, "is a pointer of Git LFS; fetch the files with “git lfs pull”")
    try:
        return json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_constant)
    except _NotData as error:
        raise _refused(path, str(error)) from None
    except (ValueError, RecursionError):
        raise _refused(path, "is not valid JSON") from None


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _NotData(f"says “{shown(twice)}” twice")
    return table


def _constant(name: str) -> float:
    """Infinities, which some schedulers write."""
    if name == "NaN":
        raise _NotData(f"holds {name}, which is no number")
    return float(name)


def _refused(path: Path, reason: str) -> CannotRun:
    return CannotRun(f"“{shown(f'{path.parent.name}/{path.name}')}” {reason}.")
