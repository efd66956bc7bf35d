"""How long the fast network takes to enlarge, against a third-party SPAN checkpoint and Pillow, in the same run.

    python tests/benchmarks/enlarge.py PHOTO SPAN_CHECKPOINT [--side 512] [--runs N]

The middle of the photo is enlarged in turn by every method, so that all of them meet the same load of the machine.
Prints the median milliseconds for each megapixel of the result, and the median of each round's ratio to the fast
model as the program runs it: tiles, from 8 bit to 8 bit, in the precision that the processor is fastest with.
"""

from __future__ import annotations

import argparse
import functools
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from imagetool.catalog.catalog import Catalog
from imagetool.catalog.places import Places
from imagetool.core.geometry import Rect
from imagetool.core.tile_plan import Tiling
from imagetool.kit.enlarging import Enlargement
from imagetool.kit.precision import Precision, choose_precision
from imagetool.kit.weights import checked_weights
from imagetool.plugin.parameters import Params
from imagetool.plugin.tasks import Task
from imagetool.training.rivals import third_party_network
from plugins.super_resolution.enlarger import Enlarger

CPU = torch.device("cpu")
Pixels = NDArray[np.uint8]
Calls = dict[str, Callable[[], object]]


class Unheard:
    """A job that nobody listens to."""

    seed = 0

    def generator(self) -> torch.Generator:
        return torch.Generator()

    def progress(self, done: float, text: str = "") -> None: ...

    def preview(self, image: torch.Tensor) -> None: ...

    def check(self) -> None: ...

    def figure(self, name: str, value: float) -> None: ...

    def log(self, text: str) -> None: ...


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photo", type=Path)
    parser.add_argument("span", type=Path)
    parser.add_argument("--side", type=int, default=512)
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    photo = middle(options.photo, options.side)
    for scale in (2, 4):
        calls = ours(photo, scale) | rivals(photo, scale, options.span)
        rounds = [{name: timed(call) for name, call in calls.items()} for _ in range(options.runs + 1)][1:]
        print(f"x{scale}, {options.side} × {options.side}, {torch.get_num_threads()} threads")
        for name in calls:
            megapixels = (options.side * scale) ** 2 / 1e6
            median = statistics.median(run[name] for run in rounds) * 1000 / megapixels
            ratio = statistics.median(run[name] / run["fast"] for run in rounds)
            print(f"  {name:28} {median:8.1f} ms per megapixel   {ratio:6.2f} times fast")


def ours(photo: Pixels, scale: int) -> Calls:
    """The fast and the strong model, and the fast one in float32."""
    calls: Calls = {}
    for name in ("fast", "strong"):
        model = Catalog.scan(Places.find()).find(Task.UPSCALE, name)
        enlarger = Enlarger()
        enlarger.load(checked_weights((f.file, path, f.sha256, f.size) for f, path in model.weights), CPU)
        params = Params.parsed(model.entry.parameters, {})
        tile = model.entry.tile
        best = choose_precision(CPU, np.dtype(np.uint8), model.entry.precisions)
        for precision in (best, Precision.FP32):
            job = Enlargement(
                source=with_alpha(photo),
                result=np.zeros((photo.shape[0] * scale, photo.shape[1] * scale, 4), np.uint8),
                tiling=Tiling(tile.size, tile.overlap, tile.multiple_of),
                device=CPU,
                precision=precision,
            )
            label = name if precision is best else f"{name} in fp32"
            calls.setdefault(label, functools.partial(job.run, enlarger, params, unheard))
    return calls


def rivals(photo: Pixels, scale: int, span: Path) -> Calls:
    """Pillow's Lanczos, and at four times SPAN, as it comes and in our best precision and layout of memory."""
    picture = Image.fromarray(photo)
    size = (photo.shape[1] * scale, photo.shape[0] * scale)
    calls: Calls = {"Pillow's Lanczos": lambda: picture.resize(size, Image.Resampling.LANCZOS)}
    if scale == 4:
        network = third_party_network(span).eval()
        image = torch.tensor(photo).permute(2, 0, 1)[None].float() / 255
        calls["SPAN, float32"] = lambda: inferred(network, image, Precision.FP32)
        last = image.contiguous(memory_format=torch.channels_last)
        calls["SPAN, fp32, channels last"] = lambda: inferred(network, last, Precision.FP32)
        calls["SPAN, bf16, channels last"] = lambda: inferred(network, last, Precision.BF16)
    return calls


def inferred(network: torch.nn.Module, image: torch.Tensor, precision: Precision) -> torch.Tensor:
    """What a network makes of a whole picture."""
    with torch.inference_mode(), precision.active(CPU):
        made: torch.Tensor = network(image)
    return made


def unheard(crop: Rect, begin: float, end: float) -> Unheard:
    """The job of any crop."""
    return Unheard()


def middle(path: Path, side: int) -> Pixels:
    """The middle of a photo, (side, side, 3); small photos are repeated."""
    photo = np.asarray(Image.open(path).convert("RGB"))
    photo = np.tile(photo, (-(-side // photo.shape[0]), -(-side // photo.shape[1]), 1))
    top, left = (photo.shape[0] - side) // 2, (photo.shape[1] - side) // 2
    return np.ascontiguousarray(photo[top : top + side, left : left + side])


def with_alpha(photo: Pixels) -> Pixels:
    """The photo as opaque RGBA."""
    return np.concatenate([photo, np.full((*photo.shape[:2], 1), 255, np.uint8)], axis=2)


def timed(call: Callable[[], object]) -> float:
    """Seconds of one call."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
