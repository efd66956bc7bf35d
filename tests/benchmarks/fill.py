"""How long the command line takes to fill a hole, against OpenCV's methods on the same photo in the same run.

    python tests/benchmarks/fill.py PHOTO [--model ID] [--share 0.02] [--runs N] [--within MEGAPIXELS]

The photo is brought to two megapixels; one hole is a square in its middle, the other a thick stroke across it,
each of the given share of the picture. Prints seconds of the whole command, of the model in it, and of Telea and
Navier–Stokes, as medians. With --within the same hole is also filled in the middle of a picture of that many
megapixels, made of the photo and its mirror images, and the ratio is printed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
PIXELS = 2_000_000
Plane = NDArray[np.uint8]


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photo", type=Path)
    parser.add_argument("--model", default="learned")
    parser.add_argument("--within", type=float, metavar="MEGAPIXELS")
    parser.add_argument("--share", type=float, default=0.02)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    photo = two_megapixels(options.photo)
    for name, mask in {"square": square(photo, options.share), "stroke": stroke(photo, options.share)}.items():
        print(f"{name}: {photo.shape[1]} × {photo.shape[0]}, {(mask > 0).mean():.1%} masked")
        seconds = measured(photo, mask, options.model, options.runs)
        slowest_rival = max(seconds["telea"], seconds["navier-stokes"])
        for method, value in seconds.items():
            print(f"  {method:16} {value:7.2f} s   {value / slowest_rival:6.1f} times the slower rival")
        if options.within:
            larger = measured(*surrounded(photo, mask, options.within), options.model, options.runs)
            for method, value in larger.items():
                ratio = value / seconds[method]
                print(f"  {method:16} {value:7.2f} s   in {options.within:g} megapixels, {ratio:.2f} times")


def two_megapixels(path: Path) -> Plane:
    """The photo, (H, W, 3) RGB, scaled to two megapixels."""
    image = Image.open(path).convert("RGB")
    scale = (PIXELS / (image.width * image.height)) ** 0.5
    return np.asarray(image.resize((round(image.width * scale), round(image.height * scale))))


def square(photo: Plane, share: float) -> Plane:
    """A square hole in the middle."""
    height, width = photo.shape[:2]
    half = round((share * height * width) ** 0.5 / 2)
    mask = np.zeros((height, width), np.uint8)
    mask[height // 2 - half : height // 2 + half, width // 2 - half : width // 2 + half] = 255
    return mask


def stroke(photo: Plane, share: float) -> Plane:
    """A stroke from one quarter to the other, as thick as the share demands."""
    height, width = photo.shape[:2]
    start, end = (width // 4, height // 3), (3 * width // 4, 2 * height // 3)
    thickness = round(share * height * width / np.hypot(end[0] - start[0], end[1] - start[1]))
    mask = np.zeros((height, width), np.uint8)
    cv2.line(mask, start, end, 255, thickness)
    return mask


def surrounded(photo: Plane, mask: Plane, megapixels: float) -> tuple[Plane, Plane]:
    """The photo among its mirror images, and the mask among nothing, both of that many megapixels."""
    grown = ((megapixels * 1e6 / mask.size) ** 0.5 - 1) / 2
    margins = [(round(grown * side), round(grown * side)) for side in mask.shape]
    return np.pad(photo, [*margins, (0, 0)], mode="symmetric"), np.pad(mask, margins)


def measured(photo: Plane, mask: Plane, model: str, runs: int) -> dict[str, float]:
    """Median seconds by method."""
    seconds: dict[str, list[float]] = {"telea": [], "navier-stokes": [], "whole command": [], "model": []}
    with tempfile.TemporaryDirectory() as folder:
        desk = Path(folder)
        Image.fromarray(photo).save(desk / "photo.png")
        Image.fromarray(mask).save(desk / "mask.png")
        for _ in range(runs):
            seconds["telea"].append(timed(lambda: cv2.inpaint(photo, mask, 5, cv2.INPAINT_TELEA)))
            seconds["navier-stokes"].append(timed(lambda: cv2.inpaint(photo, mask, 5, cv2.INPAINT_NS)))
            began = time.perf_counter()
            seconds["model"].append(float(command(desk, model)["model_seconds"]))
            seconds["whole command"].append(time.perf_counter() - began)
    return {method: statistics.median(values) for method, values in seconds.items()}


def timed(call: Callable[[], object]) -> float:
    """Seconds of one call."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def command(desk: Path, model: str) -> dict[str, float]:
    """Runs the command line; its JSON."""
    pictures = ["photo.png", "--mask", "mask.png", "-o", "result.png"]
    arguments = ["run", "inpaint", *pictures, "--model", model, "--seed", "1", "--json"]
    run = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), *arguments], cwd=desk, capture_output=True, text=True, check=True
    )
    report: dict[str, float] = json.loads(run.stdout)
    return report


if __name__ == "__main__":
    main()
