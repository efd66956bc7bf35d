"""What the documents tell people to type works, and .ci/run types the same."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.house.documents import commands, marked_blocks

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCKS = [(path, block) for path in DOCUMENTS for block in marked_blocks(path.read_text("utf-8"), "test")]


def named(value: object) -> str:
    return value.name if isinstance(value, Path) else str(value).splitlines()[0][:60]


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with what the examples speak of: main.py, photo.jpg and mask.png."""
    folder = tmp_path / "desk"
    folder.mkdir()
    rng = np.random.default_rng(1)
    photo = cv2.resize(rng.integers(0, 255, (12, 16, 3), np.uint8), (160, 120))
    mask = np.zeros((120, 160), np.uint8)
    mask[50:62, 70:84] = 255
    cv2.imwrite(str(folder / "photo.jpg"), photo)
    cv2.imwrite(str(folder / "mask.png"), mask)
    for name in ("main.py", "imagetool", "plugins", "weights"):
        (folder / name).symlink_to(ROOT / name)
    return folder


@pytest.mark.parametrize(("path", "block"), BLOCKS, ids=named)
def test_a_marked_block_runs(path: Path, block: str, desk: Path) -> None:
    bin_folder = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}"}
    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands(block)],
        cwd=desk,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, (
        f"{path.name} tells people to type\n{block}\nwhich ends with\n{run.stdout}{run.stderr}"
    )


def test_the_test_command_is_told_once_and_ci_reads_it_there() -> None:
    told = marked_blocks((ROOT / "README.md").read_text("utf-8"), "test command")
    assert len(told) == 1, "README.md has one block under <!-- test command -->; .ci/run runs what it says"
    read = subprocess.run(
        ["bash", ROOT / ".ci" / "run", "--show-test-command"], capture_output=True, text=True, check=True, cwd="/"
    )
    assert read.stdout == told[0] + "\n"
    assert "pytest" in told[0], "the test command runs pytest"


def test_ci_repeats_no_test_command_of_its_own() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert "-m pytest" not in script, ".ci/run must not have a test command of its own; it reads README.md"


def test_ci_is_a_sound_script() -> None:
    bash = shutil.which("bash")
    assert bash
    assert os.access(ROOT / ".ci" / "run", os.X_OK), "chmod +x .ci/run"
    subprocess.run([bash, "-n", ROOT / ".ci" / "run"], check=True)


TABLE = [
    ("<!-- test -->\n```console\n$ one\nits answer\n$ two\n```", ["one\ntwo"]),
    ("<!-- test -->\n\n```bash\none\ntwo\n```", ["one\ntwo"]),
    ("```bash\nunmarked\n```", []),
    ("<!-- test -->\nprose between\n```bash\nnot directly above\n```", []),
    ("<!-- test -->\n```python\nother language\n```", []),
]


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_which_blocks_are_run(text: str, expected: list[str]) -> None:
    assert [commands(block) for block in marked_blocks(text, "test")] == expected
