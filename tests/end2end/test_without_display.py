"""Where no window can be shown, one sentence says so and what to do instead; Qt does not abort."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def start(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The real program, without what would give it a display."""
    gone = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    bare = {name: value for name, value in os.environ.items() if name not in gone}
    return subprocess.run(
        [sys.executable, "main.py", *arguments],
        cwd=ROOT,
        env={**bare, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a screen")
@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"DISPLAY": ""},
        {"DISPLAY": ":987"},
        {"DISPLAY": "nonsense"},
        {"DISPLAY": ":987", "QT_QPA_PLATFORM": "xcb"},
    ],
    ids=str,
)
def test_one_sentence_names_the_way_without_a_window(environment: dict[str, str]) -> None:
    ended = start(**environment)
    assert ended.returncode == 1, f"it ended with {ended.returncode}: {ended.stderr}"
    assert ended.stderr.startswith("The editor needs a display, and there is none here.")
    assert "python main.py run inpaint PHOTO --mask MASK -o RESULT" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert ended.stdout == ""


def test_an_unknown_option_is_a_usage_error() -> None:
    ended = start("--full-screen")
    assert ended.returncode == 2
    assert ended.stderr.startswith("“--full-screen” is not understood.")
    assert "Traceback" not in ended.stderr
