"""What the whole path costs beside the network itself: `run upscale` against a bare script that calls it in torch.

    python tests/benchmarks/overhead.py PHOTO CHECKPOINT [--side 384] [--pairs 3]

CHECKPOINT is installed as a pack of weights into a home of its own; its model enlarges a square of the photo. The
bare script imports torch and spandrel, reads the same file, calls the same network in the same precision on the
same square, and writes the result with OpenCV. Whole processes are timed, one of each kind after the other; the
ratio of each pair is printed, and their median. `--side` is to be chosen so that a job takes about ten seconds.

The second table leaves the start of the processes out: what the worker says it took, against the bare forward.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2

ROOT = Path(__file__).parents[2]
BARE = """
import sys, time
import cv2, numpy, torch
from imagetool.training.rivals import described
checkpoint, photo, out, precision = sys.argv[1:]
model = described(checkpoint)
pixels = cv2.cvtColor(cv2.imread(photo), cv2.COLOR_BGR2RGB)
began = time.perf_counter()
image = torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 255
network = model.model.eval()
with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
    made = network(image)
made = made.float().mul(255).add_(0.5).clamp_(0, 255).byte()[0].permute(1, 2, 0).contiguous().numpy()
print(time.perf_counter() - began)
cv2.imwrite(out, cv2.cvtColor(made, cv2.COLOR_RGB2BGR))
"""


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {**os.environ, "IMAGETOOL_HOME": str(folder / "home"), "PYTHONPATH": str(ROOT)}
        photo = _square(options.photo, options.side, folder / "photo.png")
        model = _installed(options.checkpoint, environment)
        ours = [
            *(sys.executable, str(ROOT / "main.py"), "run", "upscale", str(photo), "--json"),
            *("-o", str(folder / "ours.png"), "--model", model, "--scale", str(options.scale)),
        ]
        report = json.loads(_run(ours, environment)[1])  # also warms the caches of the disk
        bare = [sys.executable, "-c", BARE, str(options.checkpoint), str(photo), str(folder / "bare.png")]
        pairs = [_pair(ours, [*bare, report["precision"]], environment) for _ in range(options.pairs)]
    print(f"{options.side} x {options.side} pixels, {report['precision']}, {report['tiles']} tile(s)")
    print("| pair | whole command | bare script | ratio | model in the worker | bare forward | ratio |")
    print("|---|---|---|---|---|---|---|")
    for number, (whole, bare_whole, model_s, forward) in enumerate(pairs, 1):
        print(
            f"| {number} | {whole:.2f} s | {bare_whole:.2f} s | {whole / bare_whole:.3f} "
            f"| {model_s:.2f} s | {forward:.2f} s | {model_s / forward:.3f} |"
        )
    print(
        f"median ratios: {statistics.median(p[0] / p[1] for p in pairs):.3f} whole command, "
        f"{statistics.median(p[2] / p[3] for p in pairs):.3f} model"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photo", type=Path)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--side", type=int, default=384)
    parser.add_argument("--scale", type=int, default=4)
    parser.add_argument("--pairs", type=int, default=3)
    return parser.parse_args()


def _square(photo: Path, side: int, to: Path) -> Path:
    picture = cv2.imread(str(photo))
    assert picture is not None, f"{photo} cannot be read"
    assert min(picture.shape[:2]) >= side, f"{photo} is smaller than {side} pixels"
    cv2.imwrite(str(to), picture[:side, :side])
    return to


def _installed(checkpoint: Path, environment: dict[str, str]) -> str:
    line = [sys.executable, str(ROOT / "main.py"), "plugins", "install", str(checkpoint), "--yes", "--json"]
    model: str = json.loads(_run(line, environment)[1])["models"][0]
    return model


def _pair(ours: list[str], bare: list[str], environment: dict[str, str]) -> tuple[float, float, float, float]:
    whole, said = _run(ours, environment)
    bare_whole, forward = _run(bare, environment)
    return whole, bare_whole, json.loads(said)["model_seconds"], float(forward)


def _run(line: list[str], environment: dict[str, str]) -> tuple[float, str]:
    began = time.perf_counter()
    done = subprocess.run(line, env=environment, capture_output=True, text=True, check=True)
    return time.perf_counter() - began, done.stdout


if __name__ == "__main__":
    main()
