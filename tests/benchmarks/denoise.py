"""How long the fast network takes for a large picture, against OpenCV's non-local means, in the same run.

    python tests/benchmarks/denoise.py PHOTO [--megapixels 12] [--sigma 25] [--runs 3] [--threads N] [--model fast]

The photo is repeated until it is as large as wanted, given noise as a file of 8 bit holds it, and denoised in turn
by each method, so that all of them meet the same load of the machine. The models run as the program runs them:
tiles, from 8 bit to 8 bit, in the precision that the processor is fastest with, the estimate of noise included.
Non-local means get two strengths that suit the noise: one is best for much texture, the other for little.
Prints the median of the seconds, that of each round's ratio to the first model, and the PSNR over R, G and B.
"""

from __future__ import annotations

import argparse
import functools
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from imagetool.catalog.catalog import Catalog
from imagetool.catalog.places import Places
from imagetool.core.tile_plan import Tiling
from imagetool.kit.precision import choose_precision
from imagetool.kit.same_size import Sheet, run_filter
from imagetool.kit.weights import checked_weights
from imagetool.plugin.parameters import Params
from imagetool.plugin.tasks import Task
from imagetool.training.denoising_evaluation import Noise, as_eight_bit
from imagetool.training.denoising_rivals import NLM_PATCH_PX, NLM_SEARCH_PX, NLM_STRENGTH
from imagetool.training.psnr import psnr_rgb_db
from plugins.denoising.denoiser import BlindDenoiser

CPU = torch.device("cpu")
SMOOTH_STRENGTH = 0.88
"""Of non-local means, for each step of 1/255 of noise, where a picture has little texture."""

Pixels = NDArray[np.uint8]
Calls = dict[str, Callable[[], Pixels]]


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
    parser.add_argument("--megapixels", type=float, default=12.0)
    parser.add_argument("--sigma", type=float, default=25.0)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--model", nargs="+", default=["fast"])
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
        cv2.setNumThreads(options.threads)
    truth = repeated(options.photo, options.megapixels)
    noisy = as_eight_bit(Noise(options.sigma, as_file=True).applied("benchmark", truth))
    calls = {name: ours(name, noisy) for name in options.model} | rivals(noisy, options.sigma)
    seconds, made = measured(calls, options.runs)
    first = options.model[0]
    size = f"{truth.shape[1]} × {truth.shape[0]}"
    print(f"{size}, sigma {options.sigma:g}, {torch.get_num_threads()} and {cv2.getNumThreads()} threads")
    for name in calls:
        ratio = statistics.median(run / base for run, base in zip(seconds[name], seconds[first], strict=True))
        median, psnr_db = statistics.median(seconds[name]), psnr_rgb_db(truth, made[name])
        print(f"  {name:36} {median:8.1f} s {ratio:6.2f} times {first} {psnr_db:8.2f} dB")


def ours(name: str, noisy: Pixels) -> Callable[[], Pixels]:
    """A model, as the program runs it."""
    model = Catalog.scan(Places.find()).find(Task.DENOISE, f"imagetool.denoising/{name}")
    denoiser, tile = BlindDenoiser(), model.entry.tile
    denoiser.load(checked_weights((f.file, path, f.sha256, f.size) for f, path in model.weights), CPU)
    opaque = np.concatenate([noisy, np.full((*noisy.shape[:2], 1), 255, np.uint8)], axis=2)
    tiling = Tiling(tile.size, tile.overlap, tile.multiple_of)
    precision = choose_precision(CPU, opaque.dtype, model.entry.precisions)
    sheet = Sheet(opaque, tiling, tile.multiple_of, CPU, precision)
    return functools.partial(by_the_kit, denoiser, sheet, Params.parsed(model.entry.parameters, {}))


def by_the_kit(denoiser: BlindDenoiser, sheet: Sheet, params: Params) -> Pixels:
    """What a model makes of a picture, (H, W, 3)."""
    result = np.zeros(sheet.source.shape, np.uint8)
    run_filter(denoiser, sheet, params, lambda *_: Unheard(), result)
    return result[..., :3]


def rivals(noisy: Pixels, sigma_255: float) -> Calls:
    """Non-local means with two strengths."""
    strengths = [share * sigma_255 for share in (NLM_STRENGTH, SMOOTH_STRENGTH)]
    return {
        f"non-local means, strength {strength:g}": functools.partial(non_local_means, noisy, strength)
        for strength in strengths
    }


def non_local_means(noisy: Pixels, strength: float) -> Pixels:
    """OpenCV's, with colours in its order."""
    blue_first = np.ascontiguousarray(noisy[..., ::-1])
    made = cv2.fastNlMeansDenoisingColored(blue_first, None, strength, strength, NLM_PATCH_PX, NLM_SEARCH_PX)
    return np.asarray(made, np.uint8)[..., ::-1]


def measured(calls: Calls, runs: int) -> tuple[dict[str, list[float]], dict[str, Pixels]]:
    """Seconds of every round, and what was made in the last."""
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    made = {}
    for _ in range(runs):
        for name, call in calls.items():
            began = time.perf_counter()
            made[name] = call()
            seconds[name].append(time.perf_counter() - began)
    return seconds, made


def repeated(path: Path, megapixels: float) -> Pixels:
    """A photo side by side and below itself, cut to 4:3 of about that many pixels; (H, W, 3)."""
    photo = np.asarray(Image.open(path).convert("RGB"))
    height = round((megapixels * 1e6 * 3 / 4) ** 0.5)
    width = round(height * 4 / 3)
    tiled = np.tile(photo, (-(-height // photo.shape[0]), -(-width // photo.shape[1]), 1))
    return np.ascontiguousarray(tiled[:height, :width])


if __name__ == "__main__":
    main()
