"""How much memory a job on a very large picture takes: the command and its worker together, at most.

    python tests/benchmarks/memory.py [--megapixels 100] [--bits 8] [--suffix .png] [--tile 1024] [--keep FOLDER]

A plugin with a filter that costs nothing is installed into a home of its own and run on a picture that is made for
it. While it runs, the resident memory of all processes of the command is added up, many times a second; pages that
two processes share count twice in the first figure (RSS) and once in the second (PSS). What is promised is RSS of
at most raw input + raw output + 1.5 GB.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import psutil

ROOT = Path(__file__).parents[2]
ALLOWED_BYTES = 1.5e9
MANIFEST = """
manifest = 1
id       = "org.example.cheap"
version  = "1.0"
name     = "Cheap"
license  = "MIT"
kind     = "python"
[[model]]
id    = "cheap"
task  = "filter"
entry = "cheap_filter:Cheap"
tile  = {{ size = {tile}, overlap = 16 }}
"""
CODE = """
from imagetool.plugin import Filter


class Cheap(Filter):
    def run(self, image, params, job):
        return 1 - image
"""


@dataclass
class Peak:
    """The largest sum that was seen in one part of the job, and what it was made of."""

    rss: int = 0
    pss: int = 0
    parts: list[tuple[str, float]] = field(default_factory=list)

    def take(self, rss: int, pss: int, parts: list[tuple[str, float]]) -> None:
        self.pss = max(self.pss, pss)
        if rss > self.rss:
            self.rss, self.parts = rss, parts


def look(processes: list[psutil.Process], peaks: dict[str, Peak]) -> None:
    """Adds up what there is now; without a worker the command reads or writes a file."""
    rss, pss, parts = 0, 0, []
    for number, process in enumerate(processes):
        try:
            facts = process.memory_full_info()
        except psutil.Error:
            continue
        rss, pss = rss + facts.rss, pss + facts.pss
        parts.append(("command" if number == 0 else "worker", facts.rss / 1e6))
    peaks["job" if len(parts) > 1 else "files"].take(rss, pss, parts)


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        environment = {**os.environ, "IMAGETOOL_HOME": str(folder / "home")}
        plugin = folder / "cheap"
        plugin.mkdir()
        (plugin / "plugin.toml").write_text(MANIFEST.format(tile=options.tile))
        (plugin / "cheap_filter.py").write_text(CODE)
        line = [sys.executable, str(ROOT / "main.py")]
        subprocess.run(
            [*line, "plugins", "install", str(plugin), "--yes"], env=environment, check=True, capture_output=True
        )
        picture, raw_bytes = _picture(folder / "picture.png", options.megapixels, options.bits)
        output = folder / f"out{options.suffix}"
        began = time.perf_counter()
        command = subprocess.Popen(
            [*line, "run", "filter", str(picture), "-o", str(output), "--model", "cheap"], env=environment
        )
        peaks = _watched(command)
        print(f"{options.megapixels} megapixels, {options.bits} bit, {time.perf_counter() - began:.0f} s")
    allowed = 2 * raw_bytes + ALLOWED_BYTES
    print(f"raw input + raw output {2 * raw_bytes / 1e6:.0f} MB, allowed {allowed / 1e6:.0f} MB")
    print("| while | peak RSS | peak PSS | of the RSS |\n|---|---|---|---|")
    for name, peak in peaks.items():
        parts = ", ".join(f"{part} {megabytes:.0f} MB" for part, megabytes in peak.parts)
        print(f"| {name} | {peak.rss / 1e6:.0f} MB | {peak.pss / 1e6:.0f} MB | {parts} |")
    sys.exit(command.returncode or int(max(peak.rss for peak in peaks.values()) > allowed))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megapixels", type=int, default=100)
    parser.add_argument("--bits", type=int, choices=[8, 16], default=8)
    parser.add_argument("--suffix", default=".png")
    parser.add_argument("--tile", type=int, default=1024)
    parser.add_argument("--folder", type=Path, help="where the pictures are written; room for them is needed")
    return parser.parse_args()


def _picture(path: Path, megapixels: int, bits: int) -> tuple[Path, int]:
    """A picture in which PNG finds something to pack; its file, and how many bytes its RGB pixels have."""
    width = round((megapixels * 1e6 * 4 / 3) ** 0.5)
    height = round(megapixels * 1e6 / width)
    dtype = np.uint8 if bits == 8 else np.uint16
    small = np.random.default_rng(1).integers(0, np.iinfo(dtype).max, (height // 8, width // 8, 3), dtype)
    pixels = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    cv2.imwrite(str(path), pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    return path, pixels.nbytes


def _watched(command: subprocess.Popen[bytes]) -> dict[str, Peak]:
    peaks, root = {"job": Peak(), "files": Peak()}, psutil.Process(command.pid)
    while command.poll() is None:
        try:
            look([root, *root.children(recursive=True)], peaks)
        except psutil.Error:
            break
        time.sleep(0.02)
    command.wait()
    return peaks


if __name__ == "__main__":
    main()
