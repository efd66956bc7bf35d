"""What starting costs: the window loads neither torch nor a plugin, the commands no Qt."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = (
    "torch",
    "PySide6",
    "plugins",
    "imagetool.worker",
    "imagetool.kit",
    "imagetool.training",
    "cv2",
    "tifffile",
)


def loaded(code: str) -> set[str]:
    """Which of the HEAVY modules a fresh process has loaded at the end of some code."""
    report = f"import sys, json\n{code}\nprint(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))"
    run = subprocess.run(
        [sys.executable, "-c", report],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert run.returncode == 0, run.stderr
    return set(json.loads(run.stdout.splitlines()[-1]))


def test_the_first_decision_loads_nothing() -> None:
    assert loaded("import imagetool.start") == set(), "start.py imports inside its branches only"


@pytest.mark.parametrize("module", ["imagetool.cli.main", "imagetool.jobs.runner", "imagetool.catalog.catalog"])
def test_what_runs_without_a_window_loads_no_qt_and_no_torch(module: str) -> None:
    assert loaded(f"import {module}") <= {"cv2"}, "import heavy libraries where they are used, not at the top"


@pytest.mark.parametrize("arguments", [["models", "--json"], ["plugins", "list"]])
def test_listing_runs_no_plugin_code(arguments: list[str]) -> None:
    assert loaded(f"from imagetool.cli.main import main; main({arguments!r})") <= {"cv2"}


def test_the_window_is_there_before_torch() -> None:
    code = """
from PySide6.QtCore import QCoreApplication, QElapsedTimer
from PySide6.QtWidgets import QApplication

def look(*_):
    waited = QElapsedTimer()
    waited.start()
    while not (shown() and "imagetool.app.editor" in sys.modules):
        QCoreApplication.processEvents()
        assert waited.elapsed() < 20_000, "no window is visible"
    for _ in range(20):
        QCoreApplication.processEvents()
    return 0

def shown():
    return any(widget.isVisible() for widget in QApplication.topLevelWidgets())

QApplication.exec = look  # stands where the event loop would begin
from imagetool.app.main import main
assert main([]) == 0
"""
    heavy = loaded(code)
    assert heavy == {"PySide6"}, f"the window loaded {sorted(heavy - {'PySide6'})}; that belongs into the worker"
