"""The engine beside other ways to run the same network of 16 layers and 64 channels, and what else it promises.

    python tests/benchmarks/engine.py speed  [--megapixels 12] [--pairs 3] [--precision bf16] [--openvino DIR]
    python tests/benchmarks/engine.py memory [--megapixels 100]
    python tests/benchmarks/engine.py view   [--megapixels 48] [--view 1600x900]
    python tests/benchmarks/engine.py cancel [--megapixels 12]

The network is a plugin in `sixteen_layers/plugin`, which is installed into a temporary home; its jobs go the whole
way: request, buffers, worker process, result in the editor's memory.

`speed` times the engine and a rival by turns, pair by pair, so that both meet the same load of the computer, and
prints the median of each and of the pairs' ratios. The last column compares what both had of the processors, which
another program's load changes little. Rivals have the picture as a tensor already, and their networks
are loaded, compiled and warm; the engine's worker is warm, too. `--openvino DIR` names a folder that OpenVINO was
installed into (`pip install --no-deps --target DIR openvino`). `--only TEXT …` leaves out rivals not named so.

`memory` runs the command line on a picture of that size and adds up the resident memory of its processes. `view`
says when the tiles in view were there, as a share of the whole job's time. `cancel` stops jobs in every state.
`--layers 2` makes the network faster and needs as much memory.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from imagetool.core.files import write_picture
from imagetool.core.geometry import Rect
from imagetool.core.picture import Picture
from tests.benchmarks.sixteen_layers.cancelling import STATES
from tests.benchmarks.sixteen_layers.desk import (
    MAIN,
    MODEL,
    Desk,
    Rgb,
    Timed,
    Way,
    desk,
    home,
    photo_of,
    processor_seconds,
)
from tests.benchmarks.sixteen_layers.memory import peak_of
from tests.benchmarks.sixteen_layers.rivals import (
    Rival,
    bare,
    has_openvino,
    in_onnxruntime,
    in_opencv,
    in_openvino,
    naive,
)
from tests.benchmarks.sixteen_layers.watching import seen_after

_WARM_PX = 2048


@dataclass(frozen=True, slots=True)
class Contest:
    """The engine, in a way, against rivals, over one picture."""

    title: str
    pixels: Rgb
    way: Way
    rivals: tuple[Rival, ...]


def main() -> None:
    """Measures and prints."""
    options = _options()
    if options.threads:
        torch.set_num_threads(options.threads)
        os.environ["OMP_NUM_THREADS"] = str(options.threads)
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors, {torch.get_num_threads()} thread(s)")
    with home():
        {"speed": speed, "memory": memory, "view": view, "cancel": cancel}[options.mode](options)


def speed(options: argparse.Namespace) -> None:
    """The table of ratios."""
    with desk() as ours:
        print("| picture | rival | precision | rival | engine | engine / rival | of processor time |")
        print("|---|---|---|---|---|---|---|")
        for contest in _contests(options):
            ours.warm_up(contest.pixels[:_WARM_PX, :_WARM_PX], contest.way)
            for rival in contest.rivals:
                print(_row(contest, rival, list(_pairs(ours, contest, rival, options.pairs))), flush=True)


def memory(options: argparse.Namespace) -> None:
    """Peak resident memory of the command line and its worker."""
    pixels = photo_of(options.megapixels)
    raw = 2 * pixels.size
    with tempfile.TemporaryDirectory(prefix="imagetool-engine-") as name:
        source, output = Path(name) / "in.png", Path(name) / "out.png"
        write_picture(source, Picture.of(_opaque(pixels), has_alpha=False))
        del pixels
        words = ["run", "filter", str(source), "-o", str(output), "--model", MODEL, "--device", options.device]
        began = time.perf_counter()
        peak, _ = peak_of([*MAIN, *words, "--json", "--set", f"layers={options.layers}"])
    print(f"{options.megapixels:g} megapixels, {options.layers} layers, {time.perf_counter() - began:.0f} s")
    print(f"raw input and raw output, RGB of 8 bit: {raw / 1e9:.2f} GB")
    each = ", ".join(f"{size / 1e9:.2f}" for size in peak.processes)
    for said, used in ((f"resident ({each})", peak.resident), ("shared pages counted once", peak.proportional)):
        print(f"all processes, {said}: {used / 1e9:.2f} GB; {(used - raw) / 1e9:.2f} above raw")
    print(f"least memory left: {peak.available / 1e9:.1f} GB; swapped out: {peak.swapped_out / 1e6:.0f} MB")


def view(options: argparse.Namespace) -> None:
    """When what the user looks at was there."""
    pixels = photo_of(options.megapixels)
    height, width = pixels.shape[:2]
    wide, high = (int(side) for side in options.view.split("x"))
    left, top = (width - wide) * 2 // 3, (height - high) * 2 // 3
    looked_at = Rect(left, top, left + wide, top + high)
    with desk() as ours:
        ours.warm_up(pixels[:_WARM_PX, :_WARM_PX], _way(options))
        seen = seen_after(ours, ours.request(pixels, _way(options)), looked_at)
    share = seen.seconds / seen.whole_s
    print(f"{options.megapixels:g} megapixels in {seen.tiles} tiles; {options.view} in view: {seen.in_view}")
    print(f"all of it after {seen.seconds:.1f} s of {seen.whole_s:.1f} s: {share:.1%}; first {seen.first_s:.1f} s")


def cancel(options: argparse.Namespace) -> None:
    """How long from Stop to the end of a job, in every state."""
    print("| state | median | worst | of |")
    print("|---|---|---|---|")
    pixels = photo_of(options.megapixels)
    for name, state in STATES.items():
        took = []
        for _ in range(options.pairs):
            with desk() as ours:
                took.append(state(ours, pixels, _way(options)))
        print(f"| {name} | {statistics.median(took):.2f} s | {max(took):.2f} s | {len(took)} |", flush=True)


def _contests(options: argparse.Namespace) -> Iterator[Contest]:
    precision, device = options.precision, options.device
    on_cpu = device == "cpu"
    way = _way(options)
    small = photo_of(options.untiled_megapixels)
    whole = replace(way, tile_px=-(-max(small.shape[:2]) // 64) * 64)
    title = f"{options.untiled_megapixels:g} MP, one tile"
    plain = (bare(precision, device), bare(precision, device, channels_last=True))
    yield Contest(title, small, whole, _chosen(plain, options.only))
    loops = (naive(precision, options.naive_tile, device, channels_last=last) for last in (False, True))
    rivals = [*plain, *loops]
    if on_cpu:
        rivals += [in_onnxruntime(), in_onnxruntime(options.naive_tile), in_opencv()]
    if on_cpu and precision != "fp32":
        rivals.append(naive("fp32", options.naive_tile))
    if on_cpu and has_openvino(options.openvino):
        kinds = dict.fromkeys(("fp32", precision))
        rivals += [in_openvino(kind, options.naive_tile) for kind in kinds]
    yield Contest(
        f"{options.megapixels:g} MP, tiled", photo_of(options.megapixels), way, _chosen(rivals, options.only)
    )


def _chosen(rivals: Iterable[Rival], only: list[str]) -> tuple[Rival, ...]:
    return tuple(rival for rival in rivals if any(text in rival.name for text in only))


@dataclass(frozen=True, slots=True)
class Pair:
    """The engine's run and the rival's after it."""

    ours: Timed
    seconds: float
    processor_s: float


def _pairs(ours: Desk, contest: Contest, rival: Rival, count: int) -> Iterator[Pair]:
    """The engine and the rival by turns; the rival has run once before, on a corner of the picture."""
    rival.prepare(contest.pixels[:256, :256])()
    call = rival.prepare(contest.pixels)
    request = ours.request(contest.pixels, contest.way)
    for _ in range(count):
        timed = ours.timed(replace(request, job_id=os.urandom(8).hex()))
        before, began = processor_seconds(), time.perf_counter()
        call()
        yield Pair(timed, time.perf_counter() - began, processor_seconds() - before)


def _row(contest: Contest, rival: Rival, pairs: list[Pair]) -> str:
    engine_s = statistics.median(pair.ours.seconds for pair in pairs)
    rival_s = statistics.median(pair.seconds for pair in pairs)
    ratio = statistics.median(pair.ours.seconds / pair.seconds for pair in pairs)
    spent = statistics.median(pair.ours.processor_s / pair.processor_s for pair in pairs)
    report = pairs[-1].ours.report
    done = f"{engine_s:.2f} s ({report.precision}, {report.tiles} × {report.tile_px} px)"
    names = f"| {contest.title} | {rival.name} | {rival.precision} "
    return f"{names}| {rival_s:.2f} s | {done} | {ratio:.3f} | {spent:.3f} |"


def _way(options: argparse.Namespace) -> Way:
    return Way(options.precision, options.tile, options.device, options.layers)


def _opaque(pixels: Rgb) -> Rgb:
    from numpy import dstack, full, uint8

    return dstack([pixels, full(pixels.shape[:2], 255, uint8)])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mode", choices=["speed", "memory", "view", "cancel"])
    parser.add_argument("--megapixels", type=float, default=0.0)
    parser.add_argument("--untiled-megapixels", type=float, default=1.0)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--precision", default="bf16", choices=["fp32", "bf16", "fp16"])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--tile", type=int, default=0, help="side of the engine's tiles; it chooses otherwise")
    parser.add_argument("--naive-tile", type=int, default=512)
    parser.add_argument("--layers", type=int, default=16, help="not for speed")
    parser.add_argument("--view", default="1600x900")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--openvino", type=Path, metavar="DIR")
    parser.add_argument("--only", nargs="*", default=[""], metavar="TEXT")
    options = parser.parse_args()
    sizes = {"speed": 12.0, "memory": 100.0, "view": 48.0, "cancel": 12.0}
    options.megapixels = options.megapixels or sizes[options.mode]
    return options


if __name__ == "__main__":
    main()
