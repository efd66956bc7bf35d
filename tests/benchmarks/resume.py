"""Kills `run TASK --resume` and its worker at random moments, resumes it, and compares the bytes of the files.

    python tests/benchmarks/resume.py PHOTO [--task denoise] [--model gaussian] [--moments 10] [--seed 1]

One run is left alone. Of each of the others both processes get SIGKILL at a moment that is chosen by chance
between the start and the end of the undisturbed run; then the same command is given once more and left alone.
Every run has a home of its own, so that none of them learns the size of its tiles from another one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil

ROOT = Path(__file__).parents[2]


def main() -> None:
    options = _options()
    print("| killed after | tiles that were there | resumed in | bytes |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder, chance = Path(name), np.random.default_rng(options.seed)
        began = time.perf_counter()
        report = _finished(options, folder, "undisturbed")
        whole_s = time.perf_counter() - began
        print(
            f"| never, {report['tiles']} tiles | | {whole_s:.1f} s | {report['output_sha256'][:12]} |", flush=True
        )
        same = 0
        for number in range(options.moments):
            moment_s = float(chance.uniform(0.0, whole_s))
            _kill_after(moment_s, options, folder, f"run {number}")
            began = time.perf_counter()
            resumed = _finished(options, folder, f"run {number}")
            is_same = resumed["output_sha256"] == report["output_sha256"]
            same += is_same
            print(
                f"| {moment_s:.1f} s | {resumed['resumed_tiles']} of {resumed['tiles']} "
                f"| {time.perf_counter() - began:.1f} s | {'identical' if is_same else 'DIFFERENT'} |",
                flush=True,
            )
    print(f"{same} of {options.moments} identical")
    sys.exit(same != options.moments)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photo", type=Path)
    parser.add_argument("--task", default="denoise")
    parser.add_argument("--model", default="gaussian")
    parser.add_argument("--scale")
    parser.add_argument("--moments", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _command(options: argparse.Namespace, folder: Path, name: str) -> tuple[list[str], dict[str, str]]:
    line = [
        sys.executable,
        str(ROOT / "main.py"),
        "run",
        options.task,
        str(options.photo),
        "--model",
        options.model,
    ]
    line += ["-o", str(folder / f"{name}.png"), "--resume", "--json"]
    if options.scale:
        line += ["--scale", options.scale]
    return line, {**os.environ, "IMAGETOOL_HOME": str(folder / name)}


def _finished(options: argparse.Namespace, folder: Path, name: str) -> dict[str, Any]:
    line, environment = _command(options, folder, name)
    done = subprocess.run(line, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    output = folder / f"{name}.png"
    assert report["output_sha256"] == hashlib.sha256(output.read_bytes()).hexdigest()
    output.unlink()
    return report


def _kill_after(seconds: float, options: argparse.Namespace, folder: Path, name: str) -> None:
    """Both processes, one right after the other; a run that is over by then is as good as any."""
    line, environment = _command(options, folder, name)
    with subprocess.Popen(line, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as command:
        try:
            command.wait(seconds)
        except subprocess.TimeoutExpired:
            root = psutil.Process(command.pid)
            everybody = [root, *root.children(recursive=True)]
            for process in everybody:
                process.kill()
            psutil.wait_procs(everybody[1:], timeout=30)


if __name__ == "__main__":
    main()
