"""Trains the network of the sample plugin on drawn pictures and writes its weights: a minute on one core."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

FOLDER = Path(__file__).parent / "tiny_denoise"
STEPS, BATCH, SIDE_PX = 1500, 8, 48


def drawn(generator: torch.Generator) -> Tensor:
    """(BATCH, 3, SIDE_PX, SIDE_PX) in [0, 1]: soft colours with rectangles and stripes on them."""
    cells = torch.rand((BATCH, 3, 4, 4), generator=generator)
    image = functional.interpolate(cells, (SIDE_PX, SIDE_PX), mode="bicubic").clamp(
        0, 1
    )
    for picture in image:
        for _ in range(6):
            left, top = torch.randint(
                0, SIDE_PX - 4, (2,), generator=generator
            ).tolist()
            wide, high = torch.randint(
                1, SIDE_PX // 2, (2,), generator=generator
            ).tolist()
            picture[:, top : top + high, left : left + wide] = torch.rand(
                (3, 1, 1), generator=generator
            )
    return image


def main() -> None:
    """Trains and writes."""
    torch.manual_seed(1)
    torch.set_num_threads(1)
    spec = importlib.util.spec_from_file_location(
        "tiny_denoise", FOLDER / "tiny_denoise.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    network = module.Network()
    optimizer = torch.optim.Adam(network.parameters(), 3e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 5e-3, STEPS)
    generator = torch.Generator().manual_seed(1)
    for _ in range(STEPS):
        clean = drawn(generator)
        sigma = torch.rand((BATCH, 1, 1, 1), generator=generator) * 0.15
        noise = sigma * torch.randn(clean.shape, generator=generator)
        loss = functional.mse_loss(network(clean + noise), noise)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        schedule.step()
    path = FOLDER / "tiny_denoise.safetensors"
    save_file(network.state_dict(), path)
    print(
        f'sha256 = "{hashlib.sha256(path.read_bytes()).hexdigest()}", size = {path.stat().st_size}'
    )


if __name__ == "__main__":
    main()
