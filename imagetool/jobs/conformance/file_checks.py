"""What lies in a plugin's folder: whether it can be installed, everywhere, and holds nothing it should not."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from imagetool.catalog.archives.entry_names import NamesTaken, shown, why_not
from imagetool.catalog.archives.listing import LEFT_OUT, Limits
from imagetool.jobs.conformance.report import Verdict, failed, passed, warning

_PICKLES = (".pt", ".pth", ".ckpt", ".bin", ".pkl", ".pickle", ".joblib", ".pt2", ".t7", ".tar")
_BEGINNINGS = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")  # zips of torch, and pickles
_NATIVE = (".so", ".pyd", ".dll", ".dylib")
_JUNK = (".DS_Store", "Thumbs.db", "desktop.ini")
_CONVERT = (
    "Convert it to safetensors and remove it; docs/plugins.md has the command. A pickle can run code when it is "
    "read, so nobody should have to open yours."
)


@dataclass(slots=True)
class _Seen:
    """What was found on the way through a folder."""

    files: int = 0
    size_bytes: int = 0
    left_out: int = 0


def check_files(folder: Path) -> list[Verdict]:
    """One verdict for each thing that is wrong, or one that nothing is."""
    seen, taken = _Seen(), NamesTaken()
    found = _below(folder, "", seen, taken)
    if not any((folder / name).is_file() for name in ("README.md", "README.txt", "README")):
        found.append(warning("There is no README.md.", "Say in one what it is for and what it cannot do."))
    if found:
        return found
    left = "; folders of caches are left out" if seen.left_out else ""
    return [passed(f"{seen.files} files, {seen.size_bytes / 1e6:.2f} MB{left}.")]


def _below(folder: Path, prefix: str, seen: _Seen, taken: NamesTaken) -> list[Verdict]:
    found = []
    for item in sorted(os.scandir(folder), key=lambda item: item.name):
        path = prefix + item.name
        if item.is_dir(follow_symlinks=False) and item.name in LEFT_OUT:
            seen.left_out += 1
            continue
        problem = _problem(Path(item.path), path, taken)
        if problem:
            found.append(problem)
        elif item.is_dir(follow_symlinks=False):
            found += _below(folder / item.name, f"{path}/", seen, taken)
        else:
            seen.files += 1
            seen.size_bytes += item.stat(follow_symlinks=False).st_size
    return found


def _problem(item: Path, path: str, taken: NamesTaken) -> Verdict | None:
    named = shown(path)
    if item.is_symlink():
        return failed(f"{named} is a link, which no installation takes.", "Put the file itself there.")
    reason = why_not(path, Limits().depth) or taken.why_not(path, folder=item.is_dir())
    if reason:
        return failed(f"{named} {reason}.", "Give it another name.")
    if item.is_dir():
        return None if not item.name.startswith(".") else _hidden(named)
    if not item.is_file():
        return failed(f"{named} is a device or a pipe, which no installation takes.", "Remove it.")
    if item.suffix.lower() == ".pth" and not _is_pickle(item):
        return failed(
            f"{named} is a file that Python carries out when it starts (a site hook), not weights.", "Remove it."
        )
    if item.suffix.lower() in _PICKLES or (item.suffix.lower() in ("", ".weights", ".model") and _is_pickle(item)):
        return failed(f"{named} is a pickled checkpoint.", _CONVERT)
    if item.name.startswith(".") or item.name in _JUNK:
        return _hidden(named)
    if item.suffix.lower() in (".pyc", ".pyo"):
        return failed(f"{named} is compiled Python, which nobody can read.", "Remove it; bring the source.")
    if item.suffix.lower() in _NATIVE:
        return warning(
            f"{named} is native code, which runs on one system only.",
            "Bring a wheel for each system instead, or say in the README on which one it runs.",
        )
    return None


def _hidden(named: str) -> Verdict:
    return warning(f"{named} is hidden.", "Remove it before you share the folder.")


def _is_pickle(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(4).startswith(_BEGINNINGS)
    except OSError:
        return False
