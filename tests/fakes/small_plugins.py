"""Plugins of a few lines, written into a folder and checked, each under a module of its own."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from imagetool.catalog.places import Places
from imagetool.jobs.conformance import Check, Limits, Report, Status, check_folder
from imagetool.jobs.watch import Watch
from imagetool.jobs.worker import Launch
from imagetool.worker.in_process import InProcessWorker

SMALL = Limits(job_s=60, all_s=300, most_side_px=256)
_MANIFEST = """
manifest = 1
id       = "org.example.{slug}"
version  = "1.0"
name     = "Small"
license  = "MIT"
summary  = "Small."
kind     = "python"
{top}
[[model]]
id      = "small"
name    = "Small"
task    = "{task}"
entry   = "{module}:It"
tile    = {{ size = 128, overlap = 8 }}
{more}
"""


def write_small_plugin(folder: Path, code: str, *, task: str = "filter", more: str = "", top: str = "") -> Path:
    """A plugin with one class `It`, in a folder that is also the name of its module.

    `more` goes into the model's table, `top` above it.
    """
    folder.mkdir()
    facts = {"slug": folder.name.replace("_", "-"), "module": folder.name, "task": task, "more": more, "top": top}
    (folder / "plugin.toml").write_text(_MANIFEST.format(**facts), "utf-8")
    (folder / "README.md").write_text("Small.\n", "utf-8")
    imports = "import os\nimport threading\n\nimport torch\nfrom imagetool.plugin import *\n\n\n"
    (folder / f"{folder.name}.py").write_text(imports + textwrap.dedent(code), "utf-8")
    return folder


def checked(folder: Path, *, launch: Launch = InProcessWorker, limits: Limits = SMALL) -> Report:
    """What the checks say of a folder; in this process where nothing else is said."""
    with own_path():
        return check_folder(folder, Places.find(), Watch(), launch, limits)


def failures(report: Report) -> list[Check]:
    """The checks that failed."""
    return [check for check in report.checks if check.status is Status.FAILED]


@contextmanager
def own_path() -> Iterator[None]:
    """What a worker in this process adds to the path, and imports from it, is gone afterwards."""
    path, modules = list(sys.path), set(sys.modules)
    try:
        yield
    finally:
        sys.path[:] = path
        for name in [name for name in sys.modules if name not in modules and _is_plugin(name)]:
            del sys.modules[name]


def _is_plugin(name: str) -> bool:
    file = getattr(sys.modules[name], "__file__", None) or ""
    return (Path(file).parent / "plugin.toml").is_file()
