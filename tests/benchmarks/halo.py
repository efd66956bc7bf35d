"""What going on below the tile above saves: work of the convolutions and time, on a large picture, as a table.

    python -m tests.benchmarks.halo [--width 2000] [--height 3000] [--tile 1024] [--precision bf16] [--threads 1]

Work is counted in multiplications, and compared with that of the same tiles without reuse and of the whole picture
without tiles; times are of the processor, of the same tiles with and without reuse, in one run. That it is found
out how far a network sees, once for each loaded model, is not counted.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from imagetool.core.geometry import Size
from imagetool.core.tile_plan import TilePlan, Tiling
from imagetool.kit.halo import HaloReuse
from imagetool.kit.places import Place, placed
from imagetool.kit.precision import Precision
from imagetool.kit.weights import load_into, read_layout
from plugins.denoising.network import Layout, Network

CPU = torch.device("cpu")
DENOISER = Path(__file__).parents[2] / "weights" / "denoising" / "gaussian.safetensors"


class Sixteen(nn.Sequential):
    """Sixteen convolutions with 64 channels."""

    def __init__(self) -> None:
        inner = [layer for _ in range(14) for layer in (nn.Conv2d(64, 64, 3, padding=1), nn.ReLU())]
        super().__init__(nn.Conv2d(3, 64, 3, padding=1), nn.ReLU(), *inner, nn.Conv2d(64, 3, 3, padding=1))


class Work:
    """Counts the multiplications of a network's convolutions."""

    def __init__(self, network: nn.Module) -> None:
        self.done = 0
        for module in network.modules():
            if isinstance(module, nn.Conv2d):
                vars(module)["forward"] = self._counted(module, module.forward)

    def _counted(self, module: nn.Conv2d, convolve: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
        def forward(image: Tensor) -> Tensor:
            made = convolve(image)
            self.done += made.shape[2] * made.shape[3] * module.weight.numel()
            return made

        return forward


@dataclass(frozen=True, eq=False, slots=True)
class Contest:
    """One network on one picture."""

    title: str
    network: nn.Module
    tiling: Tiling

    def row(self, image: Tensor) -> str:
        """Its line of the table."""
        work, size = Work(self.network), Size(image.shape[3], image.shape[2])
        plan = TilePlan.of(size, size, self.tiling)
        order = sorted(plan.tiles, key=lambda tile: (tile.core.left, tile.core.top))
        places = [Place("colours", self.tiling.crop(tile.part, size), tile.part) for tile in order]
        self.network(image[:, :, :64, :64])
        whole = work.done * size.pixels / 64**2
        reuse = HaloReuse(self.network)
        with placed(places[0]):
            reuse(image[(..., *places[0].crop.slices)].contiguous(memory_format=torch.channels_last))
        spent: list[tuple[float, float]] = []
        for run in (self.network, reuse):
            began, before = time.process_time(), work.done
            for place in places:
                crop = image[(..., *place.crop.slices)].contiguous(memory_format=torch.channels_last)
                with placed(place):
                    run(crop)
            spent.append((time.process_time() - began, work.done - before))
        (plain_s, plain), (reuse_s, reused) = spent
        sides = f"{self.tiling.size_px}/{self.tiling.overlap_px}, {plan.columns} x {plan.rows}"
        extra, times = f"{plain / whole - 1:.1%} | {reused / whole - 1:.1%}", f"{plain_s:.1f} s | {reuse_s:.1f} s"
        return f"| {self.title} | {sides} | {extra} | {times} | {reuse_s / plain_s:.3f} |"


def main() -> None:
    """Prints the table."""
    options = _options()
    torch.set_num_threads(options.threads)
    denoiser = Network(Layout.read(read_layout(DENOISER)))
    load_into(denoiser, DENOISER)
    contests = [
        Contest("denoiser", denoiser, Tiling(options.tile, 92, 8)),
        Contest("16 layers of 64", Sixteen(), Tiling(options.tile, 16)),
    ]
    rng = torch.Generator().manual_seed(1)
    image = torch.rand(1, 3, options.height, options.width, generator=rng)
    print("| network | tile/overlap, tiles | extra work | with reuse | time | with reuse | ratio |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for contest in contests:
        if options.only and options.only not in contest.title:
            continue
        contest.network.to(memory_format=torch.channels_last).eval()  # type: ignore[call-overload]
        with torch.inference_mode(), Precision(options.precision).active(CPU):
            print(contest.row(image), flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--width", type=int, default=2000)
    parser.add_argument("--height", type=int, default=3000)
    parser.add_argument("--tile", type=int, default=1024)
    parser.add_argument("--precision", default="bf16", choices=["fp32", "bf16"])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--only", default="")
    return parser.parse_args()


if __name__ == "__main__":
    main()
