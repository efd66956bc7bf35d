"""What docs/plugins.md tells authors of plugins to type works, from the first block to the last, in that order."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from tests.fakes.guide import GUIDE, ROOT, Step, steps

SAMPLES = ROOT / "tests" / "plugins_sample"
STEPS = steps(GUIDE.read_text("utf-8"))


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with imagetool, photo.jpg, and the checkpoint that the author's training has left."""
    folder = tmp_path / "desk"
    folder.mkdir()
    for name in ("main.py", "imagetool", "plugins", "weights"):
        (folder / name).symlink_to(ROOT / name)
    photo = cv2.resize(np.random.default_rng(1).integers(0, 255, (12, 16, 3), np.uint8), (160, 120))
    assert cv2.imwrite(str(folder / "photo.jpg"), photo)
    torch.save(load_file(SAMPLES / "tiny_denoise" / "tiny_denoise.safetensors"), folder / "tiny_denoise.pth")
    return folder


def typed(block: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def carry_out(step: Step, folder: Path) -> None:
    if step.file:
        (folder / step.file).write_text(step.body + "\n", "utf-8")
        return
    done = typed(step.body, folder)
    assert done.returncode == 0, (
        f"the guide tells to type\n{step.body}\nwhich ends with\n{done.stdout}{done.stderr}"
    )


@pytest.mark.slow
def test_the_guide_leads_from_a_checkpoint_to_a_shared_plugin(desk: Path, home: Path) -> None:
    for step in STEPS:
        carry_out(step, desk)
    installed = {path.name for path in (home / "plugins").iterdir()}
    assert installed == {"org.example.my-x2", "org.example.tiny-denoise"}
    larger, clean = cv2.imread(str(desk / "larger.png")), cv2.imread(str(desk / "clean.png"))
    assert larger is not None
    assert larger.shape == (240, 320, 3)
    assert clean is not None
    assert clean.shape == (120, 160, 3)


def test_every_block_of_the_guide_is_carried_out() -> None:
    unmarked = [step.body for step in STEPS if not step.marked]
    assert not unmarked, (
        f"mark these blocks of docs/plugins.md with <!-- in order --> or <!-- file … -->: {unmarked}"
    )
    assert all(step.file or step.kind == "bash" for step in STEPS)


@pytest.mark.parametrize("step", [step for step in STEPS if step.file], ids=lambda step: step.file)
def test_the_files_of_the_guide_are_those_of_the_sample(step: Step) -> None:
    sample = (SAMPLES / step.file).read_text("utf-8")
    assert step.body + "\n" == sample, f"copy tests/plugins_sample/{step.file} into docs/plugins.md, word for word"


def test_the_model_of_the_sample_is_short_and_its_weights_are_small() -> None:
    folder = SAMPLES / "tiny_denoise"
    assert len((folder / "tiny_denoise.py").read_text("utf-8").splitlines()) < 40
    assert (folder / "tiny_denoise.safetensors").stat().st_size < 100_000


def test_the_sample_passes_its_own_tests(tmp_path: Path) -> None:
    """But for the one that runs the checks, which the guide does, too."""
    folder = tmp_path / "tiny_denoise"
    folder.mkdir()
    for path in (SAMPLES / "tiny_denoise").iterdir():
        if path.is_file():
            (folder / path.name).write_bytes(path.read_bytes())
    done = typed(f"PYTHONPATH={ROOT} python -m pytest -q -p no:cacheprovider -k 'not asks'", folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


WRONG = [
    ("```bash\nunmarked\n```", [("bash", "unmarked", "", False)]),
    ("<!-- in order -->\n\n```bash\none\ntwo\n```", [("bash", "one\ntwo", "", True)]),
    ("<!-- file a/b.py -->\n```python\npass\n```", [("python", "pass", "a/b.py", True)]),
    ("<!-- in order -->\nprose\n```bash\nx\n```", [("bash", "x", "", False)]),
]


@pytest.mark.parametrize(("text", "expected"), WRONG)
def test_which_blocks_are_found(text: str, expected: list[tuple[str, str, str, bool]]) -> None:
    assert steps(text) == [Step(*facts) for facts in expected]
