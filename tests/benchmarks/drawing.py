"""How much faster pictures are drawn with what was computed before than by the whole network for every pixel.

    python tests/benchmarks/drawing.py [--model tiles] [--batch 1 64] [--side 32] [--threads 2] [--naive-pixels 24]

Naive drawing takes the same time for every pixel: it is timed for some, spread over the picture, and multiplied.
Where all of them are drawn naively (`--naive-pixels 0`), the two results are compared, too.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import torch

from plugins.autoregressive.loading import picture_model
from plugins.autoregressive.model import Autoregressive, Start, chances, draw, draw_naively
from plugins.autoregressive.pictures import PictureModel

WEIGHTS = Path(__file__).parents[2] / "weights" / "autoregressive"


def main() -> None:
    options = _options()
    torch.set_num_threads(options.threads)
    pictures = picture_model(WEIGHTS / f"{options.model}.safetensors", torch.device("cpu"))
    print(f"{options.model}, {options.side} x {options.side}, {options.threads} threads")
    print("| batch | cached s | naive s | times |\n| --- | --- | --- | --- |")
    with torch.inference_mode():
        for batch in options.batch:
            start = _blank(pictures, batch, options.side)
            decided = chances(start, [torch.Generator().manual_seed(number) for number in range(batch)])
            draw(pictures.model, _only(start, 40), decided)  # warms up
            began = time.perf_counter()
            made = draw(pictures.model, start, decided)
            cached = time.perf_counter() - began
            naive = _naive(pictures.model, start, decided, options.naive_pixels, made)
            print(f"| {batch} | {cached:.2f} | {naive:.1f} | {naive / cached:.0f} |", flush=True)


def _blank(pictures: PictureModel, batch: int, side: int) -> Start:
    labels = torch.full((batch,), -1)
    condition = pictures.layout.condition(labels, pictures.layout.scales - 1, torch.zeros(batch, dtype=torch.bool))
    empty = torch.zeros(batch, pictures.layout.channels, side, side, dtype=torch.int64)
    return Start(empty, torch.ones(side, side, dtype=torch.bool), condition)


def _only(start: Start, pixels: int) -> Start:
    """So many pixels, spread over the picture."""
    every = start.wanted.numel()
    wanted = torch.zeros(every, dtype=torch.bool)
    wanted[torch.linspace(0, every - 1, pixels).long()] = True
    return Start(start.pixels, wanted.reshape(start.wanted.shape), start.condition)


def _naive(model: Autoregressive, start: Start, decided: torch.Tensor, pixels: int, cached: torch.Tensor) -> float:
    every = start.wanted.numel()
    began = time.perf_counter()
    made = draw_naively(model, _only(start, pixels or every), decided)
    seconds = (time.perf_counter() - began) * every / (pixels or every)
    if not pixels:
        differ = int((made != cached).any(dim=1).sum())
        print(f"{differ} of {len(made) * every} pixels differ from naive drawing in 32-bit floats")
    return seconds


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default="tiles")
    parser.add_argument("--batch", type=int, nargs="+", default=[1, 64])
    parser.add_argument("--side", type=int, default=32)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--naive-pixels", type=int, default=24)
    return parser.parse_args()


if __name__ == "__main__":
    main()
