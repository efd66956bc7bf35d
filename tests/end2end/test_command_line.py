"""The command line in a process of its own, with the real worker and the bundled model."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import psutil
import pytest

from imagetool.core.files import read_picture
from imagetool.wire.buffers import sweep_leftovers
from tests.fakes.desk import wait_until_gone

ROOT = Path(__file__).parents[2]
FIELDS = {
    "model",
    "plugin",
    "weights_sha256",
    "device",
    "precision",
    "seed",
    "params",
    "seconds",
    "tiles",
    "peak_rss_mb",
    "output",
    "output_sha256",
}


def command(*arguments: object) -> list[str]:
    return [sys.executable, str(ROOT / "main.py"), *map(str, arguments)]


def run(*arguments: object, limit: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), capture_output=True, text=True, timeout=120, check=False, preexec_fn=limit
    )


def write(path: Path, pixels: Any) -> Path:
    assert cv2.imwrite(str(path), pixels)
    return path


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    small = np.random.default_rng(4).integers(0, 65535, (6, 8, 3), np.uint16)
    return write(tmp_path / "photo.png", cv2.resize(small, (96, 72), interpolation=cv2.INTER_CUBIC))


@pytest.fixture
def mask(tmp_path: Path) -> Path:
    plane = np.zeros((72, 96), np.uint8)
    plane[30:38, 40:52] = 255
    return write(tmp_path / "mask.png", plane)


def test_a_job_is_told_as_json_repeats_bit_for_bit_and_keeps_all_outside_the_mask(
    photo: Path, mask: Path, tmp_path: Path
) -> None:
    outputs = [tmp_path / "one.png", tmp_path / "two.png"]
    for output in outputs:
        done = run("run", "inpaint", photo, "--mask", mask, "-o", output, "--seed", 1, "--device", "cpu", "--json")
        assert (done.returncode, done.stderr) == (0, "")
        report = json.loads(done.stdout)
        assert set(report) >= FIELDS
        assert (report["seed"], report["device"], report["output"]) == (1, "cpu", str(output))
        assert report["output_sha256"] == hashlib.sha256(output.read_bytes()).hexdigest()
    assert outputs[0].read_bytes() == outputs[1].read_bytes(), "same seed, model, device, input: same bytes"
    before, after = read_picture(photo), read_picture(outputs[0])
    assert after.depth == before.depth == 16
    outside = cv2.imread(str(mask), cv2.IMREAD_GRAYSCALE) == 0
    np.testing.assert_array_equal(after.pixels[outside], before.pixels[outside])
    assert (after.pixels[~outside] != before.pixels[~outside]).any(), "the hole was filled"


def test_a_full_disk_is_one_sentence_and_no_file(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk: the pixels' buffer just fits, the noisy PNG does not."""
    height, width = 900, 960
    noise = np.random.default_rng(1).integers(0, 256, (height, width, 4), np.uint8)
    plane = np.zeros((height, width), np.uint8)
    plane[400:404, 400:404] = 255
    photo, mask = write(tmp_path / "noise.png", noise), write(tmp_path / "mask.png", plane)
    output = tmp_path / "out.png"
    before = sorted(tmp_path.iterdir())

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (noise.nbytes, noise.nbytes))

    failed = run("run", "inpaint", photo, "--mask", mask, "-o", output, limit=limit)

    advice = "the disk is full; free some space or choose another disk. No file was written."
    assert failed.stderr == f"Could not save “{output}”: {advice}\n"
    assert (failed.returncode, failed.stdout) == (1, "")
    left = [path for path in tmp_path.iterdir() if path.name != "imagetool-home"]  # it knows how long the job took
    assert sorted(left) == before, "nothing may be left behind"


def test_no_room_for_the_pixels_is_one_sentence(photo: Path, mask: Path, tmp_path: Path) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    failed = run("run", "inpaint", photo, "--mask", mask, "-o", tmp_path / "out.png", limit=limit)
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr.startswith("0 MB for the picture do not fit into ")
    assert failed.stderr.count("\n") == 1
    assert not (tmp_path / "out.png").exists()


def test_an_empty_mask_is_one_sentence(photo: Path, tmp_path: Path) -> None:
    mask = write(tmp_path / "black.png", np.zeros((72, 96), np.uint8))
    failed = run("run", "inpaint", photo, "--mask", mask, "-o", tmp_path / "out.png")
    assert failed.stderr == "The mask is empty. Paint over what should go, then run it again.\n"
    assert (failed.returncode, failed.stdout) == (1, "")


@pytest.fixture
def long_job(tmp_path: Path) -> list[str]:
    """A command that works for long: a large hole in a large photo."""
    photo = write(tmp_path / "large.jpg", np.random.default_rng(1).integers(0, 256, (1500, 2000, 3), np.uint8))
    plane = np.zeros((1500, 2000), np.uint8)
    plane[300:1200, 400:1600] = 255
    mask = write(tmp_path / "mask.png", plane)
    return command("run", "inpaint", photo, "--mask", mask, "-o", tmp_path / "out.png")


def worker_of(process: subprocess.Popen[str]) -> int:
    """The worker that a command has started; waits for it without sleeping: the command's children change."""
    editor = psutil.Process(process.pid)
    while process.poll() is None:
        children = editor.children()
        if children:
            return int(children[0].pid)
    raise AssertionError("the command ended before it started a worker")


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl+C", "kill -9"])
def test_stopping_the_command_leaves_no_worker_and_no_file(
    long_job: list[str], sent: signal.Signals, tmp_path: Path
) -> None:
    ours = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores Ctrl+C
    with subprocess.Popen(long_job, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        signal.signal(signal.SIGINT, ours)
        try:
            worker = worker_of(process)
            os.kill(process.pid, sent)
            out, err = process.communicate(timeout=20)
        finally:
            process.kill()
    assert wait_until_gone(worker, wait_s=2)
    sweep_leftovers()  # as the next command does
    assert out == ""
    assert not (tmp_path / "out.png").exists()
    if sent == signal.SIGINT:
        assert (process.returncode, err) == (1, "Stopped; nothing was written.\n")
